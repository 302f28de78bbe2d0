// SPDX-License-Identifier: MIT
// What only code made at -O0 asks for: helpers called through pointers, tables of functions, of strings and of maps.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct step {
	__u32 (*apply)(__u32 value, __u32 operand);
	const char *name;
	__u32 operand;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} totals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} letters SEC(".maps");

int finish(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__array(values, int(void *));
} stages SEC(".maps") = { .values = { [1] = (void *)&finish } };

static __u32 add(__u32 value, __u32 operand)
{
	return value + operand;
}

static __u32 multiply(__u32 value, __u32 operand)
{
	return value * operand;
}

const struct step steps[] = {
	{ .apply = add, .name = "add", .operand = 5 },
	{ .apply = multiply, .name = "multiply", .operand = 3 },
	{ .apply = add, .name = "once more", .operand = 7 },
};
#define STEPS (sizeof(steps) / sizeof(steps[0]))

struct work {
	__u32 value;
	__u32 rounds;
};

struct work work = { .value = 1 };
struct work *current = &work;
void *tables[] = { &letters, &totals };

static long run_step(__u32 index, struct work *state)
{
	const struct step *step = &steps[index % STEPS];
	__u64 *count = bpf_map_lookup_elem(tables[0], &index);

	if (count)
		*count = *count * 256 + step->name[0];
	state->value = step->apply(state->value, step->operand);
	state->rounds++;
	return 0;
}

static long add_up(void *map, __u32 *key, __u64 *value, __u64 *sum)
{
	*sum += *value + *key;
	return 0;
}

SEC("xdp")
int begin(struct xdp_md *ctx)
{
	struct work own = *current;
	__u64 sum = 0;
	__u32 last = 3;

	if (bpf_loop(STEPS, run_step, &own, 0) < 0)
		return XDP_ABORTED;
	*current = own;
	bpf_for_each_map_elem(tables[0], add_up, &sum, 0);
	bpf_map_update_elem(tables[1], &last, &sum, BPF_ANY);
	bpf_printk("%s: %u", steps[1].name, current->value);
	bpf_tail_call(ctx, &stages, 1);
	return XDP_DROP;
}

SEC("xdp")
int finish(struct xdp_md *ctx)
{
	__u32 last = 3;
	__u64 *sum = bpf_map_lookup_elem(tables[1], &last);

	return sum && *sum > 300 && current->value == 25 ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
