// Objects of the program's own: made, dropped, kept in map values.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define __kptr __attribute__((btf_type_tag("kptr")))

struct bpf_refcount {
	__u32 opaque[1];
} __attribute__((aligned(4)));

struct own_node {
	__u64 number;
	__u32 small[3];
};

struct own_shared {
	struct bpf_refcount refs;
	__u64 number;
};

struct keeper {
	struct own_node __kptr *node;
	__u64 note;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct keeper);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct keeper);
} table SEC(".maps");

extern void *bpf_obj_new_impl(__u64 type, void *meta) __ksym __weak;
extern void bpf_obj_drop_impl(void *object, void *meta) __ksym __weak;
extern void *bpf_refcount_acquire_impl(void *object, void *meta) __ksym __weak;

#define obj_new(type) ((type *)bpf_obj_new_impl(bpf_core_type_id_local(type), NULL))

__u32 which;
__u64 results[8];

SEC("tc") int new_and_drop(struct __sk_buff *skb)
{
	struct own_node *n = obj_new(struct own_node);

	if (!n)
		return 1;
	n->number = 7;
	n->small[2] = 9;
	results[1] = n->number + n->small[2];
	bpf_obj_drop_impl(n, NULL);
	return 0;
}

SEC("tc") int share(struct __sk_buff *skb)
{
	struct own_shared *a = obj_new(struct own_shared), *b;

	if (!a)
		return 1;
	a->number = 5;
	b = bpf_refcount_acquire_impl(a, NULL);
	bpf_obj_drop_impl(a, NULL);
	if (!b)
		return 2;
	results[2] = b->number;
	bpf_obj_drop_impl(b, NULL);
	return 0;
}

/* Puts a new object into a slot; what was there says how often that happened. */
SEC("tc") int keep(struct __sk_buff *skb)
{
	__u32 key = which & 1;
	struct keeper *k = bpf_map_lookup_elem(&slots, &key);
	struct own_node *n, *old;

	if (!k)
		return 1;
	n = obj_new(struct own_node);
	if (!n)
		return 2;
	n->number = 1;
	old = bpf_kptr_xchg(&k->node, n);
	if (key)
		results[1]++;
	else
		results[0]++;
	if (!old)
		return 3;
	results[2] = old->number;
	old->number += 10;
	results[4] = old->number;
	old = bpf_kptr_xchg(&k->node, old);
	if (old)
		bpf_obj_drop_impl(old, NULL);
	return 4;
}

SEC("tc") int take(struct __sk_buff *skb)
{
	__u32 key = which & 1;
	struct keeper *k = bpf_map_lookup_elem(&slots, &key);
	struct own_node *old;

	if (!k)
		return 1;
	k->note++;
	old = bpf_kptr_xchg(&k->node, NULL);
	if (!old)
		return 2;
	results[5] = old->number;
	bpf_obj_drop_impl(old, NULL);
	return 3;
}

/* An update or a delete of the element frees the object in it. */
SEC("tc") int replace(struct __sk_buff *skb)
{
	struct keeper value = { .note = 3 };
	__u32 key = which;
	struct keeper *k;
	struct own_node *n, *old;

	bpf_map_update_elem(&table, &key, &value, 0);
	k = bpf_map_lookup_elem(&table, &key);
	n = obj_new(struct own_node);
	if (!n)
		return 1;
	if (!k) {
		bpf_obj_drop_impl(n, NULL);
		return 2;
	}
	n->number = 4;
	old = bpf_kptr_xchg(&k->node, n);
	if (old) {
		results[6]++;
		bpf_obj_drop_impl(old, NULL);
	}
	if (which & 1)
		bpf_map_delete_elem(&table, &key);
	return 3;
}

char _license[] SEC("license") = "GPL";
