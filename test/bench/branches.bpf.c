#include "bench.h"

/* Decisions that depend on random numbers, so that no one foresees them. */
__u32 counts[8];
__u32 seed, level_now;

PROGRAM
{
	__u32 state = seed + 99;

	for (__u32 i = 0; i < 1000; i++) {
		__u32 roll, level = *(volatile __u32 *)&level_now;

		state = state * 1664525 + 1013904223;
		roll = state >> 16;
		if (roll & 1) {
			if (roll & 0x30)
				level = level > 5 ? 0 : level + 1;
			else
				state ^= roll;
		} else if (roll % 3 == 0) {
			level = level == 0 ? 7 : level - 1;
		} else if (roll > 0x8000) {
			state += level;
			OPAQUE(state);
		}
		level_now = level;
		if (roll & 0x100)
			counts[level & 7]++;
	}
	seed = state;
	return (int)(counts[0] ^ counts[5]);
}

LICENSE;
