// SPDX-License-Identifier: MIT
/*
 * Counts IPv4 packets by protocol, then adds up all counters with bpf_for_each_map_elem.
 * Set a breakpoint in sum() and press F5.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct bpf_map;

struct count {
	__u64 packets;
	__u64 bytes;
};

struct totals {
	__u64 packets;
	__u64 bytes;
	__u64 most;
	__u32 busiest; /* protocol that has the most packets */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__uint(max_entries, 16);
	__type(key, __u32); /* IPPROTO_* */
	__type(value, struct count);
} counts SEC(".maps");

/* Shorter packets are not counted. */
const volatile __u32 min_length = ETH_ZLEN;

/* Say so when more bytes than this have been seen. */
__u64 threshold = 10000;

static __noinline long count_packet(__u32 protocol, __u64 length)
{
	struct count *value = bpf_map_lookup_elem(&counts, &protocol);

	if (!value) {
		struct count first = { .packets = 1, .bytes = length };

		return bpf_map_update_elem(&counts, &protocol, &first, BPF_NOEXIST);
	}

	__sync_fetch_and_add(&value->packets, 1);
	__sync_fetch_and_add(&value->bytes, length);
	return 0;
}

static long sum(struct bpf_map *map, __u32 *key, struct count *value, struct totals *ctx)
{
	ctx->packets += value->packets;
	ctx->bytes += value->bytes;

	if (value->packets > ctx->most) {
		ctx->most = value->packets;
		ctx->busiest = *key;
	}
	return 0;
}

SEC("xdp")
int count_packets(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u64 length = data_end - data;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct totals totals = {};
	long protocols;

	if ((void *)(ip + 1) > data_end)
		return XDP_PASS;
	if (eth->h_proto != bpf_htons(ETH_P_IP) || length < min_length)
		return XDP_PASS;

	if (count_packet(ip->protocol, length))
		return XDP_ABORTED;

	protocols = bpf_for_each_map_elem(&counts, sum, &totals, 0);
	if (totals.bytes > threshold)
		bpf_printk("%llu bytes in %ld protocols, most packets are of protocol %u",
			   totals.bytes, protocols, totals.busiest);

	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
