/* Clocks, names of the kernel, and what programs of the type syscall may ask for. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

long result = -12345;
__u64 found = 77;
char name[32];
__u32 size = 8;
__u64 flags;
__u32 kind = 4;

SEC("tc")
int clocks(struct __sk_buff *skb)
{
	__u64 before = bpf_ktime_get_ns();
	__u64 coarse = bpf_ktime_get_coarse_ns();
	__u64 boot = bpf_ktime_get_boot_ns();

	result = (boot >= before) + 2 * (coarse <= bpf_ktime_get_ns()) + 4 * (bpf_jiffies64() > 0xfffe0000) +
		 8 * (bpf_get_numa_node_id() == 0) + 16 * (bpf_ktime_get_tai_ns() >= before);
	return 0;
}

SEC("syscall")
int symbol(void *ctx)
{
	if (size > sizeof(name))
		return 1;
	result = bpf_kallsyms_lookup_name(name, size, flags, &found);
	return 0;
}

SEC("syscall")
int type(void *ctx)
{
	if (size == 0 || size > sizeof(name))
		return 1;
	result = bpf_btf_find_by_name_kind(name, size, kind, flags);
	if (result > 0)
		result = 1;
	return 0;
}

SEC("syscall")
int closing(void *ctx)
{
	result = bpf_sys_close(100000);
	return 0;
}

SEC("syscall")
int command(void *ctx)
{
	union bpf_attr attr = {};

	result = bpf_sys_bpf(kind, &attr, sizeof(attr));
	return 0;
}

/* A map of the program's own making, used and closed. */
__u32 made_type = BPF_MAP_TYPE_HASH;
__u32 made_key = 4;
__u32 made_value = 8;
__u32 made_entries = 1;
__u32 made_flags;
long steps[8];

SEC("syscall")
int own_map(void *ctx)
{
	static union bpf_attr attr;
	static __u32 key;
	static __u64 value[4];
	int fd;

	__builtin_memset(&attr, 0, sizeof(attr));
	__builtin_memset(steps, 0, sizeof(steps));
	attr.map_type = made_type;
	attr.key_size = made_key;
	attr.value_size = made_value;
	attr.max_entries = made_entries;
	attr.map_flags = made_flags;
	fd = bpf_sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	result = fd < 0 ? fd : 0;
	if (fd < 0)
		return 0;
	__builtin_memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = (__u64)(long)&key;
	attr.value = (__u64)(long)value;
	steps[0] = bpf_sys_bpf(BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
	attr.flags = BPF_NOEXIST;
	steps[1] = bpf_sys_bpf(BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
	attr.flags = 0;
	key = 1;
	steps[2] = bpf_sys_bpf(BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
	attr.value = 0;
	steps[3] = bpf_sys_bpf(BPF_MAP_DELETE_ELEM, &attr, sizeof(attr));
	key = 0;
	steps[4] = bpf_sys_bpf(BPF_MAP_DELETE_ELEM, &attr, sizeof(attr));
	attr.map_fd = 100000;
	steps[5] = bpf_sys_bpf(BPF_MAP_DELETE_ELEM, &attr, sizeof(attr));
	steps[6] = bpf_sys_close(fd);
	steps[7] = bpf_sys_close(fd);
	/* Addresses are not what is compared. */
	__builtin_memset(&attr, 0, sizeof(attr));
	return 0;
}

char _license[] SEC("license") = "GPL";
