#include "bench.h"

/* bpf_for_each_map_elem over a hash map that fits in the cache. BPF only. */
#define COUNT 1000
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, COUNT);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

static NOINLINE long fill(__u64 index, void *context)
{
	__u32 key = index;

	bpf_map_update_elem(&numbers, &key, &index, BPF_ANY);
	return 0;
}

static NOINLINE long add(void *map, const void *key, void *value, void *context)
{
	__u64 *number = value;

	*number = *number * 5 + *(const __u32 *)key;
	*(__u64 *)context += *number ^ *number >> 7;
	return 0;
}

PROGRAM
{
	__u64 sum = 0;

	bpf_for_each_map_elem(&numbers, add, &sum, 0);
	return (int)sum;
}

/* Runs once, before the others. */
SEC("xdp") int prepare(struct xdp_md *ctx)
{
	bpf_loop(COUNT, fill, 0, 0);
	return 0;
}

LICENSE;
