/* What programs find out about sockets: those that the packet names behind its Ethernet header, and the context's own. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum { TCP, UDP, COMMON };

struct request {
	__u32 kind;
	__u32 size;
	__u64 netns;
	__u64 flags;
	struct bpf_sock_tuple tuple;
};

struct result {
	__s64 found;
	struct bpf_sock sock;
	__u32 full;
	__u32 listener;
	__u32 tcp;
	__u32 cast;
	__s32 assigned[2];
	__u32 other[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct result);
} results SEC(".maps");

__u32 runs;

/* Not the receive queue: of a connection it depends on what has arrived yet. */
static __always_inline void copy(struct bpf_sock *to, struct bpf_sock *from)
{
	to->bound_dev_if = from->bound_dev_if;
	to->family = from->family;
	to->type = from->type;
	to->protocol = from->protocol;
	to->mark = from->mark;
	to->priority = from->priority;
	to->src_ip4 = from->src_ip4;
	to->src_port = from->src_port;
	to->dst_port = from->dst_port;
	to->dst_ip4 = from->dst_ip4;
	to->state = from->state;
	if (from->family == 10) {
		to->src_ip6[0] = from->src_ip6[0];
		to->src_ip6[3] = from->src_ip6[3];
		to->dst_ip6[0] = from->dst_ip6[0];
		to->dst_ip6[3] = from->dst_ip6[3];
	}
}

static __always_inline int ask(void *ctx, struct request *request, void *end, int asks)
{
	struct result result = {};
	struct bpf_sock_tuple tuple;
	__u32 key = runs, size;
	struct bpf_sock *sock;

	if ((void *)(request + 1) > end)
		return 0;
	runs++;
	tuple = request->tuple;
	size = request->size;
	if (size < 1 || size > sizeof(tuple))
		return 0;
	if (request->kind == COMMON) {
		sock = bpf_skc_lookup_tcp(ctx, &tuple, size, request->netns, request->flags);
		if (sock) {
			result.found = 1;
			result.sock.family = *(volatile __u32 *)&sock->family;
			result.sock.state = *(volatile __u32 *)&sock->state;
			bpf_sk_release(sock);
		}
	} else {
		if (request->kind == TCP)
			sock = bpf_sk_lookup_tcp(ctx, &tuple, size, request->netns, request->flags);
		else
			sock = bpf_sk_lookup_udp(ctx, &tuple, size, request->netns, request->flags);
		if (sock) {
			result.found = 1;
			copy(&result.sock, sock);
			if (asks) {
				result.full = bpf_sk_fullsock(sock) != 0;
				result.listener = bpf_get_listener_sock(sock) != 0;
				result.tcp = bpf_tcp_sock(sock) != 0;
			}
			bpf_sk_release(sock);
		}
	}
	bpf_map_update_elem(&results, &key, &result, BPF_ANY);
	return 1;
}

static __always_inline int ask_own(struct __sk_buff *ctx)
{
	struct bpf_sock *sock = ctx->sk, *full;
	struct result result = {};
	__u32 key = runs++;

	if (!sock)
		return 0;
	result.other[0] = sock->family;
	result.other[1] = sock->state;
	result.listener = bpf_get_listener_sock(sock) != 0;
	result.tcp = bpf_tcp_sock(sock) != 0;
	result.cast = (bpf_skc_to_tcp_sock(sock) != 0) | (bpf_skc_to_tcp6_sock(sock) != 0) << 1 |
		      (bpf_skc_to_udp6_sock(sock) != 0) << 2 | (bpf_skc_to_tcp_timewait_sock(sock) != 0) << 3 |
		      (bpf_skc_to_tcp_request_sock(sock) != 0) << 4 | (bpf_skc_to_unix_sock(sock) != 0) << 5 |
		      (bpf_skc_to_mptcp_sock(sock) != 0) << 6;
	full = bpf_sk_fullsock(sock);
	if (full) {
		result.full = 1;
		copy(&result.sock, full);
		result.sock.rx_queue_mapping = full->rx_queue_mapping;
	}
	bpf_map_update_elem(&results, &key, &result, BPF_ANY);
	return 1;
}

SEC("xdp")
int at_xdp(struct xdp_md *ctx)
{
	return ask(ctx, (void *)(long)ctx->data + 14, (void *)(long)ctx->data_end, 0);
}

SEC("tc")
int at_tc(struct __sk_buff *ctx)
{
	return ask(ctx, (void *)(long)ctx->data + 14, (void *)(long)ctx->data_end, 1);
}

SEC("tc")
int own_tc(struct __sk_buff *ctx)
{
	struct bpf_sock *sock = ctx->sk;
	int done = ask_own(ctx);

	if (!sock)
		return done;
	return done | (bpf_sk_assign(ctx, sock, 0) & 0xff) << 8 | (bpf_sk_assign(ctx, sock, 1) & 0xff) << 16;
}

SEC("cgroup_skb/ingress")
int own_cgroup(struct __sk_buff *ctx)
{
	return ask_own(ctx);
}

char LICENSE[] SEC("license") = "GPL";
