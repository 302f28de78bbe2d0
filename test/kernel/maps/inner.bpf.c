/* ARRAY_OF_MAPS and HASH_OF_MAPS. */
#include "script.h"

struct inner_hash {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__type(key, __u32);
	__type(value, __u64);
};
struct inner_array {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__uint(map_flags, BPF_F_INNER_MAP);
	__type(key, __u32);
	__type(value, __u64);
};
struct inner_queue {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 4);
	__type(value, __u64);
};

struct inner_hash hash0 SEC(".maps"), hash1 SEC(".maps"), hash2 SEC(".maps");
struct inner_array array0 SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__uint(map_flags, BPF_F_INNER_MAP);
	__type(key, __u32);
	__type(value, __u64);
} array_short SEC(".maps");
struct inner_queue queue0 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct inner_hash);
} hashes SEC(".maps") = { .values = { &hash0, &hash1, 0, &hash0 } };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 3);
	__type(key, __u32);
	__array(values, struct inner_array);
} arrays SEC(".maps") = { .values = { &array0, (void *)&array_short } };

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 4);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__type(key, __u32);
	__array(values, struct inner_queue);
} queues SEC(".maps") = { .values = { &queue0 } };

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__type(key, __u64);
	__array(values, struct inner_hash);
} by_u64 SEC(".maps");

/* Step.map is the key of the outer map; result -1000: there is no inner map. */
static long hashes_step(__u32 i, void *unused)
{
	struct step *s = bpf_map_lookup_elem(&script, &i);
	struct answer *a = bpf_map_lookup_elem(&answers, &i);
	void *inner;
	__u64 *v;

	if (!s || !a || s->what == END)
		return 1;
	inner = bpf_map_lookup_elem(&hashes, &s->map);
	if (!inner) {
		a->result = -1000;
		return 0;
	}
	switch (s->what) {
	case LOOKUP:
		v = bpf_map_lookup_elem(inner, s->key);
		a->result = !!v;
		if (v)
			*(__u64 *)a->value = (*v)++;
		break;
	case UPDATE:
		a->result = bpf_map_update_elem(inner, s->key, s->value, s->flags);
		break;
	case DELETE:
		a->result = bpf_map_delete_elem(inner, s->key);
		break;
	}
	return 0;
}

SEC("tc") int do_hashes(struct __sk_buff *skb)
{
	return bpf_loop(MOST, hashes_step, 0, 0);
}

static long arrays_step(__u32 i, void *unused)
{
	struct step *s = bpf_map_lookup_elem(&script, &i);
	struct answer *a = bpf_map_lookup_elem(&answers, &i);
	void *inner;
	__u64 *v;

	if (!s || !a || s->what == END)
		return 1;
	inner = bpf_map_lookup_elem(&arrays, &s->map);
	if (!inner) {
		a->result = -1000;
		return 0;
	}
	switch (s->what) {
	case LOOKUP:
		v = bpf_map_lookup_elem(inner, s->key);
		a->result = !!v;
		if (v)
			*(__u64 *)a->value = (*v)++;
		break;
	case UPDATE:
		a->result = bpf_map_update_elem(inner, s->key, s->value, s->flags);
		break;
	case DELETE:
		a->result = bpf_map_delete_elem(inner, s->key);
		break;
	}
	return 0;
}

SEC("tc") int do_arrays(struct __sk_buff *skb)
{
	return bpf_loop(MOST, arrays_step, 0, 0);
}

static long queues_step(__u32 i, void *unused)
{
	struct step *s = bpf_map_lookup_elem(&script, &i);
	struct answer *a = bpf_map_lookup_elem(&answers, &i);
	void *inner;

	if (!s || !a || s->what == END)
		return 1;
	inner = bpf_map_lookup_elem(&queues, &s->map);
	if (!inner) {
		a->result = -1000;
		return 0;
	}
	switch (s->what) {
	case PUSH:
		a->result = bpf_map_push_elem(inner, s->value, s->flags);
		break;
	case POP:
		a->result = bpf_map_pop_elem(inner, a->value);
		break;
	case PEEK:
		a->result = bpf_map_peek_elem(inner, a->value);
		break;
	}
	return 0;
}

SEC("tc") int do_queues(struct __sk_buff *skb)
{
	return bpf_loop(MOST, queues_step, 0, 0);
}

struct sums {
	__u64 count;
	__u64 sum;
};

static long add(void *map, __u32 *key, __u64 *value, struct sums *sums)
{
	sums->count++;
	sums->sum = sums->sum * 31 + *key * 7 + *value;
	*value += 1;
	return 0;
}

/* Traverses the inner map of each key up to 7. */
static long hashes_traverse(__u32 i, struct sums *sums)
{
	void *inner = bpf_map_lookup_elem(&hashes, &i);

	if (inner)
		sums->sum += bpf_for_each_map_elem(inner, add, sums, 0);
	return 0;
}

SEC("tc") int each_hash(struct __sk_buff *skb)
{
	struct sums sums = {};

	bpf_loop(7, hashes_traverse, &sums, 0);
	return sums.sum * 16 + sums.count;
}

static long arrays_traverse(__u32 i, struct sums *sums)
{
	void *inner = bpf_map_lookup_elem(&arrays, &i);

	if (inner)
		sums->sum += bpf_for_each_map_elem(inner, add, sums, 0);
	return 0;
}

SEC("tc") int each_array(struct __sk_buff *skb)
{
	struct sums sums = {};

	bpf_loop(7, arrays_traverse, &sums, 0);
	return sums.sum * 16 + sums.count;
}

/* Within the traversal of one inner map, that of another. */
static long nest(void *map, __u32 *key, __u64 *value, struct sums *sums)
{
	__u32 k = *key & 3;
	void *inner = bpf_map_lookup_elem(&hashes, &k);

	if (inner)
		sums->sum += bpf_for_each_map_elem(inner, add, sums, 0);
	return 0;
}

SEC("tc") int each_nested(struct __sk_buff *skb)
{
	struct sums sums = {};
	__u32 first = 0;
	void *inner = bpf_map_lookup_elem(&hashes, &first);

	if (inner)
		sums.sum += bpf_for_each_map_elem(inner, nest, &sums, 0);
	return sums.sum * 16 + sums.count;
}

static long look(__u32 i, __u64 *found)
{
	__u64 outer = i;
	void *inner = bpf_map_lookup_elem(&by_u64, &outer);
	__u64 *v;

	if (!inner)
		return 0;
	v = bpf_map_lookup_elem(inner, &i);
	*found = *found * 8 + i + (v ? *v : 0);
	return 0;
}

SEC("tc") int by_number(struct __sk_buff *skb)
{
	__u64 found = 0;

	bpf_loop(8, look, &found, 0);
	return found;
}
