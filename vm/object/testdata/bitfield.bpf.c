// CO-RE accesses of bit fields: what the compiler writes is not what a loader does.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct packed {
	__u32 low : 3, middle : 10, high : 19;
	__u64 wide : 40;
	int small : 5;
} __attribute__((preserve_access_index));

SEC("raw_tp")
int read_middle(struct packed *packed)
{
	return BPF_CORE_READ_BITFIELD_PROBED(packed, middle);
}

SEC("raw_tp")
int read_small(struct packed *packed)
{
	return BPF_CORE_READ_BITFIELD_PROBED(packed, small);
}

char _license[] SEC("license") = "GPL";
