/* Operations on the XDP buffer, as the packet asks for them behind its Ethernet header. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define OPERATIONS 6

enum { NONE, HEAD, META, TAIL, LOAD, STORE, WRITE_DATA, WRITE_META };

struct operation {
	__u8 code;
	__u8 unused;
	__u16 size;
	__s32 offset;
};

struct result {
	__s64 answer;
	__u32 linear;
	__u32 metadata;
	__u32 total;
	__u32 sum;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct result);
} results SEC(".maps");

struct operation operations[OPERATIONS];
__u8 bytes[512];
__u32 used;

static __noinline __s64 perform(struct xdp_md *ctx, struct operation *operation)
{
	__u32 size = operation->size;

	/* Two steps, so that the verifier sees the same number as the helper. */
	asm volatile("" : "+r"(size));
	size &= 511;
	asm volatile("" : "+r"(size));

	switch (operation->code) {
	case HEAD:
		return bpf_xdp_adjust_head(ctx, operation->offset);
	case META:
		return bpf_xdp_adjust_meta(ctx, operation->offset);
	case TAIL:
		return bpf_xdp_adjust_tail(ctx, operation->offset);
	case LOAD:
		__builtin_memset(bytes, 0x55, sizeof(bytes));
		if (size == 0)
			return -1000;
		return bpf_xdp_load_bytes(ctx, operation->offset, bytes, size);
	case STORE:
		for (int i = 0; i < 64; i++)
			bytes[i] = 0x80 + i;
		if (size == 0)
			return -1000;
		return bpf_xdp_store_bytes(ctx, operation->offset, bytes, size);
	case WRITE_DATA: {
		__u8 *data = (void *)(long)ctx->data;
		if (data + 14 > (__u8 *)(long)ctx->data_end)
			return -1001;
		data[0] = size;
		data[13] = size + 1;
		return 0;
	}
	case WRITE_META: {
		__u8 *meta = (void *)(long)ctx->data_meta;
		if (meta + 4 > (__u8 *)(long)ctx->data)
			return -1002;
		meta[0] = size;
		meta[3] = size + 1;
		return 0;
	}
	}
	return 0;
}

static __always_inline int run(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;

	if (data + 14 + sizeof(operations) > end)
		return XDP_ABORTED;
	__builtin_memcpy(operations, data + 14, sizeof(operations));
	for (int i = 0; i < OPERATIONS; i++) {
		struct result result = {};
		__u32 key = used;

		if (operations[i].code == NONE)
			break;
		result.answer = perform(ctx, &operations[i]);
		result.linear = ctx->data_end - ctx->data;
		result.metadata = ctx->data - ctx->data_meta;
		result.total = bpf_xdp_get_buff_len(ctx);
		for (int j = 0; j < 64; j++)
			result.sum = result.sum * 31 + bytes[j];
		bpf_map_update_elem(&results, &key, &result, BPF_ANY);
		used++;
	}
	return XDP_PASS;
}

SEC("xdp")
int linear(struct xdp_md *ctx)
{
	return run(ctx);
}

SEC("xdp.frags")
int fragments(struct xdp_md *ctx)
{
	return run(ctx);
}

char LICENSE[] SEC("license") = "GPL";
