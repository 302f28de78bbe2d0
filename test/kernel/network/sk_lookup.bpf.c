/* What an sk_lookup program sees, and what its helpers answer without sockets. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

struct seen {
	__u32 family, protocol, remote_ip4, remote_ip6[4], remote_port, local_ip4, local_ip6[4], local_port, ifindex;
	__s32 assigned[5];
	__u32 has_socket, found;
	__s32 removed[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct seen);
} results SEC(".maps");

__u32 runs;

SEC("sk_lookup")
int look(struct bpf_sk_lookup *ctx)
{
	struct seen seen = {};
	__u32 key = runs++, slot = 0, beyond = 7;
	struct bpf_sock *sock;

	seen.family = ctx->family;
	seen.protocol = ctx->protocol;
	seen.remote_ip4 = ctx->remote_ip4;
	seen.remote_port = ctx->remote_port;
	seen.local_ip4 = ctx->local_ip4;
	seen.local_port = ctx->local_port;
	seen.ifindex = ctx->ingress_ifindex;
#pragma unroll
	for (int i = 0; i < 4; i++) {
		seen.remote_ip6[i] = ctx->remote_ip6[i];
		seen.local_ip6[i] = ctx->local_ip6[i];
	}
	seen.has_socket = ctx->sk != 0;
	seen.assigned[0] = bpf_sk_assign(ctx, 0, 0);
	seen.assigned[1] = bpf_sk_assign(ctx, 0, 1);
	seen.assigned[2] = bpf_sk_assign(ctx, 0, 3);
	seen.assigned[3] = bpf_sk_assign(ctx, 0, 4);
	seen.assigned[4] = bpf_sk_assign(ctx, 0, 1ull << 33);
	sock = bpf_map_lookup_elem(&sockets, &slot);
	if (sock) {
		seen.found = 1;
		seen.assigned[4] = bpf_sk_assign(ctx, sock, 0);
		bpf_sk_release(sock);
	}
	seen.removed[0] = bpf_map_delete_elem(&sockets, &slot);
	seen.removed[1] = bpf_map_delete_elem(&sockets, &beyond);
	bpf_map_update_elem(&results, &key, &seen, BPF_ANY);
	return ctx->local_port == 80 ? SK_PASS : SK_DROP;
}

char LICENSE[] SEC("license") = "GPL";
