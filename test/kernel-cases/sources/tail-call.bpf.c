#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Tail calls: every program notes itself in `trace`; what a run leaves in the globals is compared. */

#define NOINLINE static __attribute__((noinline))

/* A number that the compiler does not know, so that callers take what the call returns. */
#define UNKNOWN(number)                                    \
	({                                                 \
		int unknown = (number);                    \
		asm volatile("" : "+r"(unknown));          \
		unknown;                                   \
	})

__u64 trace[48];
__u64 n;
__u64 seen;
__u32 slot;

int leaf(struct __sk_buff *skb);
int second(struct __sk_buff *skb);
int again(struct __sk_buff *skb);
int sub_leaf(struct __sk_buff *skb);
int sub_again(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 8);
	__uint(key_size, 4);
	__array(values, int(struct __sk_buff *));
} programs SEC(".maps") = {
	.values = {
		[0] = (void *)&leaf,
		[1] = (void *)&second,
		[2] = (void *)&again,
		[5] = (void *)&sub_leaf,
		[6] = (void *)&sub_again,
	},
};

static __always_inline void note(__u64 what)
{
	if (n < 48)
		trace[n] = what;
	n++;
}

SEC("tc")
int leaf(struct __sk_buff *skb)
{
	note(100 + skb->mark);
	return 7;
}

SEC("tc")
int second(struct __sk_buff *skb)
{
	note(200);
	skb->mark = 3;
	bpf_tail_call(skb, &programs, 0);
	note(201);
	return 8;
}

SEC("tc")
int again(struct __sk_buff *skb)
{
	note(300);
	bpf_tail_call(skb, &programs, 2);
	note(301);
	return 9;
}

SEC("tc")
int present(struct __sk_buff *skb)
{
	note(1);
	bpf_tail_call(skb, &programs, 0);
	note(2);
	return 1;
}

SEC("tc")
int chain_of_two(struct __sk_buff *skb)
{
	note(1);
	bpf_tail_call(skb, &programs, 1);
	note(2);
	return 1;
}

SEC("tc")
int missing(struct __sk_buff *skb)
{
	note(1);
	bpf_tail_call(skb, &programs, 3);
	note(2);
	return 1;
}

SEC("tc")
int out_of_range(struct __sk_buff *skb)
{
	note(1);
	bpf_tail_call(skb, &programs, 8);
	note(2);
	return 1;
}

/* The index has 32 bits: the helper takes it as u32. */
SEC("tc")
int wide_index(struct __sk_buff *skb)
{
	volatile __u64 index = 0x100000000ull;

	note(1);
	asm volatile("r1 = %[skb]\n r2 = %[map] ll\n r3 = %[index]\n call 12\n"
		     :: [skb] "r"(skb), [map] "i"(&programs), [index] "r"(index)
		     : "r0", "r1", "r2", "r3", "r4", "r5", "memory");
	note(2);
	return 1;
}

SEC("tc")
int by_variable(struct __sk_buff *skb)
{
	note(1);
	bpf_tail_call(skb, &programs, slot);
	note(2);
	return 1;
}

/* 33 tail calls are made, the 34th falls through. */
SEC("tc")
int limit(struct __sk_buff *skb)
{
	note(1);
	bpf_tail_call(skb, &programs, 2);
	note(2);
	return 1;
}

/* Calls that fall through because the slot is empty do not count. */
SEC("tc")
int misses_do_not_count(struct __sk_buff *skb)
{
	for (int i = 0; i < 40; i++) {
		volatile __u32 index = 3;
		bpf_tail_call(skb, &programs, index);
	}
	note(2);
	bpf_tail_call(skb, &programs, 0);
	return 1;
}

NOINLINE int call_leaf(struct __sk_buff *skb)
{
	note(50);
	bpf_tail_call(skb, &programs, 0);
	note(51);
	return UNKNOWN(60);
}

/* From a subprogram: what is called returns to the subprogram's caller. */
SEC("tc")
int from_subprogram(struct __sk_buff *skb)
{
	int result;

	note(1);
	result = call_leaf(skb);
	note(2);
	return result + 1;
}

NOINLINE int call_missing(struct __sk_buff *skb)
{
	note(50);
	bpf_tail_call(skb, &programs, 3);
	note(51);
	return UNKNOWN(60);
}

SEC("tc")
int from_subprogram_missing(struct __sk_buff *skb)
{
	int result;

	note(1);
	result = call_missing(skb);
	note(2);
	return result + 1;
}

NOINLINE int deeper(struct __sk_buff *skb)
{
	int result;

	note(40);
	result = call_leaf(skb);
	note(41);
	return result + 10;
}

SEC("tc")
int two_deep(struct __sk_buff *skb)
{
	int result;

	note(1);
	result = deeper(skb);
	note(2);
	return result + 100;
}

/* A subprogram tail calls a program whose subprogram tail calls. */
SEC("tc")
int sub_leaf(struct __sk_buff *skb)
{
	int result;

	note(500);
	result = call_leaf(skb);
	note(501);
	return result + 1000;
}

NOINLINE int call_sub_leaf(struct __sk_buff *skb)
{
	note(70);
	bpf_tail_call(skb, &programs, 5);
	note(71);
	return UNKNOWN(80);
}

SEC("tc")
int nested_subprograms(struct __sk_buff *skb)
{
	int result;

	note(1);
	result = call_sub_leaf(skb);
	note(2);
	return result + 10000;
}

NOINLINE int call_sub_again(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &programs, 6);
	return UNKNOWN(80);
}

/* Each program calls a subprogram that tail calls the program again: frames stay, the count is of the whole run. */
SEC("tc")
int sub_again(struct __sk_buff *skb)
{
	n++;
	call_sub_again(skb);
	seen++;
	return 5;
}

NOINLINE int call_again(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &programs, 2);
	return UNKNOWN(80);
}

/* The second subprogram finds the 33 used up by the first. */
SEC("tc")
int count_is_shared(struct __sk_buff *skb)
{
	int first = call_again(skb);
	int then = call_leaf(skb);

	seen = first;
	return then;
}

/* A loop in which each tail call returns to the caller: only 33 are made. */
SEC("tc")
int many_returns(struct __sk_buff *skb)
{
	int sum = 0;

	for (int i = 0; i < 40; i++)
		sum += call_leaf(skb);
	return sum;
}

char LICENSE[] SEC("license") = "GPL";
