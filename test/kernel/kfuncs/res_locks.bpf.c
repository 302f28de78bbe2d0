// Locks that give errors, and interrupt flags.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_res_spin_lock {
	__u32 val;
} __attribute__((aligned(4)));

extern int bpf_res_spin_lock(struct bpf_res_spin_lock *lock) __ksym __weak;
extern void bpf_res_spin_unlock(struct bpf_res_spin_lock *lock) __ksym __weak;
extern int bpf_res_spin_lock_irqsave(struct bpf_res_spin_lock *lock, unsigned long *flags) __ksym __weak;
extern void bpf_res_spin_unlock_irqrestore(struct bpf_res_spin_lock *lock, unsigned long *flags) __ksym __weak;
extern void bpf_local_irq_save(unsigned long *flags) __ksym __weak;
extern void bpf_local_irq_restore(unsigned long *flags) __ksym __weak;

struct counter {
	struct bpf_res_spin_lock lock;
	__u32 hits;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct counter);
} slots SEC(".maps");

struct bpf_res_spin_lock lock SEC(".data.A") __attribute__((visibility("hidden"), aligned(8)));

__s64 results[8];
__u32 first, second;

/* Two locks, which may be the same. */
SEC("tc") int two(struct __sk_buff *skb)
{
	__u32 k0 = first & 1, k1 = second & 1;
	struct counter *a = bpf_map_lookup_elem(&slots, &k0), *b = bpf_map_lookup_elem(&slots, &k1);

	if (!a || !b)
		return 1;
	results[0] = bpf_res_spin_lock(&a->lock);
	if (results[0])
		return 2;
	a->hits++;
	results[1] = bpf_res_spin_lock(&b->lock);
	if (!results[1]) {
		b->hits += 10;
		bpf_res_spin_unlock(&b->lock);
	}
	bpf_res_spin_unlock(&a->lock);
	return 3;
}

SEC("tc") int saving(struct __sk_buff *skb)
{
	__u32 key = first & 1;
	struct counter *a = bpf_map_lookup_elem(&slots, &key);
	unsigned long flags, more, own;

	if (!a)
		return 1;
	bpf_local_irq_save(&own);
	if (bpf_res_spin_lock_irqsave(&a->lock, &flags)) {
		bpf_local_irq_restore(&own);
		return 2;
	}
	a->hits += 5;
	if (!bpf_res_spin_lock_irqsave(&lock, &more)) {
		results[2]++;
		bpf_res_spin_unlock_irqrestore(&lock, &more);
	}
	bpf_res_spin_unlock_irqrestore(&a->lock, &flags);
	bpf_local_irq_restore(&own);
	return 3;
}

char _license[] SEC("license") = "GPL";
