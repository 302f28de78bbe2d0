// SPDX-License-Identifier: MIT
/*
 * BPF_MAP_TYPE_PERCPU_ARRAY: counts why packets are dropped. Each CPU has its own value of every element, and the
 * callback sees that of the CPU on which the program runs.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_map;

#define REASONS 8

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REASONS);
	__type(key, __u32);
	__type(value, __u64);
} drops SEC(".maps");

struct summary {
	__u64 drops;
	__u64 most;
	__u32 main_reason;
};

struct summary latest;

static long summarize(struct bpf_map *map, __u32 *reason, __u64 *count, struct summary *summary)
{
	summary->drops += *count;
	if (*count > summary->most) {
		summary->most = *count;
		summary->main_reason = *reason;
	}
	return 0;
}

/* TP_PROTO(struct sk_buff *skb, void *location, enum skb_drop_reason reason) */
SEC("raw_tp/kfree_skb")
int count_drops(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 reason = ctx->args[2];
	__u64 *count = bpf_map_lookup_elem(&drops, &reason);
	struct summary summary = {};

	if (!count)
		return 0;
	(*count)++;

	bpf_for_each_map_elem(&drops, summarize, &summary, 0);
	latest = summary;
	bpf_printk("cpu %u: %llu drops, mostly for reason %u", bpf_get_smp_processor_id(), summary.drops,
		   summary.main_reason);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
