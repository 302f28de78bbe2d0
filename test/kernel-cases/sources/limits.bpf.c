#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Programs at, and over, the verifier's limits for stack and tail calls; what is defined chooses one. */

#define NOINLINE static __attribute__((noinline))

#define ON_STACK(bytes)                                    \
	char buffer[bytes];                                \
	__builtin_memset(buffer, 1, bytes);                \
	asm volatile("" ::"r"(buffer) : "memory")

__u64 n;

int leaf(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__array(values, int(struct __sk_buff *));
} programs SEC(".maps") = {
	.values = { [0] = (void *)&leaf },
};

SEC("tc")
int leaf(struct __sk_buff *skb)
{
	n++;
	return 7;
}

#ifdef STACK
/* Three functions with 160, 176 and STACK bytes. */
NOINLINE int third(struct __sk_buff *skb)
{
	ON_STACK(STACK);
	n += 4;
	return skb->len;
}

NOINLINE int second(struct __sk_buff *skb)
{
	ON_STACK(168);
	return third(skb) + 1;
}

SEC("tc")
int prog(struct __sk_buff *skb)
{
	ON_STACK(160);
	return second(skb);
}
#endif

#ifdef STACK_IN_CALLBACK
static int step(__u64 index, void *context)
{
	ON_STACK(STACK_IN_CALLBACK);
	n++;
	return 0;
}

SEC("tc")
int prog(struct __sk_buff *skb)
{
	ON_STACK(256);
	return bpf_loop(3, step, 0, 0);
}
#endif

#ifdef STACK_BELOW_TAIL_CALL
NOINLINE int tail(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &programs, 0);
	asm volatile("" ::: "memory");
	return skb->len;
}

SEC("tc")
int prog(struct __sk_buff *skb)
{
	ON_STACK(STACK_BELOW_TAIL_CALL);
	return tail(skb) + 1;
}
#endif

#ifdef IN_CALLBACK
static int step(__u64 index, struct __sk_buff **context)
{
	bpf_tail_call(*context, &programs, 0);
	return 0;
}

SEC("tc")
int prog(struct __sk_buff *skb)
{
	struct __sk_buff *own = skb;

	bpf_loop(2, step, &own, 0);
	return 1;
}
#endif

#ifdef UNDER_CALLBACK
NOINLINE int tail(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &programs, 0);
	asm volatile("" ::: "memory");
	return skb->len;
}

static int step(__u64 index, struct __sk_buff **context)
{
	return tail(*context) & 1;
}

SEC("tc")
int prog(struct __sk_buff *skb)
{
	struct __sk_buff *own = skb;

	return bpf_loop(5, step, &own, 0);
}
#endif

#ifdef WRONG_MAP
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} plain SEC(".maps");

SEC("tc")
int prog(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &plain, 0);
	return 1;
}
#endif

#ifdef LOOKUP
SEC("tc")
int prog(struct __sk_buff *skb)
{
	__u32 key = 0, *value = bpf_map_lookup_elem(&programs, &key);

	return value ? *value : 1;
}
#endif

#ifdef UPDATE
SEC("tc")
int prog(struct __sk_buff *skb)
{
	__u32 key = 0;

	return bpf_map_update_elem(&programs, &key, &key, 0);
}
#endif

#ifdef WRONG_CONTEXT
SEC("tc")
int prog(struct __sk_buff *skb)
{
	int number = 0;

	bpf_tail_call(&number, &programs, 0);
	return 1;
}
#endif

char LICENSE[] SEC("license") = "GPL";
