// Work queues in map values: error numbers, the order of work, and work that queues itself again.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_wq {
	__u64 opaque[2];
} __attribute__((aligned(8)));

extern int bpf_wq_init(struct bpf_wq *wq, void *map, unsigned int flags) __ksym __weak;
extern int bpf_wq_start(struct bpf_wq *wq, unsigned int flags) __ksym __weak;
extern int bpf_wq_set_callback_impl(struct bpf_wq *wq, int(callback)(void *map, int *key, void *value),
				    unsigned int flags, void *aux) __ksym __weak;

struct element {
	__u64 count;
	struct bpf_wq work;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, int);
	__type(value, struct element);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, int);
	__type(value, struct element);
} table SEC(".maps");

__s64 aux[12];
__u32 n;

static int again(void *map, int *key, void *value)
{
	struct element *e = value;

	n++;
	if (++e->count < 3)
		aux[9] = bpf_wq_start(&e->work, 0);
	return 0;
}

static int once(void *map, int *key, void *value)
{
	struct element *e = value;

	__sync_fetch_and_add(&n, 1);
	e->count += *key;
	return 0;
}

SEC("tc") int work_errors(struct __sk_buff *skb)
{
	int key = 0;
	struct element *e = bpf_map_lookup_elem(&slots, &key);

	if (!e)
		return 1;
	aux[0] = bpf_wq_start(&e->work, 0);
	aux[1] = bpf_wq_init(&e->work, &slots, 1);
	aux[2] = bpf_wq_set_callback_impl(&e->work, again, 0, NULL);
	aux[3] = bpf_wq_init(&e->work, &slots, 0);
	aux[4] = bpf_wq_init(&e->work, &slots, 0);
	aux[5] = bpf_wq_start(&e->work, 0);
	aux[6] = bpf_wq_set_callback_impl(&e->work, again, 1, NULL);
	aux[7] = bpf_wq_set_callback_impl(&e->work, again, 0, NULL);
	aux[8] = bpf_wq_start(&e->work, 1);
	aux[10] = bpf_wq_start(&e->work, 0);
	return 0;
}

SEC("tc") int work_hash(struct __sk_buff *skb)
{
	struct element zero = {};

	for (int i = 1; i < 4; i++) {
		int key = i;

		bpf_map_update_elem(&table, &key, &zero, 0);
		struct element *e = bpf_map_lookup_elem(&table, &key);

		if (!e)
			return 1;
		aux[i] = bpf_wq_init(&e->work, &table, 0);
		bpf_wq_set_callback_impl(&e->work, once, 0, NULL);
		aux[4 + i] = bpf_wq_start(&e->work, 0);
	}
	return 0;
}

char _license[] SEC("license") = "GPL";
