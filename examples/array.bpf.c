// SPDX-License-Identifier: MIT
/* BPF_MAP_TYPE_ARRAY: a histogram of packet sizes, and its fullest slot. An array is traversed whole, from index 0. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct bpf_map;

#define SLOTS 8

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32); /* slot i counts packets of less than 64 << i bytes */
	__type(value, __u64);
} sizes SEC(".maps");

struct peak {
	__u64 packets;
	__u32 slot;
	__u32 slots_in_use;
};

struct peak last_peak;

static __noinline __u32 slot_of(__u32 length)
{
	__u32 slot;

	for (slot = 0; slot < SLOTS - 1; slot++)
		if (length < 64u << slot)
			break;
	return slot;
}

static long find_peak(struct bpf_map *map, __u32 *index, __u64 *packets, struct peak *peak)
{
	if (!*packets)
		return 0;

	peak->slots_in_use++;
	if (*packets > peak->packets) {
		peak->packets = *packets;
		peak->slot = *index;
	}
	return 0;
}

SEC("tc")
int size_histogram(struct __sk_buff *skb)
{
	__u32 slot = slot_of(skb->len);
	__u64 *packets = bpf_map_lookup_elem(&sizes, &slot);
	struct peak peak = {};

	if (!packets)
		return TC_ACT_OK;
	__sync_fetch_and_add(packets, 1);

	bpf_for_each_map_elem(&sizes, find_peak, &peak, 0);
	last_peak = peak;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
