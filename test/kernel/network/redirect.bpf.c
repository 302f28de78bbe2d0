/* One redirect for each packet: which, where to and with which flags stands behind its Ethernet header. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

enum { INTERFACE, DEVICES, HASHED, CPUS, SOCKETS, NEIGHBOUR, NEIGHBOUR_GIVEN, PEER };

struct request {
	__u32 kind;
	__u32 key;
	__u64 flags;
};

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} devices SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} hashed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} cpus SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} sockets SEC(".maps");

struct found {
	__u32 device;
	__u32 program;
	__u32 hashed;
	__u32 queue;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct found);
} seen SEC(".maps");

__u32 runs;

static __always_inline void look(__u32 key)
{
	struct found found = { -1, -1, -1, -1 };
	struct bpf_devmap_val *device = bpf_map_lookup_elem(&devices, &key);
	__u32 *ifindex = bpf_map_lookup_elem(&hashed, &key);
	struct bpf_xdp_sock *socket = bpf_map_lookup_elem(&sockets, &key);
	__u32 run = runs++;

	if (device) {
		found.device = device->ifindex;
		found.program = device->bpf_prog.id;
	}
	if (ifindex)
		found.hashed = *ifindex;
	if (socket)
		found.queue = socket->queue_id;
	bpf_map_update_elem(&seen, &run, &found, BPF_ANY);
}

SEC("xdp")
int redirect(struct xdp_md *ctx)
{
	struct request *request = (void *)(long)ctx->data + 14;
	__u32 key;
	__u64 flags;

	if ((void *)(request + 1) > (void *)(long)ctx->data_end)
		return 100;
	key = request->key;
	flags = request->flags;
	look(key);
	switch (request->kind) {
	case INTERFACE:
		return bpf_redirect(key, flags);
	case DEVICES:
		return bpf_redirect_map(&devices, key, flags);
	case HASHED:
		return bpf_redirect_map(&hashed, key, flags);
	case CPUS:
		return bpf_redirect_map(&cpus, key, flags);
	case SOCKETS:
		return bpf_redirect_map(&sockets, key, flags);
	}
	return 101;
}

SEC("tc")
int classify(struct __sk_buff *ctx)
{
	struct request *request = (void *)(long)ctx->data + 14;
	struct bpf_redir_neigh neighbour = { .nh_family = 2, .ipv4_nh = 0x0100007f };

	if ((void *)(request + 1) > (void *)(long)ctx->data_end)
		return 100;
	switch (request->kind) {
	case INTERFACE:
		return bpf_redirect(request->key, request->flags);
	case NEIGHBOUR:
		return bpf_redirect_neigh(request->key, 0, 0, request->flags);
	case NEIGHBOUR_GIVEN:
		return bpf_redirect_neigh(request->key, &neighbour, sizeof(neighbour), request->flags);
	case PEER:
		return bpf_redirect_peer(request->key, request->flags);
	}
	return 101;
}

char LICENSE[] SEC("license") = "GPL";
