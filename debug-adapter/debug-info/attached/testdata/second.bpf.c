// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} shared SEC(".maps");

extern int counter;
static int own = 20;

static __noinline int change(int amount)
{
	own -= amount;
	return own;
}

static __always_inline int doubled(int value)
{
	int twice = value * 2;

	return twice + counter;
}

__noinline int other(int a, int b)
{
	__u32 zero = 0;
	__u64 *sum = bpf_map_lookup_elem(&shared, &zero);

	if (sum)
		*sum += a;
	return change(b) + doubled(a);
}

SEC("xdp") int second_start(struct xdp_md *ctx)
{
	return change(ctx->rx_queue_index) & 3;
}
