// Sets of CPUs: made, changed, compared, kept in a map.
#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "cpumask.h"

#define __kptr __attribute__((btf_type_tag("kptr")))

extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym __weak;
extern struct bpf_cpumask *bpf_cpumask_acquire(struct bpf_cpumask *mask) __ksym __weak;
extern void bpf_cpumask_release(struct bpf_cpumask *mask) __ksym __weak;
extern __u32 bpf_cpumask_first(const struct cpumask *mask) __ksym __weak;
extern __u32 bpf_cpumask_first_zero(const struct cpumask *mask) __ksym __weak;
extern __u32 bpf_cpumask_first_and(const struct cpumask *a, const struct cpumask *b) __ksym __weak;
extern void bpf_cpumask_set_cpu(__u32 cpu, struct bpf_cpumask *mask) __ksym __weak;
extern void bpf_cpumask_clear_cpu(__u32 cpu, struct bpf_cpumask *mask) __ksym __weak;
extern bool bpf_cpumask_test_cpu(__u32 cpu, const struct cpumask *mask) __ksym __weak;
extern bool bpf_cpumask_test_and_set_cpu(__u32 cpu, struct bpf_cpumask *mask) __ksym __weak;
extern bool bpf_cpumask_test_and_clear_cpu(__u32 cpu, struct bpf_cpumask *mask) __ksym __weak;
extern void bpf_cpumask_setall(struct bpf_cpumask *mask) __ksym __weak;
extern void bpf_cpumask_clear(struct bpf_cpumask *mask) __ksym __weak;
extern bool bpf_cpumask_and(struct bpf_cpumask *to, const struct cpumask *a, const struct cpumask *b) __ksym __weak;
extern void bpf_cpumask_or(struct bpf_cpumask *to, const struct cpumask *a, const struct cpumask *b) __ksym __weak;
extern void bpf_cpumask_xor(struct bpf_cpumask *to, const struct cpumask *a, const struct cpumask *b) __ksym __weak;
extern bool bpf_cpumask_equal(const struct cpumask *a, const struct cpumask *b) __ksym __weak;
extern bool bpf_cpumask_intersects(const struct cpumask *a, const struct cpumask *b) __ksym __weak;
extern bool bpf_cpumask_subset(const struct cpumask *a, const struct cpumask *b) __ksym __weak;
extern bool bpf_cpumask_empty(const struct cpumask *mask) __ksym __weak;
extern bool bpf_cpumask_full(const struct cpumask *mask) __ksym __weak;
extern void bpf_cpumask_copy(struct bpf_cpumask *to, const struct cpumask *from) __ksym __weak;
extern __u32 bpf_cpumask_any_distribute(const struct cpumask *mask) __ksym __weak;
extern __u32 bpf_cpumask_any_and_distribute(const struct cpumask *a, const struct cpumask *b) __ksym __weak;
extern __u32 bpf_cpumask_weight(const struct cpumask *mask) __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;

struct keeper {
	struct bpf_cpumask __kptr *mask;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct keeper);
} kept SEC(".maps");

#define READ(mask) ((const struct cpumask *)(mask))

struct state {
	__u64 a, b, c;
	__u32 first, first_zero, first_and, weight, any, any_and;
	__u8 empty, full, equal, intersects, subset, result;
};

/* What to do, and with which CPU. */
__u32 script[12];
__u32 cpus[12];
struct state states[12];
__u32 which;
__u64 found;

static void look(struct state *s, struct bpf_cpumask *a, struct bpf_cpumask *b, struct bpf_cpumask *c)
{
	s->a = a->cpumask.bits[0];
	s->b = b->cpumask.bits[0];
	s->c = c->cpumask.bits[3];
	s->first = bpf_cpumask_first(READ(a));
	s->first_zero = bpf_cpumask_first_zero(READ(a));
	s->first_and = bpf_cpumask_first_and(READ(a), READ(b));
	s->weight = bpf_cpumask_weight(READ(a));
	s->empty = bpf_cpumask_empty(READ(a));
	s->full = bpf_cpumask_full(READ(a));
	s->equal = bpf_cpumask_equal(READ(a), READ(b));
	s->intersects = bpf_cpumask_intersects(READ(a), READ(b));
	s->subset = bpf_cpumask_subset(READ(a), READ(b));
	/* Of several CPUs anyone may come. */
	if (s->weight < 2)
		s->any = bpf_cpumask_any_distribute(READ(a));
	if (bpf_cpumask_weight(READ(b)) < 2)
		s->any_and = bpf_cpumask_any_and_distribute(READ(a), READ(b));
}

static __u8 step(__u32 what, __u32 cpu, struct bpf_cpumask *a, struct bpf_cpumask *b, struct bpf_cpumask *c)
{
	switch (what) {
	case 1:
		bpf_cpumask_set_cpu(cpu, a);
		break;
	case 2:
		bpf_cpumask_clear_cpu(cpu, a);
		break;
	case 3:
		return bpf_cpumask_test_cpu(cpu, READ(a));
	case 4:
		return bpf_cpumask_test_and_set_cpu(cpu, a);
	case 5:
		return bpf_cpumask_test_and_clear_cpu(cpu, a);
	case 6:
		bpf_cpumask_setall(a);
		bpf_cpumask_setall(c);
		break;
	case 7:
		bpf_cpumask_clear(a);
		bpf_cpumask_clear(c);
		break;
	case 8:
		return bpf_cpumask_and(a, READ(a), READ(b));
	case 9:
		bpf_cpumask_or(a, READ(a), READ(b));
		break;
	case 10:
		bpf_cpumask_xor(a, READ(a), READ(b));
		break;
	case 11:
		bpf_cpumask_copy(b, READ(a));
		break;
	case 12:
		return bpf_cpumask_and(b, READ(a), READ(c));
	}
	return 0;
}

SEC("syscall") int change(void *ctx)
{
	struct bpf_cpumask *a = bpf_cpumask_create(), *b, *c;

	if (!a)
		return 1;
	b = bpf_cpumask_create();
	if (!b) {
		bpf_cpumask_release(a);
		return 1;
	}
	c = bpf_cpumask_create();
	if (!c) {
		bpf_cpumask_release(b);
		bpf_cpumask_release(a);
		return 1;
	}
	for (int i = 0; i < 12; i++) {
		states[i].result = step(script[i], cpus[i], a, b, c);
		look(&states[i], a, b, c);
	}
	bpf_cpumask_release(c);
	bpf_cpumask_release(b);
	bpf_cpumask_release(a);
	return 0;
}

/* Puts a mask into a map, with one CPU more than the one that was there. */
SEC("syscall") int keep(void *ctx)
{
	__u32 key = which & 1;
	struct keeper *k = bpf_map_lookup_elem(&kept, &key);
	struct bpf_cpumask *mask, *old, *more;

	if (!k)
		return 1;
	bpf_rcu_read_lock();
	mask = k->mask;
	found = mask ? mask->cpumask.bits[0] : 99;
	bpf_rcu_read_unlock();
	mask = bpf_cpumask_create();
	if (!mask)
		return 2;
	old = bpf_kptr_xchg(&k->mask, mask);
	if (!old)
		return 3;
	more = bpf_cpumask_acquire(old);
	bpf_cpumask_set_cpu(bpf_cpumask_first_zero(READ(old)), old);
	old = bpf_kptr_xchg(&k->mask, old);
	if (old)
		bpf_cpumask_release(old);
	found |= more->cpumask.bits[0] << 32;
	bpf_cpumask_release(more);
	return 4;
}

char _license[] SEC("license") = "GPL";
