// What maps and code may refer to: inner maps, program slots, kernel functions.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} first SEC(".maps"), second SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 3);
	__type(key, __u32);
	__array(values, struct inner);
} tables SEC(".maps") = { .values = { [0] = &second, [2] = &first } };

int next_step(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int(struct xdp_md *));
} steps SEC(".maps") = { .values = { [1] = &next_step } };

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 16);
	__uint(value_size, 4);
	__uint(map_extra, 3);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} seen SEC(".maps");

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __weak __ksym;

static const char *const names[] = { "none", "one" };
const char *const *names_address = names;

SEC("xdp")
int next_step(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp")
int first_step(struct xdp_md *ctx)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	bpf_tail_call(ctx, &steps, 1);
	return XDP_ABORTED;
}

char _license[] SEC("license") = "GPL";
