/* What bpf_user_ringbuf_drain gives its callback, and what it makes of what that returns. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__s64 ret = -12345;
__u32 n = 0, stop = 100;
__u64 flags = 0, words[16];
__s64 rd[16];

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} urb SEC(".maps");

static long take(struct bpf_dynptr *sample, void *ctx)
{
	__u32 i = n & 15;
	__u64 word = 0;

	rd[i] = bpf_dynptr_read(&word, 8, sample, 0, 0);
	words[i] = word;
	n++;
	return n > stop;
}

static long two(struct bpf_dynptr *sample, void *ctx)
{
	return 2;
}

SEC("raw_tp")
int drain(void *ctx)
{
	ret = bpf_user_ringbuf_drain(&urb, take, 0, flags);
	return 0;
}

SEC("raw_tp")
int drain2(void *ctx)
{
	ret = bpf_user_ringbuf_drain(&urb, two, 0, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
