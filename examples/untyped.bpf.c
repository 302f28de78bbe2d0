// SPDX-License-Identifier: MIT
/*
 * A callback with `void *` parameters only, so its types are found from the map and from the call. The program is called
 * from user space with struct query as its context, and answers in it.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} balances SEC(".maps");

struct query {
	__u64 at_least; /* in */
	__u64 total;    /* out */
	__u32 accounts; /* out */
	__u32 largest;  /* out: number of the account */
};

struct selection {
	__u64 at_least;
	__u64 total;
	__u64 largest_balance;
	__u32 accounts;
	__u32 largest;
};

static long select_account(void *map, void *key, void *value, void *ctx)
{
	struct selection *selection = ctx;
	__u32 account = *(__u32 *)key;
	__u64 balance = *(__u64 *)value;

	if (balance < selection->at_least)
		return 0;

	selection->total += balance;
	selection->accounts++;
	if (balance > selection->largest_balance) {
		selection->largest_balance = balance;
		selection->largest = account;
	}
	return 0;
}

SEC("syscall")
int query_balances(struct query *query)
{
	struct selection selection = { .at_least = query->at_least };
	long visited = bpf_for_each_map_elem(&balances, select_account, &selection, 0);

	query->total = selection.total;
	query->accounts = selection.accounts;
	query->largest = selection.largest;
	return visited;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
