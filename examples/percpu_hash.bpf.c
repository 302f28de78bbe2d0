// SPDX-License-Identifier: MIT
/* BPF_MAP_TYPE_PERCPU_HASH: bytes per packet mark. A mark that has more than its share of this CPU's bytes is dropped. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct bpf_map;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__uint(max_entries, 16);
	__type(key, __u32); /* skb->mark */
	__type(value, __u64);
} bytes_by_mark SEC(".maps");

struct sum {
	__u64 bytes;
};

__u32 max_percent = 50;

static long add_bytes(struct bpf_map *map, __u32 *mark, __u64 *bytes, struct sum *sum)
{
	sum->bytes += *bytes;
	return 0;
}

static __noinline __u64 account(__u32 mark, __u32 length)
{
	__u64 *bytes = bpf_map_lookup_elem(&bytes_by_mark, &mark);
	__u64 first = length;

	if (!bytes) {
		bpf_map_update_elem(&bytes_by_mark, &mark, &first, BPF_NOEXIST);
		return first;
	}
	*bytes += length;
	return *bytes;
}

SEC("tc")
int fair_share(struct __sk_buff *skb)
{
	__u64 own = account(skb->mark, skb->len);
	struct sum sum = {};
	long marks = bpf_for_each_map_elem(&bytes_by_mark, add_bytes, &sum, 0);

	if (marks > 1 && own * 100 > sum.bytes * max_percent)
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
