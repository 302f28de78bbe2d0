#include "bench.h"

/* bpf_for_each_map_elem over an array; natively a loop that calls the callback. */
#define COUNT 1024
__u64 result;

struct sum {
	__u64 value;
};

#ifdef NATIVE
static __u64 numbers[COUNT];
#else
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, COUNT);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");
#endif

static NOINLINE long add(void *map, const void *key, void *value, void *context)
{
	struct sum *sum = context;
	__u64 *number = value;

	*number = *number * 5 + *(const __u32 *)key;
	sum->value += *number ^ *number >> 7;
	return 0;
}

PROGRAM
{
	struct sum sum = { result };

#ifdef NATIVE
	for (__u32 i = 0; i < COUNT; i++)
		add(numbers, &i, &numbers[i], &sum);
#else
	bpf_for_each_map_elem(&numbers, add, &sum, 0);
#endif
	result = sum.value;
	return (int)sum.value;
}

LICENSE;
