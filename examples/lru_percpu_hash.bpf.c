// SPDX-License-Identifier: MIT
/* BPF_MAP_TYPE_LRU_PERCPU_HASH: bytes per UDP destination port on this CPU, and the three largest of them. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct bpf_map;

#define TOP 3

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__uint(max_entries, 32);
	__type(key, __u16); /* port, in host byte order */
	__type(value, __u64);
} bytes_by_port SEC(".maps");

struct entry {
	__u64 bytes;
	__u16 port;
};

struct ranking {
	struct entry top[TOP];
};

struct ranking latest;

static long rank(struct bpf_map *map, __u16 *port, __u64 *bytes, struct ranking *ranking)
{
	struct entry entry = { .bytes = *bytes, .port = *port };

#pragma unroll
	for (int i = 0; i < TOP; i++) {
		struct entry lower = ranking->top[i];

		if (entry.bytes <= lower.bytes)
			continue;
		ranking->top[i] = entry;
		entry = lower;
	}
	return 0;
}

static __noinline int udp_port(void *data, void *data_end)
{
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);

	if ((void *)(udp + 1) > data_end)
		return -1;
	if (eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 || ip->protocol != IPPROTO_UDP)
		return -1;
	return bpf_ntohs(udp->dest);
}

SEC("xdp")
int rank_ports(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	int found = udp_port(data, data_end);
	__u16 port = found;
	__u64 length = data_end - data;
	struct ranking ranking = {};
	__u64 *bytes;

	if (found < 0)
		return XDP_PASS;

	bytes = bpf_map_lookup_elem(&bytes_by_port, &port);
	if (bytes)
		*bytes += length;
	else
		bpf_map_update_elem(&bytes_by_port, &port, &length, BPF_NOEXIST);

	bpf_for_each_map_elem(&bytes_by_port, rank, &ranking, 0);
	latest = ranking;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
