/* Reading through pointers of unknown worth. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char source[32] = "some text of the program";
char target[32] = "################################";
__u64 address;
__u32 size = 8;
long result = -12345;

#define PROBE(NAME, HELPER, POINTER)                                                                                   \
	SEC("raw_tp")                                                                                                  \
	int NAME(void *ctx)                                                                                            \
	{                                                                                                              \
		__u32 length = size;                                                                                   \
                                                                                                                       \
		if (length > sizeof(target))                                                                           \
			return 1;                                                                                      \
		result = HELPER(target, length, (void *)(POINTER));                                                    \
		return 0;                                                                                              \
	}

PROBE(kernel_own, bpf_probe_read_kernel, source)
PROBE(kernel_at, bpf_probe_read_kernel, address)
PROBE(kernel_text_own, bpf_probe_read_kernel_str, source)
PROBE(kernel_text_at, bpf_probe_read_kernel_str, address)
PROBE(user_at, bpf_probe_read_user, address)
PROBE(user_text_at, bpf_probe_read_user_str, address)
PROBE(user_own, bpf_probe_read_user, source)
PROBE(any_own, bpf_probe_read, source)
PROBE(any_at, bpf_probe_read, address)
PROBE(any_text_own, bpf_probe_read_str, source)
PROBE(any_text_at, bpf_probe_read_str, address)

SEC("syscall")
int copied(void *ctx)
{
	__u32 length = size;

	if (length > sizeof(target))
		return 1;
	result = bpf_copy_from_user(target, length, (void *)address);
	return 0;
}

char _license[] SEC("license") = "GPL";
