// Callbacks: bpf_for_each_map_elem, bpf_loop, bpf_timer, struct ctx on stack.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_map;

struct kvstat { __u64 hits; __u64 bytes; };

struct elem { struct bpf_timer t; __u64 fired; };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct kvstat);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct elem);
} timers SEC(".maps");

struct sum_ctx {
	__u64 total_hits;
	__u64 total_bytes;
	__u32 n;
	__u32 max_key;
	struct xdp_md *xdp;
	__u64 best[2];
};

static long sum_cb(struct bpf_map *map, __u32 *key, struct kvstat *value, struct sum_ctx *ctx)
{
	__u64 hits = value->hits;
	__u32 k = *key;
	ctx->total_hits += hits;
	ctx->total_bytes += value->bytes;
	ctx->n++;
	if (k > ctx->max_key)
		ctx->max_key = k;
	if (hits > ctx->best[0]) {
		ctx->best[1] = ctx->best[0];
		ctx->best[0] = hits;
	}
	return hits > 1000000; /* stop */
}

struct loop_ctx {
	__u32 acc;
	__u32 limit;
	__u8 buf[16];
};

static int loop_cb(__u32 index, void *_ctx)
{
	struct loop_ctx *lc = _ctx;
	__u32 slot = index & 15;
	lc->acc += index * 3;
	lc->buf[slot] ^= (__u8)lc->acc;
	if (lc->acc > lc->limit)
		return 1;
	return 0;
}

static int timer_cb(void *map, int *key, struct elem *val)
{
	__u64 f = val->fired + 1;
	val->fired = f;
	if (f < 10)
		bpf_timer_start(&val->t, 1000, 0);
	return 0;
}

SEC("xdp")
int xdp_sum(struct xdp_md *ctx)
{
	struct sum_ctx sc = {};
	struct loop_ctx lc = { .limit = 1000 };
	__u32 zero = 0;
	long n, m;
	struct elem *e;

	sc.xdp = ctx;
	n = bpf_for_each_map_elem(&table, sum_cb, &sc, 0);
	m = bpf_loop(20, loop_cb, &lc, 0);
	e = bpf_map_lookup_elem(&timers, &zero);
	if (e) {
		bpf_timer_init(&e->t, &timers, 1);
		bpf_timer_set_callback(&e->t, timer_cb);
		bpf_timer_start(&e->t, 1000, 0);
	}
	if (sc.total_hits > 100 && n > 0)
		return XDP_DROP;
	if (lc.acc & 1 && m == 20)
		return XDP_TX;
	return lc.buf[3] ? XDP_PASS : XDP_ABORTED;
}

char _license[] SEC("license") = "GPL";
