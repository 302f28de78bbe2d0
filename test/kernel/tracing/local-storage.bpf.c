/* The storage of a cgroup's program: BPF_PROG_TEST_RUN gives each run one of its own. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
	__type(key, struct bpf_cgroup_storage_key);
	__type(value, __u64);
} shared SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE);
	__type(key, __u64);
	__type(value, __u64);
} each SEC(".maps");

__u64 first = 99;
__u64 second = 99;

SEC("cgroup_skb/ingress")
int count(struct __sk_buff *skb)
{
	__u64 *value = bpf_get_local_storage(&shared, 0);
	__u64 *other = bpf_get_local_storage(&each, 0);

	first = *value;
	second = *other;
	*value += 3;
	*other += 4;
	value = bpf_get_local_storage(&shared, 0);
	other = bpf_get_local_storage(&each, 0);
	return *value + *other == 7;
}

char _license[] SEC("license") = "GPL";
