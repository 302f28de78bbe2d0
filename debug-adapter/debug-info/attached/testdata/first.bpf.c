// SPDX-License-Identifier: MIT
// The first of two files that are linked: what it names as the other does is its own.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} shared SEC(".maps");

int counter = 1;
static int own = 10;

int other(int a, int b);

static __noinline int change(int amount)
{
	own += amount;
	return own;
}

SEC("xdp") int start(struct xdp_md *ctx)
{
	int changed = change(ctx->ingress_ifindex);

	counter++;
	return other(changed, 3) & 3;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
