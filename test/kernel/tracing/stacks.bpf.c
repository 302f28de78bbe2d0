/* What is wrong with the arguments, and that what is right gives something. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 64);
} traces SEC(".maps");

long result = -12345;
__u64 flags;
__u32 size = 64;
__u64 stack[16];

SEC("raw_tp")
int id(void *ctx)
{
	result = bpf_get_stackid(ctx, &traces, flags);
	return 0;
}

SEC("raw_tp")
int addresses(void *ctx)
{
	__u64 taken[16] = {};
	__u32 length = size;

	if (length > sizeof(taken))
		return 1;
	result = bpf_get_stack(ctx, taken, length, flags);
	if (result > 0)
		result = result % 8 == 0 && taken[0] != 0;
	return 0;
}

SEC("raw_tp")
int of_task(void *ctx)
{
	__u64 taken[16] = {};
	__u32 length = size;

	if (length > sizeof(taken))
		return 1;
	result = bpf_get_task_stack(bpf_get_current_task_btf(), taken, length, flags);
	if (result > 0)
		result = result % 8 == 0 && taken[0] != 0;
	return 0;
}

SEC("raw_tp")
int branches(void *ctx)
{
	result = bpf_get_branch_snapshot(stack, sizeof(stack), flags);
	return 0;
}

char _license[] SEC("license") = "GPL";
