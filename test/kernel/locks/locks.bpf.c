// bpf_spin_lock, and kernel functions: number iterators, sections, exceptions.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct counter {
	struct bpf_spin_lock lock;
	__u32 hits;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__type(key, __u32);
	__type(value, struct counter);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct counter);
} slots SEC(".maps");

__u32 which;
__s32 from, to;
__s64 results[8];
__u64 seen[8];
__u64 total;

static __always_inline void count(struct counter *c, __u64 bytes)
{
	bpf_spin_lock(&c->lock);
	c->hits++;
	c->bytes += bytes;
	bpf_spin_unlock(&c->lock);
}

SEC("tc") int lock_counters(struct __sk_buff *skb)
{
	struct counter zero = {};

#pragma unroll
	for (int n = 0; n < 4; n++) {
		__u32 i = n;
		struct counter *c = bpf_map_lookup_elem(&slots, &i);

		if (c)
			count(c, skb->len + i);
		bpf_map_update_elem(&flows, &i, &zero, BPF_NOEXIST);
		c = bpf_map_lookup_elem(&flows, &i);
		if (c) {
			count(c, i);
			count(c, 100);
		}
	}
	return 0;
}

/* Updates with BPF_F_LOCK copy in place, all but the lock. */
SEC("tc") int lock_updates(struct __sk_buff *skb)
{
	struct counter value = { .hits = 7, .bytes = 70 };
	__u32 key = which;
	struct counter *c;

	results[0] = bpf_map_update_elem(&flows, &key, &value, BPF_F_LOCK);
	results[1] = bpf_map_update_elem(&flows, &key, &value, BPF_F_LOCK | BPF_NOEXIST);
	c = bpf_map_lookup_elem(&flows, &key);
	if (!c)
		return 1;
	value.hits = 8;
	results[2] = bpf_map_update_elem(&flows, &key, &value, BPF_F_LOCK | BPF_EXIST);
	seen[0] = c->hits;
	value.hits = 9;
	results[3] = bpf_map_update_elem(&flows, &key, &value, BPF_EXIST);
	seen[1] = c->hits;
	results[4] = bpf_map_update_elem(&slots, &key, &value, BPF_F_LOCK);
	count(c, 1);
	return 0;
}

static long each(void *map, __u32 *key, struct counter *c, void *ctx)
{
	count(c, *key);
	return 0;
}

SEC("tc") int lock_in_callback(struct __sk_buff *skb)
{
	results[0] = bpf_for_each_map_elem(&flows, each, NULL, 0);
	results[1] = bpf_for_each_map_elem(&slots, each, NULL, 0);
	return 0;
}

static __noinline void locked_step(struct counter *c)
{
	c->hits += 10;
	c->bytes ^= 0xff;
}

/* A static subprogram may be called while a lock is held. */
SEC("tc") int lock_subprogram(struct __sk_buff *skb)
{
	__u32 key = which & 3;
	struct counter *c = bpf_map_lookup_elem(&slots, &key);

	if (!c)
		return 1;
	bpf_spin_lock(&c->lock);
	locked_step(c);
	bpf_spin_unlock(&c->lock);
	return 0;
}

struct bpf_iter_num {
	__u64 opaque[1];
} __attribute__((aligned(8)));
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;
extern void bpf_preempt_disable(void) __ksym __weak;
extern void bpf_preempt_enable(void) __ksym __weak;
extern void bpf_throw(__u64 cookie) __ksym __weak;

SEC("tc") int iterate(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int *v;

	results[0] = bpf_iter_num_new(&it, from, to);
	while ((v = bpf_iter_num_next(&it))) {
		total += (__s64)*v;
		seen[results[2] & 7] = (__s64)*v;
		results[2]++;
	}
	results[1] = (long)bpf_iter_num_next(&it) == 0;
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("tc") int iterate_nested(struct __sk_buff *skb)
{
	struct bpf_iter_num outer, inner;
	int *i, *j;

	bpf_iter_num_new(&outer, 0, 5);
	while ((i = bpf_iter_num_next(&outer))) {
		bpf_iter_num_new(&inner, *i, 7);
		while ((j = bpf_iter_num_next(&inner))) {
			if (*j == 6)
				break;
			total += *i * 10 + *j;
		}
		bpf_iter_num_destroy(&inner);
	}
	bpf_iter_num_destroy(&outer);
	return 0;
}

SEC("tc") int iterate_locked(struct __sk_buff *skb)
{
	__u32 key = which & 3;
	struct counter *c = bpf_map_lookup_elem(&slots, &key);
	struct bpf_iter_num it;
	int *i;

	if (!c)
		return 1;
	bpf_spin_lock(&c->lock);
	c->hits = 3;
	bpf_iter_num_new(&it, 0, 4);
	while ((i = bpf_iter_num_next(&it)))
		c->bytes += *i;
	bpf_iter_num_destroy(&it);
	bpf_spin_unlock(&c->lock);
	return 0;
}

SEC("tc") int sections(struct __sk_buff *skb)
{
	bpf_rcu_read_lock();
	bpf_preempt_disable();
	bpf_preempt_disable();
	total = 5;
	bpf_preempt_enable();
	bpf_preempt_enable();
	bpf_rcu_read_unlock();
	return 3;
}

static __noinline int inner(__u64 cookie)
{
	total += 1;
	if (cookie > 2)
		bpf_throw(cookie);
	total += 10;
	return 5;
}

static __noinline int middle(__u64 cookie)
{
	int r = inner(cookie);

	total += 100;
	return r + 1;
}

SEC("tc") int throw_default(struct __sk_buff *skb)
{
	int r = middle(which);

	total += 1000;
	return r;
}

SEC("tc") int throw_main(struct __sk_buff *skb)
{
	if (which)
		bpf_throw(which + 1);
	return 2;
}

char _license[] SEC("license") = "GPL";
