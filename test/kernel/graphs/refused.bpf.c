// What the verifier refuses of lists and trees: RULE says which.
#include <stdbool.h>
#include "graphs.h"

struct item {
	__u64 key;
	struct bpf_rb_node node;
#if RULE == 23
	struct bpf_list_node list;
#endif
};

struct entry {
	__u64 key;
	struct bpf_list_node list;
};

struct counted {
	struct bpf_rb_node node;
	struct bpf_list_node list;
	struct bpf_refcount refs;
	__u64 key;
};

private(A) struct bpf_spin_lock lock;
private(A) struct bpf_rb_root tree __contains(item, node);
private(A) struct bpf_list_head list __contains(entry, list);
private(A) __u64 plain;
private(B) struct bpf_spin_lock other_lock;
private(B) struct bpf_rb_root others __contains(counted, node);
private(B) struct bpf_list_head more __contains(counted, list);

__u64 result;

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
#if RULE == 1
	bpf_rbtree_remove(&tree, a);
#elif RULE == 2
	bpf_spin_unlock(&lock);
#elif RULE == 3
	result = bpf_ktime_get_ns();
#endif
	struct item *x = container_of(a, struct item, node), *y = container_of(b, struct item, node);

#if RULE == 4
	return x->key + 2;
#else
	return x->key < y->key;
#endif
}

static int less_number(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return 2;
}

#define NAME__(rule) refused_##rule
#define NAME_(rule) NAME__(rule)

SEC("tc") int NAME_(RULE)(struct __sk_buff *skb)
{
	struct item *a = obj_new(struct item), *b;
	struct entry *e = NULL;
	struct counted *c;
	struct bpf_rb_node *n;
	struct bpf_list_node *l;

	/* BTF has the types then. */
	result = bpf_core_type_id_local(struct entry) + bpf_core_type_id_local(struct counted);
	if (!a)
		return 0;
#if RULE >= 6 && RULE <= 14
	obj_drop(a);
	e = obj_new(struct entry);
	if (!e)
		return 0;
#endif
#if RULE <= 4
	b = obj_new(struct item);
	if (!b) {
		obj_drop(a);
		return 0;
	}
	bpf_spin_lock(&lock);
	rbtree_add(&tree, &a->node, less);
	rbtree_add(&tree, &b->node, RULE == 4 ? (void *)less_number : (void *)less);
	bpf_spin_unlock(&lock);
#elif RULE == 5
	rbtree_add(&tree, &a->node, less);
#elif RULE == 6
	push_back(&list, &e->list);
#elif RULE == 7
	bpf_spin_lock(&other_lock);
	push_back(&list, &e->list);
	bpf_spin_unlock(&other_lock);
#elif RULE == 8
	bpf_spin_lock(&lock);
	push_back(&list, &e->list);
	push_back(&list, &e->list);
	bpf_spin_unlock(&lock);
#elif RULE == 9
	bpf_spin_lock(&lock);
	push_back(&list, &e->list);
	bpf_spin_unlock(&lock);
	result = e->key;
#elif RULE == 10
	bpf_spin_lock(&lock);
	push_back(&list, (void *)&e->key);
	bpf_spin_unlock(&lock);
#elif RULE == 11
	bpf_spin_lock(&other_lock);
	push_back(&more, &e->list);
	bpf_spin_unlock(&other_lock);
#elif RULE == 12
	bpf_spin_lock(&lock);
	push_back((void *)&plain, &e->list);
	bpf_spin_unlock(&lock);
#elif RULE == 13
	bpf_spin_lock(&lock);
	push_back(&list, &e->list);
	l = bpf_list_pop_front(&list);
	bpf_spin_unlock(&lock);
#elif RULE == 14
	bpf_spin_lock(&lock);
	push_back(&list, &e->list);
	l = bpf_list_front(&list);
	bpf_spin_unlock(&lock);
	if (l)
		obj_drop(container_of(l, struct entry, list));
#elif RULE == 15
	bpf_spin_lock(&lock);
	rbtree_add(&tree, &a->node, less);
	n = bpf_rbtree_first(&tree);
	bpf_spin_unlock(&lock);
	if (n) {
		bpf_spin_lock(&lock);
		bpf_rbtree_remove(&tree, n);
		bpf_spin_unlock(&lock);
	}
#elif RULE == 16
	bpf_spin_lock(&lock);
	obj_drop(a);
	bpf_spin_unlock(&lock);
#elif RULE == 17
	a->key = 1;
	obj_drop(a);
	result = a->key;
#elif RULE == 18
	bpf_refcount_acquire_impl(a, NULL);
	obj_drop(a);
#elif RULE == 19
	bpf_spin_lock(&lock);
	rbtree_add(&tree, &a->node, less);
	bpf_spin_unlock(&lock);
	obj_drop(a);
#elif RULE == 20
	bpf_trace_printk((void *)a, 8);
	obj_drop(a);
#elif RULE == 21
	obj_drop(a);
	bpf_list_front((void *)skb);
#elif RULE == 23
	obj_drop(a);
#elif RULE == 22
	result = *((__u64 *)a + sizeof(*a) / 8);
	obj_drop(a);
#endif
	return 0;
}
