/* A table of functions for a kernel subsystem, and another map. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct tcp_congestion_ops {
	unsigned int flags;
	unsigned int (*ssthresh)(void *sk);
	void (*cong_avoid)(void *sk, unsigned int ack, unsigned int acked);
	char name[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} calls SEC(".maps");

SEC("struct_ops/ssthresh")
unsigned int threshold(void **ctx)
{
	__u32 key = 0;
	__u32 *count = bpf_map_lookup_elem(&calls, &key);

	return count ? ++*count : 0;
}

SEC("struct_ops/cong_avoid")
void avoid(void **ctx)
{
}

SEC(".struct_ops")
struct tcp_congestion_ops first = {
	.flags = 3,
	.ssthresh = (void *)threshold,
	.cong_avoid = (void *)avoid,
	.name = "first",
};

SEC(".struct_ops.link")
struct tcp_congestion_ops second = {
	.cong_avoid = (void *)avoid,
	.name = "second",
};

char LICENSE[] SEC("license") = "GPL";
