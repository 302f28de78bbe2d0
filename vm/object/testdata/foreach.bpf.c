// The six map types that bpf_for_each_map_elem accepts, data sections of every kind, static and global subprograms.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct flow {
	__u32 address;
	__u16 port;
	__u8 protocol : 4;
	__u8 flags : 4;
};

struct counters {
	__u64 packets;
	__u64 bytes;
};

struct sum_ctx {
	__u64 total;
	__u32 seen;
};

#define MAP(name_, type_, key_)               \
	struct {                              \
		__uint(type, type_);          \
		__uint(max_entries, 8);       \
		__type(key, key_);            \
		__type(value, struct counters); \
	} name_ SEC(".maps")

MAP(flows, BPF_MAP_TYPE_HASH, struct flow);
MAP(flows_percpu, BPF_MAP_TYPE_PERCPU_HASH, struct flow);
MAP(flows_lru, BPF_MAP_TYPE_LRU_HASH, struct flow);
MAP(flows_lru_percpu, BPF_MAP_TYPE_LRU_PERCPU_HASH, struct flow);
MAP(slots, BPF_MAP_TYPE_ARRAY, __u32);
MAP(slots_percpu, BPF_MAP_TYPE_PERCPU_ARRAY, __u32);

const volatile __u32 limit = 4;
__u64 threshold = 10;
__u64 runs;
static __u64 last_total;
char label[8] SEC(".data.labels") = "sum";

static long add_element(void *map, const void *key, struct counters *value, struct sum_ctx *ctx)
{
	if (ctx->seen >= limit)
		return 1; // LINE stop
	ctx->total += value->packets;
	ctx->seen++;
	return 0;
}

static __noinline __u64 scale(__u64 value)
{
	return value > threshold ? value - threshold : value; // LINE scale
}

__noinline int classify(__u64 total)
{
	return total > 100 ? XDP_DROP : XDP_PASS; // LINE classify
}

SEC("xdp")
int sum_flows(struct xdp_md *ctx)
{
	struct sum_ctx sum = {};

	runs++; // LINE runs
	bpf_for_each_map_elem(&flows, add_element, &sum, 0);
	bpf_for_each_map_elem(&flows_percpu, add_element, &sum, 0);
	bpf_for_each_map_elem(&flows_lru, add_element, &sum, 0);
	bpf_for_each_map_elem(&flows_lru_percpu, add_element, &sum, 0);
	bpf_for_each_map_elem(&slots, add_element, &sum, 0);
	bpf_for_each_map_elem(&slots_percpu, add_element, &sum, 0);
	bpf_printk("%s %llu", label, sum.total);
	last_total = scale(sum.total);
	return classify(last_total);
}

SEC("tc")
int read_total(struct __sk_buff *skb)
{
	return scale(last_total) > skb->len;
}

char _license[] SEC("license") = "GPL";
