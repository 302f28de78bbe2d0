/* bpf_for_each_map_elem over an empty map of each type. Defines: MT, MAXE, MFLAGS, EX, KDEF and VDEF make the map. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

struct {
	__uint(type, MT);
#ifdef MAXE
	__uint(max_entries, MAXE);
#endif
#ifdef MFLAGS
	__uint(map_flags, MFLAGS);
#endif
#ifdef EX
	__uint(map_extra, EX);
#endif
	KDEF VDEF
} m SEC(".maps");

u32 n = 0;
s64 ret = -12345;

static long cb(void *map, void *key, void *val, void *c)
{
	n++;
	return 0;
}

SEC("tc")
int prog(struct __sk_buff *skb)
{
	ret = bpf_for_each_map_elem(&m, cb, 0, 0);
	return ret;
}

char _license[] SEC("license") = "GPL";
