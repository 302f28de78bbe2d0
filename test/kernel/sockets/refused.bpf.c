// What the kernel refuses of maps of sockets: RULE says which.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#if RULE == 8
#define KEY_SIZE 516
#else
#define KEY_SIZE 4
#endif
#if RULE == 9
#define VALUE_SIZE 16
#else
#define VALUE_SIZE 8
#endif

struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, 2);
	__uint(key_size, KEY_SIZE);
	__uint(value_size, 8);
} hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__uint(value_size, VALUE_SIZE);
} group SEC(".maps");

static long each(void *map, void *key, void *value, void *ctx)
{
	return 0;
}

#define NAME__(rule) refused_##rule
#define NAME_(rule) NAME__(rule)

#if RULE == 1 || RULE == 2
SEC("cgroup_skb/ingress")
#else
SEC("tc")
#endif
int NAME_(RULE)(struct __sk_buff *ctx)
{
	__u32 key = 0;
	__u64 value = 0;

#if RULE == 1
	bpf_map_delete_elem(&hash, &key);
#elif RULE == 2
	struct bpf_sock *sock = ctx->sk;
	if (sock)
		bpf_map_update_elem(&hash, &key, sock, 0);
#elif RULE == 3
	bpf_map_update_elem(&hash, &key, &value, 0);
#elif RULE == 4
	bpf_for_each_map_elem(&hash, each, 0, 0);
#elif RULE == 5
	bpf_map_lookup_elem(&group, &key);
#elif RULE == 6
	bpf_map_delete_elem(&group, &key);
#elif RULE == 7
	bpf_for_each_map_elem(&group, each, 0, 0);
#else
	void *maps[] = { &hash, &group };
	bpf_map_push_elem(maps[RULE == 9], &value, 0);
#endif
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
