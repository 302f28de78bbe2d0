#include "bench.h"

/* Two levels of calls. */
__u64 result;

static NOINLINE __u64 inner(__u64 a, __u64 b)
{
	a ^= b * 0x9e3779b97f4a7c15ull;
	a ^= a >> 29;
	return a + b;
}

static NOINLINE __u64 outer(__u64 a, __u32 i)
{
	if (i % 2)
		return inner(a, i) + 1;
	return inner(a + 3, i ^ 9) + 2;
}

PROGRAM
{
	__u64 sum = result;

	for (__u32 i = 0; i < 4000; i++)
		sum += outer(sum, i);
	result = sum;
	return (int)sum;
}

LICENSE;
