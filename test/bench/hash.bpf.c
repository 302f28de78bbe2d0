#include "bench.h"

/* FNV-1a over a buffer, and xorshift. */
__u8 buffer[4096];
__u64 result;

PROGRAM
{
	__u64 hash = 14695981039346656037ull, state = result | 1;

	for (__u32 i = 0; i < sizeof(buffer); i++) {
		hash = (hash ^ buffer[i]) * 1099511628211ull;
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		hash += state;
	}
	result = hash;
	return (int)hash;
}

LICENSE;
