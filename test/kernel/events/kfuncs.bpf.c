/* Dynptrs by kernel functions: parts of them, and what they say of themselves. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

extern int bpf_dynptr_adjust(const struct bpf_dynptr *p, __u32 start, __u32 end) __ksym;
extern bool bpf_dynptr_is_null(const struct bpf_dynptr *p) __ksym;
extern bool bpf_dynptr_is_rdonly(const struct bpf_dynptr *p) __ksym;
extern __u32 bpf_dynptr_size(const struct bpf_dynptr *p) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *p, __u32 offset, void *buffer, __u32 size) __ksym;
extern void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *p, __u32 offset, void *buffer, __u32 size) __ksym;

unsigned char bytes[64];
__u32 size = 64, start = 8, end = 32, offset = 4;
__s64 results[12];

SEC("tc")
int parts(struct __sk_buff *skb)
{
	struct bpf_dynptr dynptr;
	__u32 buffer[2] = {}, *slice;
	__u32 length = size;

	if (length > 64)
		length = 64;
	results[0] = bpf_dynptr_from_mem(bytes, length, size > 64, &dynptr);
	results[1] = bpf_dynptr_is_null(&dynptr);
	results[2] = bpf_dynptr_is_rdonly(&dynptr);
	results[3] = bpf_dynptr_size(&dynptr);
	results[4] = bpf_dynptr_adjust(&dynptr, start, end);
	results[5] = bpf_dynptr_size(&dynptr);
	slice = bpf_dynptr_slice(&dynptr, offset, buffer, sizeof(buffer));
	results[6] = slice ? slice[1] : -1;
	slice = bpf_dynptr_slice_rdwr(&dynptr, offset, buffer, sizeof(buffer));
	if (slice)
		slice[0] = 0x11223344;
	results[7] = bpf_dynptr_read(buffer, 8, &dynptr, 0, 0);
	results[8] = buffer[0];
	results[9] = bpf_dynptr_write(&dynptr, offset, buffer, 4, 0);
	results[10] = bpf_dynptr_adjust(&dynptr, 1, 5);
	results[11] = bpf_dynptr_size(&dynptr);
	return 0;
}

char _license[] SEC("license") = "GPL";
