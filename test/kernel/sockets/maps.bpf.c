/* Helpers on maps of sockets that have none in them, and with the socket of BPF_PROG_TEST_RUN. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct name {
	__u8 bytes[6];
};

struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, 3);
	__type(key, struct name);
	__type(value, __u64);
} hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} map SEC(".maps");

/* Programs have no helper for it but one of sk_reuseport. */
struct {
	__uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} group SEC(".maps");

struct name name = { { 1, 2, 3, 4, 5, 6 } };
__u32 slot;
__u64 flags;

int found[2], removed[2], updated[3];

static __always_inline void take_out(void)
{
	struct name key = name;
	__u32 index = slot;

	removed[0] = bpf_map_delete_elem(&hash, &key);
	removed[1] = bpf_map_delete_elem(&map, &index);
}

static __always_inline void look_up(void)
{
	struct bpf_sock *sock;
	struct name key = name;
	__u32 index = slot;

	sock = bpf_map_lookup_elem(&hash, &key);
	found[0] = !!sock;
	if (sock)
		bpf_sk_release(sock);
	sock = bpf_map_lookup_elem(&map, &index);
	found[1] = !!sock;
	if (sock)
		bpf_sk_release(sock);
	take_out();
}

SEC("tc")
int classify(struct __sk_buff *ctx)
{
	struct name key = name;
	__u32 index = slot;
	struct bpf_sock *sock = ctx->sk;

	look_up();
	if (sock) {
		updated[0] = bpf_map_update_elem(&hash, &key, sock, flags);
		updated[1] = bpf_map_update_elem(&map, &index, sock, flags);
	}
	updated[2] = !!sock;
	return 0;
}

SEC("sk_lookup")
int lookup(struct bpf_sk_lookup *ctx)
{
	look_up();
	return SK_PASS;
}

SEC("xdp")
int receive(struct xdp_md *ctx)
{
	look_up();
	return XDP_PASS;
}

SEC("socket")
int filter(struct __sk_buff *ctx)
{
	take_out();
	return 0;
}

SEC("flow_dissector")
int dissect(struct __sk_buff *ctx)
{
	take_out();
	return BPF_OK;
}

char LICENSE[] SEC("license") = "GPL";
