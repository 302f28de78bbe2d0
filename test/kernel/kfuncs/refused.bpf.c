// What the verifier refuses of locks that give errors, interrupt flags and sets of CPUs: RULE says which.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "cpumask.h"

struct bpf_res_spin_lock {
	__u32 val;
} __attribute__((aligned(4)));

extern int bpf_res_spin_lock(struct bpf_res_spin_lock *lock) __ksym __weak;
extern void bpf_res_spin_unlock(struct bpf_res_spin_lock *lock) __ksym __weak;
extern int bpf_res_spin_lock_irqsave(struct bpf_res_spin_lock *lock, unsigned long *flags) __ksym __weak;
extern void bpf_res_spin_unlock_irqrestore(struct bpf_res_spin_lock *lock, unsigned long *flags) __ksym __weak;
extern void bpf_local_irq_save(unsigned long *flags) __ksym __weak;
extern void bpf_local_irq_restore(unsigned long *flags) __ksym __weak;
extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym __weak;
extern void bpf_cpumask_release(struct bpf_cpumask *mask) __ksym __weak;
extern __u32 bpf_cpumask_first(const struct cpumask *mask) __ksym __weak;

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

struct bpf_res_spin_lock lock_a SEC(".data.A") __attribute__((visibility("hidden"), aligned(8)));
struct bpf_res_spin_lock lock_b SEC(".data.B") __attribute__((visibility("hidden"), aligned(8)));

#define NAME__(rule) refused_##rule
#define NAME_(rule) NAME__(rule)

#if RULE == 14
SEC("tc")
#else
SEC("syscall")
#endif
int NAME_(RULE)(void *ctx)
{
	unsigned long f1, f2;
	struct bpf_cpumask *mask;
	__u64 data = 0;

#if RULE == 1
	if (bpf_res_spin_lock(&lock_a))
		return 0;
	if (!bpf_res_spin_lock(&lock_a))
		bpf_res_spin_unlock(&lock_a);
	bpf_res_spin_unlock(&lock_a);
#elif RULE == 2
	if (bpf_res_spin_lock(&lock_a))
		return 0;
	if (bpf_res_spin_lock(&lock_b)) {
		bpf_res_spin_unlock(&lock_a);
		return 0;
	}
	bpf_res_spin_unlock(&lock_a);
	bpf_res_spin_unlock(&lock_b);
#elif RULE == 3
	bpf_res_spin_unlock(&lock_a);
#elif RULE == 4
	if (bpf_res_spin_lock(&lock_a))
		return 0;
#elif RULE == 5
	if (bpf_res_spin_lock(&lock_a))
		return 0;
	bpf_ktime_get_ns();
	bpf_res_spin_unlock(&lock_a);
#elif RULE == 6
	bpf_local_irq_save(&f1);
#elif RULE == 7
	bpf_local_irq_restore(&f1);
#elif RULE == 8
	bpf_local_irq_save(&f1);
	bpf_local_irq_save(&f2);
	bpf_local_irq_restore(&f1);
	bpf_local_irq_restore(&f2);
#elif RULE == 9
	bpf_local_irq_save(&f1);
	bpf_local_irq_save(&f1);
	bpf_local_irq_restore(&f1);
#elif RULE == 10
	if (bpf_res_spin_lock_irqsave(&lock_a, &f1))
		return 0;
	bpf_res_spin_unlock(&lock_a);
	bpf_local_irq_restore(&f1);
#elif RULE == 11
	mask = bpf_cpumask_create();
#elif RULE == 12
	mask = bpf_cpumask_create();
	if (mask) {
		bpf_cpumask_release(mask);
		return bpf_cpumask_first((void *)mask);
	}
#elif RULE == 13
	mask = bpf_cpumask_create();
	if (mask) {
		*(__u64 *)mask = 1;
		bpf_cpumask_release(mask);
	}
#elif RULE == 14
	mask = bpf_cpumask_create();
	if (mask)
		bpf_cpumask_release(mask);
#elif RULE == 15
	return bpf_cpumask_first((void *)&data);
#elif RULE == 16
	bpf_local_irq_save((void *)&slots);
#endif
	return 0;
}

char _license[] SEC("license") = "GPL";
