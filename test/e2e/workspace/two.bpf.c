// SPDX-License-Identifier: MIT
/*
 * Several programs, so that one has to be chosen; the first traverses a map of ten thousand elements.
 * Compiled as the examples are.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 10000);
	__type(key, __u32);
	__type(value, __u64);
} squares SEC(".maps");

static long fill(void *map, void *key, void *value, void *ctx)
{
	__u64 index = *(__u32 *)key;

	*(__u64 *)value = index * index;
	*(__u64 *)ctx += 1;
	return 0;
}

SEC("xdp")
int fill_squares(struct xdp_md *ctx)
{
	__u64 seen[2] = { 0, 7 };
	long elements;

	elements = bpf_for_each_map_elem(&squares, fill, seen, 0);
	return elements == 10000 && seen[0] == 10000 ? XDP_PASS : XDP_ABORTED;
}

SEC("xdp")
int drop_all(struct xdp_md *ctx)
{
	return XDP_DROP;
}

/* Reads behind the end of the packet. */
SEC("xdp")
int read_beyond(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data;
	__u8 *end = (void *)(long)ctx->data_end;

	if (data + 1 > end)
		return XDP_DROP;
	return *(volatile __u8 *)end;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
