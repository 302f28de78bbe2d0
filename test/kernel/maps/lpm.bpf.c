/* LPM_TRIE with data of several sizes. */
#include "script.h"

#define TRIE(name, data, most)                                                                                         \
	struct name##_key {                                                                                            \
		__u32 prefixlen;                                                                                       \
		__u8 bytes[data];                                                                                      \
	};                                                                                                             \
	struct {                                                                                                       \
		__uint(type, BPF_MAP_TYPE_LPM_TRIE);                                                                   \
		__uint(max_entries, most);                                                                             \
		__uint(map_flags, BPF_F_NO_PREALLOC);                                                                  \
		__type(key, struct name##_key);                                                                        \
		__type(value, __u64);                                                                                  \
	} name SEC(".maps");

TRIE(lpm1, 1, 8)
TRIE(lpm4, 4, 16)
TRIE(lpm10, 10, 16)
TRIE(lpm16, 16, 1024)

/* STALE looks up, then updates the same key, then notes what the first value has become. */
#define PROGRAM(map)                                                                                                   \
	static long map##_step(__u32 i, void *unused)                                                                  \
	{                                                                                                              \
		struct step *s = bpf_map_lookup_elem(&script, &i);                                                     \
		struct answer *a = bpf_map_lookup_elem(&answers, &i);                                                  \
		__u64 *v;                                                                                              \
                                                                                                                       \
		if (!s || !a || s->what == END)                                                                        \
			return 1;                                                                                      \
		switch (s->what) {                                                                                     \
		case LOOKUP:                                                                                           \
			v = bpf_map_lookup_elem(&map, s->key);                                                         \
			a->result = !!v;                                                                               \
			if (v)                                                                                         \
				*(__u64 *)a->value = *v;                                                               \
			break;                                                                                         \
		case UPDATE:                                                                                           \
			a->result = bpf_map_update_elem(&map, s->key, s->value, s->flags);                             \
			break;                                                                                         \
		case DELETE:                                                                                           \
			a->result = bpf_map_delete_elem(&map, s->key);                                                 \
			break;                                                                                         \
		case STALE:                                                                                            \
			v = bpf_map_lookup_elem(&map, s->key);                                                         \
			if (!v)                                                                                        \
				break;                                                                                 \
			a->result = bpf_map_update_elem(&map, s->key, s->value, s->flags);                             \
			*(__u64 *)a->value = *v;                                                                       \
			break;                                                                                         \
		}                                                                                                      \
		return 0;                                                                                              \
	}                                                                                                              \
	SEC("tc") int do_##map(struct __sk_buff *skb)                                                                  \
	{                                                                                                              \
		return bpf_loop(MOST, map##_step, 0, 0);                                                               \
	}

PROGRAM(lpm1)
PROGRAM(lpm4)
PROGRAM(lpm10)
PROGRAM(lpm16)
