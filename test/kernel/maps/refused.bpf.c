/* A map that the kernel does not make. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef KEY
#define KEY 4
#endif
#ifndef VALUE
#define VALUE 4
#endif
#ifndef ENTRIES
#define ENTRIES 4
#endif
#ifndef FLAGS
#define FLAGS 0
#endif
#ifndef EXTRA
#define EXTRA 0
#endif
#ifndef INNER_TYPE
#define INNER_TYPE BPF_MAP_TYPE_ARRAY
#endif

#ifdef INNER
struct inner {
	__uint(type, INNER_TYPE);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 4);
};
#ifdef OTHER
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, OTHER);
	__uint(key_size, 4);
	__uint(value_size, 4);
} other SEC(".maps");
#endif
#endif

struct {
	__uint(type, TYPE);
	__uint(max_entries, ENTRIES);
	__uint(map_flags, FLAGS);
#if EXTRA
	__uint(map_extra, EXTRA);
#endif
#if KEY
	__uint(key_size, KEY);
#endif
#ifdef INNER
	__array(values, struct inner);
} map SEC(".maps")
#ifdef OTHER
	= { .values = { (void *)&other } }
#endif
;
#else
	__uint(value_size, VALUE);
} map SEC(".maps");
#endif

SEC("tc") int program(struct __sk_buff *skb)
{
	return (long)&map != 0;
}

char LICENSE[] SEC("license") = "GPL";
