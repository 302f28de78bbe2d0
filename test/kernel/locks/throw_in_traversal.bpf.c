// Exceptions in callbacks, which the kernel refuses.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct counter {
	struct bpf_spin_lock lock;
	__u32 hits;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct counter);
} slots SEC(".maps");

__u32 which;
__s64 results[8];
__u64 total;

extern void bpf_throw(__u64 cookie) __ksym __weak;

static long throw_on_key(void *map, __u32 *key, struct counter *c, void *ctx)
{
	total++;
	if (*key == which)
		bpf_throw(*key + 60);
	return 0;
}

SEC("tc") int throw_in_traversal(struct __sk_buff *skb)
{
	results[0] = bpf_for_each_map_elem(&slots, throw_on_key, NULL, 0);
	return 9;
}

char _license[] SEC("license") = "GPL";
