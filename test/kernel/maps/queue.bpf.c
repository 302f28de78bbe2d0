/* QUEUE, STACK and BLOOM_FILTER with values of several sizes. */
#include "script.h"

#define RING(name, kind, T, most)                                                                                      \
	struct {                                                                                                       \
		__uint(type, kind);                                                                                    \
		__uint(max_entries, most);                                                                             \
		__type(value, T);                                                                                      \
	} name SEC(".maps");

#define BLOOM(name, T, most, hashes)                                                                                   \
	struct {                                                                                                       \
		__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);                                                               \
		__uint(max_entries, most);                                                                             \
		__uint(map_flags, BPF_F_ZERO_SEED);                                                                    \
		__uint(map_extra, hashes);                                                                             \
		__type(value, T);                                                                                      \
	} name SEC(".maps");

struct odd {
	__u8 bytes[5];
};
struct twelve {
	__u32 words[3];
};
struct twenty {
	__u32 words[5];
};

RING(queue4, BPF_MAP_TYPE_QUEUE, __u32, 4)
RING(queue5, BPF_MAP_TYPE_QUEUE, struct odd, 3)
RING(queue1, BPF_MAP_TYPE_QUEUE, __u64, 1)
RING(stack4, BPF_MAP_TYPE_STACK, __u32, 4)
RING(stack12, BPF_MAP_TYPE_STACK, struct twelve, 3)
RING(stack1, BPF_MAP_TYPE_STACK, __u64, 1)
BLOOM(bloom4, __u32, 16, 0)
BLOOM(bloom5, struct odd, 100, 1)
BLOOM(bloom20, struct twenty, 20, 3)
BLOOM(bloom8, __u64, 1000, 15)

#define CASE(map)                                                                                                      \
	static __attribute__((noinline)) long map##_step(__u32 i, void *unused)                                        \
	{                                                                                                              \
		struct step *s = bpf_map_lookup_elem(&script, &i);                                                     \
		struct answer *a = bpf_map_lookup_elem(&answers, &i);                                                  \
                                                                                                                       \
		if (!s || !a || s->what == END)                                                                        \
			return 1;                                                                                      \
		if (s->what == PUSH)                                                                                   \
			a->result = bpf_map_push_elem(&map, s->value, s->flags);                                       \
		if (s->what == PEEK)                                                                                   \
			a->result = bpf_map_peek_elem(&map, a->value);                                                 \
		POP_OF_##map return 0;                                                                                 \
	}                                                                                                              \
	SEC("tc") int do_##map(struct __sk_buff *skb)                                                                  \
	{                                                                                                              \
		return bpf_loop(MOST, map##_step, 0, 0);                                                               \
	}

#define POP(map)                                                                                                       \
	if (s->what == POP)                                                                                            \
		a->result = bpf_map_pop_elem(&map, a->value);
#define POP_OF_queue4 POP(queue4)
#define POP_OF_queue5 POP(queue5)
#define POP_OF_queue1 POP(queue1)
#define POP_OF_stack4 POP(stack4)
#define POP_OF_stack12 POP(stack12)
#define POP_OF_stack1 POP(stack1)

CASE(queue4)
CASE(queue5)
CASE(queue1)
CASE(stack4)
CASE(stack12)
CASE(stack1)

/* A filter is asked for the value: it is read. */
#define FILTER(map)                                                                                                    \
	static long map##_step(__u32 i, void *unused)                                                                  \
	{                                                                                                              \
		struct step *s = bpf_map_lookup_elem(&script, &i);                                                     \
		struct answer *a = bpf_map_lookup_elem(&answers, &i);                                                  \
                                                                                                                       \
		if (!s || !a || s->what == END)                                                                        \
			return 1;                                                                                      \
		if (s->what == PUSH)                                                                                   \
			a->result = bpf_map_push_elem(&map, s->value, s->flags);                                       \
		if (s->what == PEEK)                                                                                   \
			a->result = bpf_map_peek_elem(&map, s->value);                                                 \
		return 0;                                                                                              \
	}                                                                                                              \
	SEC("tc") int do_##map(struct __sk_buff *skb)                                                                  \
	{                                                                                                              \
		return bpf_loop(MOST, map##_step, 0, 0);                                                               \
	}                                                                                                              \
	/* How many of the numbers from 0 on it takes for pushed: false positives show its bits. */                     \
	static long map##_number(__u32 i, __u32 *found)                                                                \
	{                                                                                                              \
		struct twenty value = { { i, i >> 3 } };                                                               \
                                                                                                                       \
		if (bpf_map_peek_elem(&map, (void *)&value) == 0)                                                      \
			*found = *found * 31 + i + 1;                                                                  \
		return 0;                                                                                              \
	}                                                                                                              \
	SEC("tc") int count_##map(struct __sk_buff *skb)                                                               \
	{                                                                                                              \
		__u32 found = 0;                                                                                       \
                                                                                                                       \
		bpf_loop(5000, map##_number, &found, 0);                                                               \
		return found;                                                                                          \
	}

FILTER(bloom4)
FILTER(bloom5)
FILTER(bloom20)
FILTER(bloom8)
