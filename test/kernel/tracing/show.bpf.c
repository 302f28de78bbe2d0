/* Values printed by their type: types that the kernel has as well. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <linux/if_ether.h>
#include <linux/in6.h>

#define CORE __attribute__((preserve_access_index))
struct list_head {
	struct list_head *next, *prev;
} CORE;
char out[512] = "";
__u32 out_size = sizeof(out);
__u64 flags;
long result = -12345;
long long first, second, third, fourth;

#define SHOW(TYPE)                                                                                                     \
	struct btf_ptr pointer = {};                                                                                   \
	__u32 size = out_size;                                                                                         \
                                                                                                                       \
	if (size == 0 || size > sizeof(out))                                                                           \
		return 1;                                                                                              \
	pointer.ptr = &value;                                                                                          \
	pointer.type_id = bpf_core_type_id_kernel(TYPE);                                                               \
	result = bpf_snprintf_btf(out, size, &pointer, sizeof(pointer), flags);                                        \
	return 0;

SEC("raw_tp")
int pair(void *ctx)
{
	struct bpf_perf_event_value value = { first, second };

	SHOW(struct bpf_perf_event_value)
}

SEC("raw_tp")
int nested(void *ctx)
{
	struct bpf_flow_keys value = {};

	value.nhoff = first;
	value.is_frag = second;
	value.ipv4_src = third;
	value.flags = fourth;
	SHOW(struct bpf_flow_keys)
}

SEC("raw_tp")
int target(void *ctx)
{
	struct bpf_devmap_val value = {};

	value.ifindex = first;
	value.bpf_prog.id = second;
	SHOW(struct bpf_devmap_val)
}

SEC("raw_tp")
int header(void *ctx)
{
	struct ethhdr value = {};

	value.h_dest[0] = first;
	value.h_dest[1] = second;
	value.h_source[5] = third;
	value.h_proto = fourth;
	SHOW(struct ethhdr)
}

SEC("raw_tp")
int pointers(void *ctx)
{
	struct list_head value = { (void *)first, (void *)second };

	SHOW(struct list_head)
}

SEC("raw_tp")
int tuple(void *ctx)
{
	struct bpf_sock_tuple value = {};

	value.ipv4.saddr = first;
	value.ipv4.dport = second;
	SHOW(struct bpf_sock_tuple)
}

SEC("raw_tp")
int address(void *ctx)
{
	struct in6_addr value = {};

	value.s6_addr[0] = first;
	value.s6_addr[5] = second;
	value.s6_addr[15] = third;
	SHOW(struct in6_addr)
}

SEC("raw_tp")
int nowhere(void *ctx)
{
	struct btf_ptr pointer = {};

	pointer.type_id = bpf_core_type_id_kernel(struct bpf_perf_event_value);
	pointer.ptr = (void *)first;
	result = bpf_snprintf_btf(out, sizeof(out), &pointer, sizeof(pointer), flags);
	return 0;
}

SEC("raw_tp")
int no_type(void *ctx)
{
	struct btf_ptr pointer = {};

	pointer.ptr = &pointer;
	result = bpf_snprintf_btf(out, sizeof(out), &pointer, sizeof(pointer), 0);
	return 0;
}

SEC("raw_tp")
int wrong_size(void *ctx)
{
	struct btf_ptr pointer[2] = {};

	result = bpf_snprintf_btf(out, sizeof(out), pointer, sizeof(pointer), 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
