// Timers: their error numbers, the order in which they come due, and what may be done in their callbacks.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define CLOCK_MONOTONIC 1
#define CLOCK_BOOTTIME 7
#define MS 1000000ULL

struct element {
	struct bpf_timer timer;
	__u64 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, int);
	__type(value, struct element);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, int);
	__type(value, struct element);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8);
	__type(key, int);
	__type(value, struct element);
} recent SEC(".maps");

__u64 order[8];
__s64 aux[12];
__u32 n;

static int rearm(void *map, int *key, struct element *e)
{
	order[n & 7] = *key;
	n++;
	e->count++;
	if (e->count < 3)
		aux[9] = bpf_timer_start(&e->timer, MS, 0);
	else
		aux[10] = bpf_timer_cancel(&e->timer);
	return 0;
}

static int note(void *map, int *key, struct element *e)
{
	order[n & 7] = *key;
	n++;
	e->count++;
	return 0;
}

#ifdef RETURNS
static int returns(void *map, int *key, struct element *e)
{
	return RETURNS;
}
#endif

SEC("tc") int timer_order(struct __sk_buff *skb)
{
	int k0 = 0, k1 = 1;
	struct element *a = bpf_map_lookup_elem(&slots, &k0), *b = bpf_map_lookup_elem(&slots, &k1);

	if (!a || !b)
		return 1;
	aux[0] = bpf_timer_start(&a->timer, 0, 0);
	aux[1] = bpf_timer_init(&a->timer, &slots, CLOCK_MONOTONIC);
	aux[2] = bpf_timer_init(&a->timer, &slots, CLOCK_MONOTONIC);
	aux[3] = bpf_timer_start(&a->timer, 1000, 0);
	aux[4] = bpf_timer_set_callback(&a->timer, rearm);
	bpf_timer_init(&b->timer, &slots, CLOCK_MONOTONIC);
	bpf_timer_set_callback(&b->timer, rearm);
	aux[5] = bpf_timer_start(&a->timer, 20 * MS, 0);
	aux[6] = bpf_timer_start(&b->timer, 5 * MS, 0);
	aux[7] = bpf_timer_start(&a->timer, 10 * MS, 99);
	return 0;
}

SEC("tc") int timer_cancel(struct __sk_buff *skb)
{
	int k0 = 0;
	struct element *a = bpf_map_lookup_elem(&slots, &k0);

	if (!a)
		return 1;
	aux[0] = bpf_timer_cancel(&a->timer);
	aux[1] = bpf_timer_init(&a->timer, &slots, CLOCK_MONOTONIC);
	aux[2] = bpf_timer_cancel(&a->timer);
	aux[3] = bpf_timer_set_callback(&a->timer, rearm);
	aux[4] = bpf_timer_start(&a->timer, 1000 * MS, 0);
	aux[5] = bpf_timer_cancel(&a->timer);
	aux[6] = bpf_timer_cancel(&a->timer);
	aux[7] = bpf_timer_init(&a->timer, &slots, 55);
	aux[8] = bpf_timer_start(&a->timer, MS, 0);
	return 0;
}

SEC("tc") int timer_clocks(struct __sk_buff *skb)
{
	for (int i = 0; i < 4; i++) {
		int key = i;
		struct element *e = bpf_map_lookup_elem(&slots, &key);

		if (!e)
			return 1;
		aux[i] = bpf_timer_init(&e->timer, &slots, i == 3 ? 2 : i == 2 ? CLOCK_BOOTTIME : i);
		bpf_timer_set_callback(&e->timer, note);
		aux[4 + i] = bpf_timer_start(&e->timer, (8 - 2 * i) * MS, 0);
	}
	return 0;
}

SEC("tc") int timer_absolute(struct __sk_buff *skb)
{
	__u64 now = bpf_ktime_get_ns();

	for (int i = 0; i < 3; i++) {
		int key = i;
		struct element *e = bpf_map_lookup_elem(&slots, &key);

		if (!e)
			return 1;
		bpf_timer_init(&e->timer, &slots, CLOCK_MONOTONIC);
		bpf_timer_set_callback(&e->timer, note);
		/* In the past, soon, and in 10 seconds. */
		aux[i] = bpf_timer_start(&e->timer, i == 0 ? 1 : i == 1 ? now + 5 * MS : now + 10000 * MS, 1);
	}
	return 0;
}

SEC("tc") int timer_again(struct __sk_buff *skb)
{
	int k0 = 0, k1 = 1;
	struct element *a = bpf_map_lookup_elem(&slots, &k0), *b = bpf_map_lookup_elem(&slots, &k1);

	if (!a || !b)
		return 1;
	bpf_timer_init(&a->timer, &slots, CLOCK_MONOTONIC);
	bpf_timer_set_callback(&a->timer, note);
	bpf_timer_init(&b->timer, &slots, CLOCK_MONOTONIC);
	bpf_timer_set_callback(&b->timer, note);
	/* The second start moves it, the cancelled one does not come. */
	aux[0] = bpf_timer_start(&a->timer, 1 * MS, 0);
	aux[1] = bpf_timer_start(&b->timer, 5 * MS, 0);
	aux[2] = bpf_timer_start(&a->timer, 20 * MS, 2);
	return 0;
}

/* Updating and deleting an element takes its timer. */
SEC("tc") int timer_update(struct __sk_buff *skb)
{
	struct element zero = {};

	for (int i = 0; i < 3; i++) {
		int key = i;
		struct element *e = bpf_map_lookup_elem(&slots, &key);

		if (!e)
			return 1;
		bpf_timer_init(&e->timer, &slots, CLOCK_MONOTONIC);
		bpf_timer_set_callback(&e->timer, note);
		bpf_timer_start(&e->timer, (1 + i) * MS, 0);
	}
	int key = 1;
	struct element *e = bpf_map_lookup_elem(&slots, &key);

	if (!e)
		return 1;
	aux[0] = bpf_map_update_elem(&slots, &key, &zero, 0);
	aux[1] = bpf_timer_start(&e->timer, MS, 0);
	aux[2] = bpf_timer_init(&e->timer, &slots, CLOCK_MONOTONIC);
	aux[3] = bpf_timer_start(&e->timer, MS, 0);
	return 0;
}

static int hash_callback(void *map, int *key, struct element *e)
{
	order[n & 7] = *key;
	n++;
	e->count++;
	/* Its own element, whose value stays readable. */
	if (*key == 2)
		aux[8] = bpf_map_delete_elem(&table, key);
	return 0;
}

SEC("tc") int timer_hash(struct __sk_buff *skb)
{
	struct element zero = {};

	for (int i = 0; i < 5; i++) {
		int key = i;

		bpf_map_update_elem(&table, &key, &zero, 0);
		struct element *e = bpf_map_lookup_elem(&table, &key);

		if (!e)
			return 1;
		aux[i] = bpf_timer_init(&e->timer, &table, CLOCK_MONOTONIC);
		bpf_timer_set_callback(&e->timer, hash_callback);
		bpf_timer_start(&e->timer, (10 - 2 * i) * MS, 0);
	}
	int key = 3;

	aux[5] = bpf_map_delete_elem(&table, &key);
	key = 4;
	aux[6] = bpf_map_update_elem(&table, &key, &zero, 0);
	return 0;
}

SEC("tc") int timer_lru(struct __sk_buff *skb)
{
	struct element zero = {};

	for (int i = 0; i < 3; i++) {
		int key = i;

		bpf_map_update_elem(&recent, &key, &zero, 0);
		struct element *e = bpf_map_lookup_elem(&recent, &key);

		if (!e)
			return 1;
		aux[i] = bpf_timer_init(&e->timer, &recent, CLOCK_MONOTONIC);
		bpf_timer_set_callback(&e->timer, note);
		bpf_timer_start(&e->timer, (10 - 2 * i) * MS, 0);
	}
	int key = 1;

	aux[5] = bpf_map_delete_elem(&recent, &key);
	return 0;
}

static int start_other(void *map, int *key, struct element *e)
{
	int other = 1;
	struct element *o = bpf_map_lookup_elem(&slots, &other);

	order[n & 7] = *key;
	n++;
	if (!o || *key == 1)
		return 0;
	aux[3] = bpf_timer_init(&o->timer, &slots, CLOCK_MONOTONIC);
	aux[4] = bpf_timer_set_callback(&o->timer, start_other);
	aux[5] = bpf_timer_start(&o->timer, MS, 0);
	other = 2;
	o = bpf_map_lookup_elem(&slots, &other);
	if (o)
		aux[6] = bpf_timer_cancel(&o->timer);
	return 0;
}

/* A callback that arms one timer and cancels another. */
SEC("tc") int timer_chain(struct __sk_buff *skb)
{
	int k0 = 0, k2 = 2;
	struct element *a = bpf_map_lookup_elem(&slots, &k0), *c = bpf_map_lookup_elem(&slots, &k2);

	if (!a || !c)
		return 1;
	bpf_timer_init(&a->timer, &slots, CLOCK_MONOTONIC);
	bpf_timer_set_callback(&a->timer, start_other);
	aux[0] = bpf_timer_start(&a->timer, 2 * MS, 0);
	bpf_timer_init(&c->timer, &slots, CLOCK_MONOTONIC);
	bpf_timer_set_callback(&c->timer, note);
	aux[1] = bpf_timer_start(&c->timer, 30 * MS, 0);
	return 0;
}

#ifdef RETURNS
SEC("tc") int timer_return(struct __sk_buff *skb)
{
	int k0 = 0;
	struct element *a = bpf_map_lookup_elem(&slots, &k0);

	if (!a)
		return 1;
	bpf_timer_init(&a->timer, &slots, CLOCK_MONOTONIC);
	bpf_timer_set_callback(&a->timer, returns);
	bpf_timer_start(&a->timer, MS, 0);
	return 0;
}
#endif

char _license[] SEC("license") = "GPL";
