#include "bench.h"

/* Loads and stores of all sizes at places that depend on what was loaded. */
#define SIZE 1024
__u64 table[SIZE];
__u8 bytes[SIZE];
__u64 result;

PROGRAM
{
	__u64 at = result % SIZE, sum = 1;

	for (__u32 i = 0; i < 3000; i++) {
		__u64 word = table[at % SIZE];

		table[(at + i) % SIZE] = word + sum;
		bytes[(word ^ i) % SIZE] += (__u8)i;
		sum += bytes[(i * 7) % SIZE];
		at = at * 5 + (word >> 3) + i;
		OPAQUE(sum);
	}
	result = at + sum;
	return (int)sum;
}

LICENSE;
