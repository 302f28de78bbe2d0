#include "bench.h"

/* Looks up elements of a hash map. BPF only. */
#define COUNT 1024
#define CALLS 2000
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

PROGRAM
{
	__u64 sum = 0;

	for (__u32 i = 0; i < CALLS; i++) {
		__u32 key = i * 7 % COUNT;
		__u64 *found = bpf_map_lookup_elem(&numbers, &key);

		if (found)
			sum += (*found)++;
	}
	return (int)sum;
}

/* Runs once, before the others. */
SEC("xdp") int prepare(struct xdp_md *ctx)
{
	bpf_loop(COUNT, fill, 0, 0);
	return 0;
}

LICENSE;
