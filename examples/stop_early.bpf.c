// SPDX-License-Identifier: MIT
/* A list of rules of which the first that matches decides: the callback returns 1, and the traversal ends there. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct bpf_map;

enum verdict {
	NO_RULE,
	ACCEPT,
	REJECT,
};

struct rule {
	__be32 address;
	__be32 mask;
	enum verdict verdict;
	__u32 hits;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, struct rule);
} rules SEC(".maps");

struct search {
	__be32 source;
	enum verdict verdict;
};

__u32 rules_tried;

static long match(struct bpf_map *map, __u32 *index, struct rule *rule, struct search *search)
{
	if (rule->verdict == NO_RULE)
		return 0;
	if ((search->source & rule->mask) != rule->address)
		return 0;

	__sync_fetch_and_add(&rule->hits, 1);
	search->verdict = rule->verdict;
	return 1;
}

SEC("xdp")
int firewall(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct search search = { .verdict = ACCEPT };

	if ((void *)(ip + 1) > data_end)
		return XDP_PASS;
	if (eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	search.source = ip->saddr;
	rules_tried = bpf_for_each_map_elem(&rules, match, &search, 0);

	return search.verdict == REJECT ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
