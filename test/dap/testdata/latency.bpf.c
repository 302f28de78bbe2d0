// SPDX-License-Identifier: MIT
/* 200 visible variables, of which some have lost their value, and a map of a million entries. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define ENTRIES 1000000

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__uint(max_entries, ENTRIES);
	__type(key, __u64);
	__type(value, __u64);
} entries SEC(".maps");

static long fill(__u32 index, void *ctx)
{
	__u64 key = index;

	bpf_map_update_elem(&entries, &key, &key, BPF_ANY);
	return 0;
}

#define IN_MEMORY(n, from) \
	volatile __u8 n##0 = from, n##1 = n##0, n##2 = n##1, n##3 = n##2, n##4 = n##3; \
	volatile __u8 n##5 = n##4, n##6 = n##5, n##7 = n##6, n##8 = n##7, n##9 = n##8
#define COMPUTED(n, from) \
	__u64 n##0 = from, n##1 = n##0 * 3, n##2 = n##1 ^ 5, n##3 = n##2 + 7, n##4 = n##3 * 9; \
	__u64 n##5 = n##4 ^ 11, n##6 = n##5 + 13, n##7 = n##6 * 15, n##8 = n##7 ^ 17, n##9 = n##8 + 19

SEC("xdp")
int latency(struct xdp_md *ctx)
{
	__u32 from = ctx->rx_queue_index;

	bpf_loop(ENTRIES, fill, NULL, 0);
	IN_MEMORY(a, from);
	IN_MEMORY(b, a9);
	IN_MEMORY(c, b9);
	IN_MEMORY(d, c9);
	IN_MEMORY(e, d9);
	IN_MEMORY(f, e9);
	IN_MEMORY(g, f9);
	IN_MEMORY(h, g9);
	IN_MEMORY(i, h9);
	IN_MEMORY(j, i9);
	COMPUTED(k, j9);
	COMPUTED(l, k9);
	COMPUTED(m, l9);
	COMPUTED(n, m9);
	COMPUTED(o, n9);
	COMPUTED(p, o9);
	COMPUTED(q, p9);
	COMPUTED(r, q9);
	COMPUTED(s, r9);
	COMPUTED(t, s9);

	a0 += t9; /* first */
	a1 += 1;
	a2 += 2;
	a3 += 3;
	a4 += 4;
	a5 += 5;
	a6 += 6;
	a7 += 7;
	a8 += 8;
	a9 += 9;
	b0 += 10;
	b1 += 11;
	b2 += 12;
	b3 += 13;
	b4 += 14;
	b5 += 15;
	b6 += 16;
	b7 += 17;
	b8 += 18;
	b9 += 19;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
