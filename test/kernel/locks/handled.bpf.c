// An exception callback: it takes the place of the program that has thrown.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u32 which;
__s64 results[8];
__u64 total;

extern void bpf_throw(__u64 cookie) __ksym __weak;

static __noinline int inner(__u64 cookie)
{
	total += 1;
	if (cookie > 2)
		bpf_throw(cookie);
	total += 10;
	return 5;
}

static __noinline int middle(__u64 cookie)
{
	int r = inner(cookie);

	total += 100;
	return r + 1;
}

__noinline int handler(__u64 cookie)
{
	results[1] = cookie;
	return 77;
}

SEC("tc") __attribute__((btf_decl_tag("exception_callback:handler"))) int throw_handled(struct __sk_buff *skb)
{
	int r = middle(which);

	total += 1000;
	return r;
}

char _license[] SEC("license") = "GPL";
