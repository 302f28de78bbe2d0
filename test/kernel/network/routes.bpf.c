/* Lookups of routes and lengths, as the packet asks for them behind its Ethernet header. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum { ROUTE, LENGTH };

struct request {
	__u32 kind;
	__u32 size;
	__u32 flags;
	__s32 change;
	struct bpf_fib_lookup fib;
};

struct result {
	__s64 answer;
	__u32 length;
	__u32 zero;
	struct bpf_fib_lookup fib;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct result);
} results SEC(".maps");

__u32 runs;

static __always_inline int ask(void *ctx, struct request *request, void *end)
{
	struct result result = {};
	__u32 key = runs;

	if ((void *)(request + 1) > end)
		return 100;
	runs++;
	result.fib = request->fib;
	if (request->kind == ROUTE) {
		__u32 size = request->size;

		if (size < 1 || size > sizeof(result.fib))
			return 101;
		result.answer = bpf_fib_lookup(ctx, &result.fib, size, request->flags);
	} else {
		result.length = request->size;
		result.answer = bpf_check_mtu(ctx, request->fib.ifindex, &result.length, request->change, request->flags);
	}
	bpf_map_update_elem(&results, &key, &result, BPF_ANY);
	return result.answer & 0xff;
}

SEC("xdp")
int at_xdp(struct xdp_md *ctx)
{
	return ask(ctx, (void *)(long)ctx->data + 14, (void *)(long)ctx->data_end);
}

SEC("tc")
int at_tc(struct __sk_buff *ctx)
{
	return ask(ctx, (void *)(long)ctx->data + 14, (void *)(long)ctx->data_end);
}

char LICENSE[] SEC("license") = "GPL";
