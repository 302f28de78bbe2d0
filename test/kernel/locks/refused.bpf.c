// What the verifier refuses of locks, sections and iterators: RULE says which.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct counter {
	struct bpf_spin_lock lock;
	__u32 hits;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct counter);
} slots SEC(".maps");

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

#define NAME__(rule) refused_##rule
#define NAME_(rule) NAME__(rule)

SEC("tc") int NAME_(RULE)(struct __sk_buff *skb)
{
	__u32 k0 = 0, k1 = 1;
	struct counter *a = bpf_map_lookup_elem(&slots, &k0), *b = bpf_map_lookup_elem(&slots, &k1);
	struct bpf_iter_num it;

	if (!a || !b)
		return 0;
#if RULE == 1
	bpf_spin_lock(&a->lock);
	bpf_spin_lock(&b->lock);
	bpf_spin_unlock(&b->lock);
	bpf_spin_unlock(&a->lock);
#elif RULE == 2
	bpf_spin_lock(&a->lock);
	a->hits = bpf_ktime_get_ns();
	bpf_spin_unlock(&a->lock);
#elif RULE == 3
	bpf_spin_lock(&a->lock);
	a->hits = 1;
#elif RULE == 4
	bpf_spin_unlock(&a->lock);
#elif RULE == 5
	bpf_spin_lock(&a->lock);
	a->hits++;
	bpf_spin_unlock(&b->lock);
#elif RULE == 6
	bpf_spin_lock((void *)&a->hits);
	bpf_spin_unlock((void *)&a->hits);
#elif RULE == 7
	bpf_rcu_read_lock();
#elif RULE == 8
	bpf_rcu_read_unlock();
#elif RULE == 9
	bpf_preempt_disable();
#elif RULE == 10
	bpf_preempt_enable();
#elif RULE == 11
	bpf_iter_num_new(&it, 0, 3);
#elif RULE == 12
	bpf_iter_num_next(&it);
#elif RULE == 13
	bpf_iter_num_new(&it, 0, 3);
	bpf_iter_num_new(&it, 0, 3);
	bpf_iter_num_destroy(&it);
#elif RULE == 14
	bpf_iter_num_new(&it, 0, 3);
	bpf_iter_num_destroy(&it);
	bpf_iter_num_destroy(&it);
#elif RULE == 15
	bpf_spin_lock(&a->lock);
	bpf_throw(1);
#elif RULE == 16
	bpf_rcu_read_lock();
	bpf_throw(1);
#elif RULE == 17
	bpf_iter_num_new(&it, 0, 3);
	bpf_throw(1);
#elif RULE == 18
	bpf_spin_lock(&a->lock);
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	bpf_spin_unlock(&a->lock);
#elif RULE == 19
	bpf_preempt_disable();
	bpf_throw(1);
#elif RULE == 20
	__u64 data = 0;
	bpf_spin_lock((void *)&data);
	bpf_spin_unlock((void *)&data);
#endif
	return 0;
}

char _license[] SEC("license") = "GPL";
