/* Who runs, and what belongs to it. What differs from run to run is compared with what it has to be. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define CORE __attribute__((preserve_access_index))
struct task_struct {
	int pid;
	int tgid;
	char comm[16];
	struct css_set *cgroups;
} CORE;
struct cgroup {
	int level;
} CORE;
struct css_set {
	struct cgroup *dfl_cgrp;
} CORE;

long result = -12345;
long second = -12345;
long third = -12345;
__u64 flags;
__u32 where;
char name[16] = "###############";
__u32 size = 16;

SEC("raw_tp")
int identity(void *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct task_struct *task = bpf_get_current_task_btf();

	result = (__u32)id == task->pid && id >> 32 == task->tgid && id != 0;
	second = bpf_get_current_uid_gid();
	third = bpf_get_current_task() == (__u64)task;
	return 0;
}

SEC("raw_tp")
int comm(void *ctx)
{
	__u32 length = size;

	if (length == 0 || length > sizeof(name))
		return 1;
	result = bpf_get_current_comm(name, length);
	return 0;
}

SEC("raw_tp")
int comm_of_task(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	result = bpf_probe_read_kernel_str(name, sizeof(name), task->comm);
	return 0;
}

SEC("raw_tp")
int levels(void *ctx)
{
	result = bpf_get_current_ancestor_cgroup_id(1000);
	second = bpf_get_current_ancestor_cgroup_id(0) != 0;
	third = bpf_get_current_cgroup_id() != 0;
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__uint(value_size, 4);
} cgroups SEC(".maps");

SEC("raw_tp")
int under(void *ctx)
{
	result = bpf_current_task_under_cgroup(&cgroups, where);
	return 0;
}

SEC("raw_tp")
int name_space(void *ctx)
{
	struct bpf_pidns_info info = { 1, 2 };

	result = bpf_get_ns_current_pid_tgid(flags, 1, &info, sizeof(info));
	second = info.pid;
	third = info.tgid;
	return 0;
}

SEC("raw_tp")
int name_space_size(void *ctx)
{
	struct bpf_pidns_info info[2] = {};

	result = bpf_get_ns_current_pid_tgid(0, 0, info, sizeof(info));
	return 0;
}

SEC("raw_tp")
int signals(void *ctx)
{
	result = bpf_send_signal(65);
	second = bpf_send_signal_thread(1000);
	return 0;
}

static long on_area(struct task_struct *task, void *area, void *ctx)
{
	third++;
	return 0;
}

SEC("raw_tp")
int area(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	third = 0;
	result = bpf_find_vma(task, where, (void *)on_area, 0, flags);
	return 0;
}

struct value {
	__u64 count;
	__u32 number;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct value);
} tasks SEC(".maps");

SEC("raw_tp")
int task_storage(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct value initial = { 40, 7 };
	struct value *found = bpf_task_storage_get(&tasks, task, 0, 0);

	result = found != 0;
	found = bpf_task_storage_get(&tasks, task, &initial, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!found)
		return 1;
	found->count += 2;
	found = bpf_task_storage_get(&tasks, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	second = found ? found->count : -1;
	third = found ? found->number : -1;
	return bpf_task_storage_delete(&tasks, task);
}

SEC("raw_tp")
int task_storage_zero(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct value *found = bpf_task_storage_get(&tasks, task, 0, 1);

	result = found ? found->count : -1;
	second = bpf_task_storage_delete(&tasks, task);
	third = bpf_task_storage_delete(&tasks, task);
	return 0;
}

SEC("raw_tp")
int task_storage_flags(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	result = bpf_task_storage_get(&tasks, task, 0, flags) != 0;
	second = bpf_task_storage_delete(&tasks, task);
	return 0;
}

struct {
	__uint(type, 32 /* BPF_MAP_TYPE_CGRP_STORAGE */);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, long);
} groups SEC(".maps");

SEC("raw_tp")
int cgroup_storage(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct cgroup *group = task->cgroups->dfl_cgrp;
	long *found = bpf_cgrp_storage_get(&groups, group, 0, 0);

	result = found != 0;
	found = bpf_cgrp_storage_get(&groups, group, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!found)
		return 1;
	*found += 5;
	found = bpf_cgrp_storage_get(&groups, group, 0, 0);
	second = found ? *found : -1;
	third = bpf_cgrp_storage_delete(&groups, group);
	return bpf_cgrp_storage_delete(&groups, group);
}

char _license[] SEC("license") = "GPL";
