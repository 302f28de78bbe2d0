#include "bench.h"

/* Rotations and multiplications of 32 bits, as hashes of keys have them. */
__u32 result;

PROGRAM
{
	__u32 hash = result ^ 0x2545f491;

	for (__u32 i = 0; i < 8000; i++) {
		__u32 word = (hash + i) * 0x9e3779b1;

		word = word << 11 | word >> 21;
		hash ^= word * 0x85ebca77;
		hash = (hash << 17 | hash >> 15) * 3 + 0x27d4eb2f;
		OPAQUE(hash);
	}
	result = hash;
	return (int)hash;
}

LICENSE;
