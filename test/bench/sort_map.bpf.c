#include "bench.h"

/* Insertion sort of global data. */
#define COUNT 128
__u32 numbers[COUNT];
__u32 seed;
__u64 result;

PROGRAM
{
	__u32 state = seed + 1;
	__u64 sum = 0;

	for (__u32 i = 0; i < COUNT; i++) {
		state = state * 1103515245 + 12345;
		numbers[i] = state >> 4;
	}
	seed = state;
	for (__u32 i = 1; i < COUNT; i++) {
		__u32 moved = numbers[i], at = i;

		while (at > 0 && numbers[(at - 1) % COUNT] > moved) {
			numbers[at % COUNT] = numbers[(at - 1) % COUNT];
			at--;
		}
		numbers[at % COUNT] = moved;
	}
	for (__u32 i = 0; i < COUNT; i++)
		sum = sum * 31 + numbers[i];
	result = sum;
	return (int)sum;
}

LICENSE;
