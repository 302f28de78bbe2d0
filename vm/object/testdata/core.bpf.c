// CO-RE accesses whose value does not depend on a kernel, and one whose value does.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct task {
	int pid;
	struct {
		__u32 depth;
	};
	__u64 weights[4];
} __attribute__((preserve_access_index));

enum state { STATE_IDLE = 3, STATE_BUSY };

#ifdef FLAVOUR
struct task___old {
	int state;
} __attribute__((preserve_access_index));
#endif

SEC("raw_tp")
int read_task(struct task *task)
{
	__u64 value = task->weights[2] + task->depth;

	value += bpf_core_field_exists(task->pid);
	value += bpf_core_enum_value(enum state, STATE_BUSY);
	value += bpf_core_type_size(struct task);
#ifdef FLAVOUR
	value += bpf_core_field_exists(((struct task___old *)task)->state);
#endif
	return value;
}

char _license[] SEC("license") = "GPL";
