#include "bench.h"

/* bpf_loop; natively a loop that calls the callback. */
#define COUNT 10000
__u64 result;

static NOINLINE long step(__u64 index, void *context)
{
	__u64 *state = context;

	*state = *state * 3 + (index ^ *state >> 9);
	return 0;
}

PROGRAM
{
	__u64 state = result;

#ifdef NATIVE
	for (__u64 i = 0; i < COUNT; i++)
		step(i, &state);
#else
	bpf_loop(COUNT, step, &state, 0);
#endif
	result = state;
	return (int)state;
}

LICENSE;
