// Red-black trees: a script adds and removes; the tree's shape is written down afterwards.
#include <stdbool.h>
#include "graphs.h"

struct item {
	__u64 key;
	struct bpf_rb_node node;
	__u64 made;
};

struct shared {
	struct bpf_refcount refs;
	struct bpf_rb_node node;
	struct bpf_list_node list;
	__u64 key;
};

private(A) struct bpf_spin_lock lock;
private(A) struct bpf_rb_root tree __contains(item, node);
private(B) struct bpf_spin_lock other_lock;
private(B) struct bpf_rb_root others __contains(shared, node);
private(B) struct bpf_rb_root more __contains(shared, node);
private(B) struct bpf_list_head list __contains(shared, list);

#define STEPS 24
#define DEPTH 5

/* The key to add, or 1000 more than the one to remove, or 2000: remove the first; 0: nothing. */
__u32 script[STEPS];
__u64 results[STEPS];
/* Key of the node at each place of the tree, in the order of a heap. */
__u64 shape[1 << DEPTH];
__u64 compared;
__u64 trace[64];
__u64 made;
__u32 which;

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	struct item *x = container_of(a, struct item, node), *y = container_of(b, struct item, node);

	trace[compared++ & 63] = x->key << 32 | y->key;
	return x->key < y->key;
}

static int step(__u32 what, __u64 *result)
{
	struct bpf_rb_node *n;
	struct item *item;
	__u64 key = what - 1000, removed = 0;

	if (what == 0)
		return 0;
	if (what < 1000) {
		item = obj_new(struct item);
		if (!item)
			return 1;
		item->key = what;
		item->made = made++;
		bpf_spin_lock(&lock);
		*result = rbtree_add(&tree, &item->node, less);
		*result += item->made;
		bpf_spin_unlock(&lock);
		return 0;
	}
	bpf_spin_lock(&lock);
	if (what == 2000) {
		n = bpf_rbtree_first(&tree);
	} else {
		n = bpf_rbtree_root(&tree);
		for (int i = 0; i < 2 * DEPTH && n; i++) {
			item = container_of(n, struct item, node);
			if (item->key == key)
				break;
			n = key < item->key ? bpf_rbtree_left(&tree, n) : bpf_rbtree_right(&tree, n);
		}
	}
	if (!n) {
		bpf_spin_unlock(&lock);
		return 0;
	}
	n = bpf_rbtree_remove(&tree, n);
	bpf_spin_unlock(&lock);
	if (!n)
		return 2;
	item = container_of(n, struct item, node);
	*result = item->made << 16 | item->key;
	obj_drop(item);
	return 0;
}

/* The key at place `at` of the tree: its bits behind the highest say left or right. */
static __u64 key_at(int at)
{
	struct bpf_rb_node *n;
	__u64 key = 0;
	int bit;

	bpf_spin_lock(&lock);
	n = bpf_rbtree_root(&tree);
	for (bit = DEPTH - 1; bit >= 0 && !(at >> bit); bit--)
		;
	for (bit--; bit >= 0 && n; bit--)
		n = at >> bit & 1 ? bpf_rbtree_right(&tree, n) : bpf_rbtree_left(&tree, n);
	if (n)
		key = container_of(n, struct item, node)->key;
	bpf_spin_unlock(&lock);
	return key;
}

SEC("tc") int play(struct __sk_buff *skb)
{
	int ret = 0;

	for (int i = 0; i < STEPS && !ret; i++)
		ret = step(script[i], &results[i]);
	for (int i = 1; i < 1 << DEPTH; i++)
		shape[i] = key_at(i);
	return ret;
}

static bool shared_less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return container_of(a, struct shared, node)->key < container_of(b, struct shared, node)->key;
}

/* A node of one tree is not of another one, and cannot be added to it; an object can be in a tree and in a list. */
SEC("tc") int two_trees(struct __sk_buff *skb)
{
	struct shared *a = obj_new(struct shared), *b, *c, *d;
	struct bpf_rb_node *n;
	struct bpf_list_node *l;

	if (!a)
		return 1;
	a->key = 3;
	b = bpf_refcount_acquire_impl(a, NULL);
	c = bpf_refcount_acquire_impl(a, NULL);
	d = bpf_refcount_acquire_impl(a, NULL);
	bpf_spin_lock(&other_lock);
	results[0] = rbtree_add(&others, &a->node, shared_less);
	results[1] = rbtree_add(&more, &b->node, shared_less);
	results[2] = push_back(&list, &c->list);
	results[3] = bpf_rbtree_first(&more) != NULL;
	results[4] = bpf_rbtree_left(&more, &a->node) != NULL;
	n = bpf_rbtree_remove(&more, &a->node);
	bpf_spin_unlock(&other_lock);
	results[5] = n != NULL;
	if (n)
		obj_drop(container_of(n, struct shared, node));
	bpf_spin_lock(&other_lock);
	n = bpf_rbtree_remove(&others, &d->node);
	bpf_spin_unlock(&other_lock);
	obj_drop(d);
	results[6] = n != NULL;
	if (n) {
		results[7] = container_of(n, struct shared, node)->key;
		obj_drop(container_of(n, struct shared, node));
	}
	bpf_spin_lock(&other_lock);
	l = bpf_list_pop_front(&list);
	bpf_spin_unlock(&other_lock);
	if (!l)
		return 2;
	results[8] = container_of(l, struct shared, list)->key;
	obj_drop(container_of(l, struct shared, list));
	return 0;
}
