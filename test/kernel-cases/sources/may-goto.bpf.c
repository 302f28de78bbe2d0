#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Loops that end by may_goto at the latest. */

#define NOINLINE static __attribute__((noinline))

/* Leaves the loop when the function has gone round its loops too often. */
#define COND_BREAK                                                        \
	{                                                                 \
		__label__ out, on;                                        \
		asm volatile goto("may_goto %l[out]" :::: out);           \
		goto on;                                                  \
	out:                                                              \
		break;                                                    \
	on:;                                                              \
	}

__u64 rounds;
__u64 inner_rounds;
__u64 sum;

static __always_inline void mix(__u64 value)
{
	sum = sum * 31 + value;
}

SEC("tc")
int bounded(struct __sk_buff *skb)
{
	for (__u32 i = 0;; i++) {
		COND_BREAK
		if (i == 1000)
			break;
		mix(i);
		rounds++;
	}
	return rounds;
}

SEC("tc")
int nested(struct __sk_buff *skb)
{
	for (__u32 i = 0;; i++) {
		COND_BREAK
		if (i == 30)
			break;
		for (__u32 j = 0;; j++) {
			COND_BREAK
			if (j == i)
				break;
			mix(i * 64 + j);
			inner_rounds++;
		}
		rounds++;
	}
	return inner_rounds;
}

NOINLINE __u64 half(__u64 n)
{
	__u64 steps = 0;

	for (;;) {
		COND_BREAK
		if (n <= 1)
			break;
		n = n & 1 ? 3 * n + 1 : n / 2;
		steps++;
	}
	return steps;
}

SEC("tc")
int in_subprogram(struct __sk_buff *skb)
{
	for (__u32 i = 1;; i++) {
		COND_BREAK
		if (i == 100)
			break;
		mix(half(i));
		rounds++;
	}
	return rounds;
}

static int step(__u64 index, void *ctx)
{
	for (__u32 i = 0;; i++) {
		COND_BREAK
		if (i > index)
			break;
		mix(i);
		inner_rounds++;
	}
	return 0;
}

SEC("tc")
int in_callback(struct __sk_buff *skb)
{
	rounds = bpf_loop(20, step, 0, 0);
	return inner_rounds;
}

/* Never ends by itself. */
SEC("tc")
int endless(struct __sk_buff *skb)
{
	for (;;) {
		COND_BREAK
		rounds++;
	}
	return 3;
}

/* The loops of a function share one count. */
SEC("tc")
int endless_twice(struct __sk_buff *skb)
{
	for (;;) {
		COND_BREAK
		rounds++;
	}
	for (;;) {
		COND_BREAK
		inner_rounds++;
	}
	return 3;
}

char LICENSE[] SEC("license") = "GPL";
