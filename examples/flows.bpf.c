// SPDX-License-Identifier: MIT
/*
 * Counts TCP and UDP flows, and forgets those that were quiet for long. Nearly all of it is inlined: look at the call
 * stack while you step through the headers.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MAX_TAGS 2

struct bpf_map;

struct vlan_tag {
	__be16 tci;
	__be16 protocol; /* of what follows */
};

/* How far a packet has been read. */
struct cursor {
	void *at;
	void *end;
};

struct flow {
	__be32 source;
	__be32 destination;
	__be16 ports[2];
	__u8 protocol;
	__u8 tags : 2; /* how many VLANs the packet was in */
	__u8 low : 1; /* one of the ports is below 1024 */
	__u8 pad[2];
};

struct traffic {
	__u64 packets;
	__u64 bytes;
	__u64 seen; /* number of the last packet */
};

struct sweep {
	__u64 before; /* whose last packet came before this one is quiet */
	__u32 quiet;
	__u32 left;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__uint(max_entries, 64);
	__type(key, struct flow);
	__type(value, struct traffic);
} flows SEC(".maps");

/* A flow that had none of so many packets is forgotten. */
const volatile __u64 patience = 1000;

__u64 packets;
__u32 swept;

/* Takes `size` bytes of the packet. */
static __always_inline void *take(struct cursor *cursor, __u64 size)
{
	void *taken = cursor->at;

	if (taken + size > cursor->end)
		return NULL;
	cursor->at = taken + size;
	return taken;
}

/* Past the Ethernet header and its VLAN tags; the protocol that follows, or 0. */
static __always_inline __be16 parse_link(struct cursor *cursor, struct flow *flow)
{
	struct ethhdr *eth = take(cursor, sizeof(*eth));
	__be16 protocol;
	int i;

	if (!eth)
		return 0;
	protocol = eth->h_proto;
	for (i = 0; i < MAX_TAGS; i++) {
		struct vlan_tag *tag;

		if (protocol != bpf_htons(ETH_P_8021Q) && protocol != bpf_htons(ETH_P_8021AD))
			break;
		tag = take(cursor, sizeof(*tag));
		if (!tag)
			return 0;
		protocol = tag->protocol;
		flow->tags++;
	}
	return protocol;
}

static __always_inline int parse_ports(struct cursor *cursor, struct flow *flow)
{
	__be16 *ports = take(cursor, sizeof(flow->ports));

	if (!ports)
		return -1;
	flow->ports[0] = ports[0];
	flow->ports[1] = ports[1];
	flow->low = bpf_ntohs(ports[0]) < 1024 || bpf_ntohs(ports[1]) < 1024;
	return 0;
}

static __always_inline int parse(struct cursor *cursor, struct flow *flow)
{
	struct iphdr *ip;

	if (parse_link(cursor, flow) != bpf_htons(ETH_P_IP))
		return -1;
	ip = take(cursor, sizeof(*ip));
	if (!ip || ip->ihl < 5)
		return -1;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return -1;
	flow->source = ip->saddr;
	flow->destination = ip->daddr;
	flow->protocol = ip->protocol;
	return parse_ports(cursor, flow);
}

static __always_inline void count(struct traffic *traffic, __u64 bytes, __u64 now)
{
	traffic->packets++;
	traffic->bytes += bytes;
	traffic->seen = now;
}

static __always_inline int is_quiet(const struct traffic *traffic, const struct sweep *sweep)
{
	return traffic->seen < sweep->before;
}

static long forget_quiet(struct bpf_map *map, struct flow *flow, struct traffic *traffic, struct sweep *sweep)
{
	if (is_quiet(traffic, sweep)) {
		bpf_map_delete_elem(map, flow);
		sweep->quiet++;
	} else {
		sweep->left++;
	}
	return 0;
}

SEC("xdp")
int count_flows(struct xdp_md *ctx)
{
	struct cursor cursor = { (void *)(long)ctx->data, (void *)(long)ctx->data_end };
	__u64 length = cursor.end - cursor.at;
	struct flow flow = {};
	struct sweep sweep = {};
	struct traffic *known;
	__u64 now = ++packets;

	if (parse(&cursor, &flow))
		return XDP_PASS;

	known = bpf_map_lookup_elem(&flows, &flow);
	if (known) {
		count(known, length, now);
	} else {
		struct traffic first = {};

		count(&first, length, now);
		bpf_map_update_elem(&flows, &flow, &first, BPF_NOEXIST);
	}

	sweep.before = now > patience ? now - patience : 0;
	bpf_for_each_map_elem(&flows, forget_quiet, &sweep, 0);
	swept += sweep.quiet;
	if (!sweep.left)
		bpf_printk("no flow is left");
	return sweep.left > 32 ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
