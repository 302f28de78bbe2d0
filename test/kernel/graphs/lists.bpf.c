// Lists: of global data, of map values, in objects; with nodes that are in two of them.
#include <stdbool.h>
#include "graphs.h"

struct item {
	struct bpf_list_node node;
	__u64 number;
};

struct shared {
	struct bpf_list_node first;
	struct bpf_refcount refs;
	struct bpf_list_node second;
	__u64 number;
};

struct queue {
	struct bpf_spin_lock lock;
	__u32 pushed;
	struct bpf_list_head head __contains(item, node);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct queue);
} queues SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct queue);
} table SEC(".maps");

private(A) struct bpf_spin_lock lock_a;
private(A) struct bpf_list_head list_a __contains(item, node);
private(B) struct bpf_spin_lock lock_b;
private(B) struct bpf_list_head firsts __contains(shared, first);
private(B) struct bpf_list_head seconds __contains(shared, second);

/* What to do, one after the other: 1 push front, 2 push back, 3 pop front, 4 pop back, 5 front, 6 back. */
__u32 script[16];
__u64 results[16];
__u64 number = 100;
__u32 which;

/* One step on a list that `lock` guards. */
#define STEP(what, lock, head, result)                                                    \
	do {                                                                            \
		struct bpf_list_node *n = NULL;                                         \
		struct item *item;                                                      \
		__u64 value = 0;                                                        \
		if ((what) == 1 || (what) == 2) {                                           \
			item = obj_new(struct item);                                    \
			if (!item)                                                      \
				return 1;                                               \
			item->number = number++;                                        \
			bpf_spin_lock(lock);                                            \
			value = (what) == 1 ? push_front(head, &item->node) : push_back(head, &item->node); \
			value += item->number;                                          \
			bpf_spin_unlock(lock);                                          \
		} else if ((what) == 3 || (what) == 4) {                                    \
			bpf_spin_lock(lock);                                            \
			n = (what) == 3 ? bpf_list_pop_front(head) : bpf_list_pop_back(head); \
			bpf_spin_unlock(lock);                                          \
			if (n) {                                                        \
				item = container_of(n, struct item, node);              \
				value = item->number;                                   \
				obj_drop(item);                                         \
			}                                                               \
		} else if ((what) == 5 || (what) == 6) {                                    \
			bpf_spin_lock(lock);                                            \
			n = (what) == 5 ? bpf_list_front(head) : bpf_list_back(head);     \
			if (n)                                                          \
				value = container_of(n, struct item, node)->number;     \
			bpf_spin_unlock(lock);                                          \
		}                                                                       \
		result = value;                                                         \
	} while (0)

SEC("tc") int global_list(struct __sk_buff *skb)
{
	for (int i = 0; i < 16; i++)
		STEP(script[i], &lock_a, &list_a, results[i]);
	return 0;
}

SEC("tc") int array_list(struct __sk_buff *skb)
{
	__u32 key = which & 1;
	struct queue *q = bpf_map_lookup_elem(&queues, &key);

	if (!q)
		return 2;
	for (int i = 0; i < 16; i++) {
		STEP(script[i], &q->lock, &q->head, results[i]);
		q->pushed += script[i] == 1;
	}
	return 0;
}

/* The list goes with its element, or with the value that an update replaces. */
SEC("tc") int hash_list(struct __sk_buff *skb)
{
	struct queue value = { .pushed = 7 };
	__u32 key = which & 3;
	struct queue *q;

	bpf_map_update_elem(&table, &key, &value, 0);
	q = bpf_map_lookup_elem(&table, &key);
	if (!q)
		return 2;
	for (int i = 0; i < 16; i++)
		STEP(script[i], &q->lock, &q->head, results[i]);
	if (which & 4)
		bpf_map_delete_elem(&table, &key);
	return 0;
}

/* A node that is in a list cannot go into another one: the reference given for it is dropped. */
SEC("tc") int two_lists(struct __sk_buff *skb)
{
	struct shared *a = obj_new(struct shared), *b, *c;
	struct bpf_list_node *n;

	if (!a)
		return 1;
	a->number = 5;
	b = bpf_refcount_acquire_impl(a, NULL);
	c = bpf_refcount_acquire_impl(a, NULL);
	bpf_spin_lock(&lock_b);
	results[0] = push_back(&firsts, &a->first);
	results[1] = push_back(&firsts, &b->first);
	results[2] = push_front(&seconds, &c->second);
	results[3] = c->number;
	n = bpf_list_pop_front(&firsts);
	bpf_spin_unlock(&lock_b);
	if (n) {
		struct shared *s = container_of(n, struct shared, first);

		results[4] = s->number++;
		bpf_spin_lock(&lock_b);
		results[5] = which ? push_back(&firsts, &s->first) : push_back(&seconds, &s->second);
		bpf_spin_unlock(&lock_b);
	}
	bpf_spin_lock(&lock_b);
	n = bpf_list_pop_back(&seconds);
	bpf_spin_unlock(&lock_b);
	if (n) {
		results[6] = container_of(n, struct shared, second)->number;
		obj_drop(container_of(n, struct shared, second));
	}
	bpf_spin_lock(&lock_b);
	results[7] = bpf_list_front(&seconds) != NULL;
	n = bpf_list_pop_back(&firsts);
	bpf_spin_unlock(&lock_b);
	if (n)
		obj_drop(container_of(n, struct shared, first));
	results[8] = n != NULL;
	return 0;
}

/* What front and back lend can be acquired. */
SEC("tc") int acquire_lent(struct __sk_buff *skb)
{
	struct shared *a = obj_new(struct shared), *b = NULL;
	struct bpf_list_node *n;

	if (!a)
		return 1;
	a->number = 9;
	bpf_spin_lock(&lock_b);
	push_back(&firsts, &a->first);
	n = bpf_list_back(&firsts);
	if (n)
		b = bpf_refcount_acquire_impl(container_of(n, struct shared, first), NULL);
	n = bpf_list_pop_front(&firsts);
	bpf_spin_unlock(&lock_b);
	if (n)
		obj_drop(container_of(n, struct shared, first));
	if (!b)
		return 2;
	results[0] = b->number;
	obj_drop(b);
	return 3;
}

struct inner_list {
	struct bpf_spin_lock lock;
	struct bpf_list_head head __contains(item, node);
	__u64 number;
};

/* A list in an object goes with the object. */
SEC("tc") int object_list(struct __sk_buff *skb)
{
	struct inner_list *l = obj_new(struct inner_list);
	struct item *item;
	struct bpf_list_node *n;

	if (!l)
		return 1;
	for (int i = 0; i < 3; i++) {
		item = obj_new(struct item);
		if (!item)
			break;
		item->number = number++;
		bpf_spin_lock(&l->lock);
		push_front(&l->head, &item->node);
		bpf_spin_unlock(&l->lock);
	}
	bpf_spin_lock(&l->lock);
	n = bpf_list_pop_back(&l->head);
	bpf_spin_unlock(&l->lock);
	if (n) {
		results[0] = container_of(n, struct item, node)->number;
		obj_drop(container_of(n, struct item, node));
	}
	obj_drop(l);
	return 0;
}
