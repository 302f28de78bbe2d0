#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int LINUX_KERNEL_VERSION __kconfig;

SEC("xdp")
int version(void *ctx)
{
	return LINUX_KERNEL_VERSION > 0x60000;
}
