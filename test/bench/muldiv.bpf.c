#include "bench.h"

/* Multiplication, division and remainder of 64 and 32 bits. */
__u64 result;

PROGRAM
{
	__u64 a = result + 0x123456789abcdefull, sum = 0;

	for (__u32 i = 1; i < 4000; i++) {
		a = a * 6364136223846793005ull + i;
		sum += (a >> 11) / (i | 1);
		sum ^= a % (i + 12345ull);
		sum += (__u32)a / (i | 5);
		sum = sum << 9 | sum >> 55;
		OPAQUE(sum);
	}
	result = sum;
	return (int)sum;
}

LICENSE;
