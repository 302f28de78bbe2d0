// SPDX-License-Identifier: MIT
/* BPF_MAP_TYPE_LRU_HASH: drops packets to a client that has been sent far more than the others served recently. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_map;

#define DROP 0
#define ALLOW 1

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__uint(max_entries, 32);
	__type(key, __be32); /* address of the client */
	__type(value, __u64);
} clients SEC(".maps");

struct others {
	__be32 except;
	__u32 clients;
	__u64 packets;
};

/* How many times the average of the others a client may be sent. */
const volatile __u32 allowed_factor = 4;

__u64 dropped;

static long add_other(struct bpf_map *map, __be32 *client, __u64 *packets, struct others *others)
{
	if (*client == others->except)
		return 0;

	others->clients++;
	others->packets += *packets;
	return 0;
}

static __noinline __u64 average_of_others(__be32 client)
{
	struct others others = { .except = client };

	bpf_for_each_map_elem(&clients, add_other, &others, 0);
	return others.clients ? others.packets / others.clients : 0;
}

SEC("cgroup_skb/egress")
int limit_clients(struct __sk_buff *skb)
{
	__be32 client = skb->remote_ip4;
	__u64 *packets = bpf_map_lookup_elem(&clients, &client);
	__u64 first = 1, average;

	if (!packets) {
		bpf_map_update_elem(&clients, &client, &first, BPF_ANY);
		return ALLOW;
	}
	__sync_fetch_and_add(packets, 1);

	average = average_of_others(client);
	if (average && *packets > average * allowed_factor) {
		__sync_fetch_and_add(&dropped, 1);
		return DROP;
	}
	return ALLOW;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
