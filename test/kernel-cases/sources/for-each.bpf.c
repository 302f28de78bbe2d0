/*
 * bpf_for_each_map_elem over one map. Defines: MT, MAXE, MFLAGS, KT, VT make the map; ACTION is what the callback does
 * to element i, CBRET what it returns; CTX and FLAGS are arguments of the helper; AFTER runs after it; INNER adds a
 * second callback for traversals within the traversal.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

#ifndef MT
#define MT BPF_MAP_TYPE_HASH
#endif
#ifndef MAXE
#define MAXE 16
#endif
#ifndef MFLAGS
#define MFLAGS 0
#endif
#ifndef KT
#define KT u32
#endif
#ifndef VT
#define VT u64
#endif
#ifndef ACTION
#define ACTION
#endif
#ifndef CBRET
#define CBRET (n > stop ? 1 : 0)
#endif
#ifndef CTX
#define CTX (&c)
#endif
#ifndef FLAGS
#define FLAGS 0
#endif

struct {
	__uint(type, MT);
	__uint(max_entries, MAXE);
	__uint(map_flags, MFLAGS);
	__type(key, KT);
	__type(value, VT);
} m SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, u64);
} m2 SEC(".maps");

u64 keys[64];
u64 vals[64];
s64 aux[64];
u32 n = 0;
u32 n2 = 0;
s64 ret = -12345;
s64 x0 = 0, x1 = 0, x2 = 0;
u32 stop = 0xffffffff;

struct cx {
	u64 a;
	u64 b;
};

#ifdef INNER
static long cb2(void *map, u32 *key, u64 *val, void *cp)
{
	n2++;
	x2 += *val;
	return 0;
}
#endif

static long cb(void *map, KT *key, VT *val, struct cx *cp)
{
	u32 i = n & 63;

	keys[i] = *(u32 *)key;
	vals[i] = *(u64 *)val;
	ACTION;
	n++;
	return CBRET;
}

SEC("tc")
int prog(struct __sk_buff *skb)
{
	struct cx c = { 1, 2 };

	ret = bpf_for_each_map_elem(&m, cb, CTX, FLAGS);
#ifdef AFTER
	AFTER;
#endif
	x0 = c.a;
	return (int)ret;
}

char _license[] SEC("license") = "GPL";
