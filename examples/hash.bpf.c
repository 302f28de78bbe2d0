// SPDX-License-Identifier: MIT
/* BPF_MAP_TYPE_HASH: a table of peers whose callback deletes the element it is looking at when that has been idle too long. */
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct bpf_map;

struct peer {
	__be32 address;
	__be16 port;
	__u16 zero;
};

struct activity {
	__u64 last_seen; /* nanoseconds since boot */
	__u64 packets;
};

struct sweep {
	__u64 now;
	__u32 kept;
	__u32 expired;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__uint(max_entries, 64);
	__type(key, struct peer);
	__type(value, struct activity);
} peers SEC(".maps");

__u64 idle_limit = 30ull * 1000 * 1000 * 1000;
__u32 expired;

static __noinline long remember(const struct peer *peer, __u64 now)
{
	struct activity *activity = bpf_map_lookup_elem(&peers, peer);
	struct activity first = { .last_seen = now, .packets = 1 };

	if (!activity)
		return bpf_map_update_elem(&peers, peer, &first, BPF_ANY);

	activity->last_seen = now;
	activity->packets++;
	return 0;
}

static long expire(struct bpf_map *map, struct peer *peer, struct activity *activity, struct sweep *sweep)
{
	if (sweep->now - activity->last_seen < idle_limit) {
		sweep->kept++;
		return 0;
	}

	if (!bpf_map_delete_elem(map, peer))
		sweep->expired++;
	return 0;
}

SEC("socket")
int track_peers(struct __sk_buff *skb)
{
	struct sweep sweep = { .now = bpf_ktime_get_ns() };
	struct peer peer = {};
	struct iphdr ip;
	struct udphdr udp;

	if (bpf_skb_load_bytes_relative(skb, 0, &ip, sizeof(ip), BPF_HDR_START_NET))
		return 0;
	if (ip.version != 4 || ip.ihl != 5 || ip.protocol != IPPROTO_UDP)
		return 0;
	if (bpf_skb_load_bytes_relative(skb, sizeof(ip), &udp, sizeof(udp), BPF_HDR_START_NET))
		return 0;

	peer.address = ip.saddr;
	peer.port = udp.source;
	if (remember(&peer, sweep.now))
		return 0;

	bpf_for_each_map_elem(&peers, expire, &sweep, 0);
	expired += sweep.expired;
	return sweep.kept;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
