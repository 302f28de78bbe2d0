// Iterators over bits, and kernel functions on the bytes of dynptrs.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_iter_bits {
	__u64 opaque[2];
} __attribute__((aligned(8)));

extern int bpf_iter_bits_new(struct bpf_iter_bits *it, const __u64 *unsafe_ptr, __u32 nr_words) __ksym __weak;
extern int *bpf_iter_bits_next(struct bpf_iter_bits *it) __ksym __weak;
extern void bpf_iter_bits_destroy(struct bpf_iter_bits *it) __ksym __weak;
extern int bpf_dynptr_clone(const struct bpf_dynptr *p, struct bpf_dynptr *clone) __ksym __weak;
extern int bpf_dynptr_copy(struct bpf_dynptr *to, __u32 to_off, struct bpf_dynptr *from, __u32 from_off,
			   __u32 size) __ksym __weak;
extern int bpf_dynptr_memset(struct bpf_dynptr *p, __u32 offset, __u32 size, __u8 value) __ksym __weak;
extern int bpf_dynptr_adjust(const struct bpf_dynptr *p, __u32 start, __u32 end) __ksym __weak;
extern __u32 bpf_dynptr_size(const struct bpf_dynptr *p) __ksym __weak;

__u64 words[4];
__u32 count = 1, seen, null;
__u32 numbers[32];
__s64 results[12];
unsigned char bytes[32], others[32];
__u32 start, end = 32, offset, from, size = 4;

SEC("tc") int iterate(struct __sk_buff *skb)
{
	struct bpf_iter_bits it;
	int *bit;

	seen = 0;
	results[0] = bpf_iter_bits_new(&it, null ? NULL : words, count);
	while ((bit = bpf_iter_bits_next(&it))) {
		if (seen < 32)
			numbers[seen & 31] = *bit;
		seen++;
	}
	bpf_iter_bits_destroy(&it);
	return 0;
}

SEC("tc") int change(struct __sk_buff *skb)
{
	struct bpf_dynptr a, b, c;

	results[0] = bpf_dynptr_from_mem(bytes, sizeof(bytes), null & 1, &a);
	results[1] = bpf_dynptr_from_mem(others, sizeof(others), null & 2, &b);
	results[2] = bpf_dynptr_clone(&a, &c);
	results[3] = bpf_dynptr_adjust(&c, start, end);
	results[4] = bpf_dynptr_size(&c);
	results[5] = bpf_dynptr_size(&a);
	results[6] = bpf_dynptr_memset(&c, offset, size, 0xa5);
	results[7] = bpf_dynptr_memset(&b, from, 3, 7);
	results[8] = bpf_dynptr_copy(&b, offset, &c, from, size);
	results[9] = bpf_dynptr_copy(&c, from, &a, 0, size);
	results[10] = bpf_dynptr_memset(&c, 0, 0, 1);
	results[11] = bpf_dynptr_copy(&c, 0, &b, 0, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
