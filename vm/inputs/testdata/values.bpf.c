// SPDX-License-Identifier: MIT
/* Maps and variables of every kind of type that bpftool prints; see record.sh. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>

enum color { RED, GREEN = 5, BLUE = -3 };
enum wide { WIDE = 0x100000000ULL, NARROW = 1 };
typedef __u16 port_t;
typedef port_t ports_t[2];

struct inner {
	__u8 a;
	__s16 b;
};

union both {
	__u32 whole;
	__u8 parts[4];
};

struct key {
	__u32 a;
	__u8 b[4];
};

struct value {
	char character;
	signed char small;
	unsigned char byte;
	bool yes;
	__s8 minus;
	__u8 bytes[3];
	char name[8];
	char raw[4];
	__u32 bits3 : 3, bits5 : 5;
	__s32 signed7 : 7;
	__u32 : 4;
	__u32 bits13 : 13;
	enum color known;
	enum color unknown;
	enum wide wide;
	struct inner inner;
	struct inner inners[2];
	union both both;
	struct {
		int anonymous;
		union {
			__u16 first;
			__u8 second;
		};
	};
	void *pointer;
	struct inner *to_struct;
	int (*function)(void);
	port_t port;
	ports_t ports;
	const volatile __u64 big;
	__s64 negative;
	__s32 negative32;
	char grid[2][3];
	__int128 huge;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__uint(max_entries, 8);
	__type(key, struct key);
	__type(value, struct value);
} structs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct inner);
} percpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__uint(value_size, 6);
} untyped SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 3);
} percpu_untyped SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__uint(max_entries, 8);
	__type(key, char[4]);
	__type(value, char);
} texts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, int);
	__type(value, bool);
} flags SEC(".maps");

__u32 threshold = 7;
static volatile int hidden = -2;
struct inner zero;
const volatile char text[6] = "hi\n\"\x01";
const volatile char plain[6] = "plain";
const volatile __u64 limit = 1ULL << 60;
struct value *keep;
enum color favourite = GREEN;

SEC("xdp")
int use_all(struct xdp_md *ctx)
{
	struct key key = {};
	__u32 index = 0;

	zero.a++;
	hidden++;
	if (favourite == RED)
		keep = 0;
	bpf_map_lookup_elem(&percpu, &index);
	bpf_map_lookup_elem(&untyped, &index);
	bpf_map_lookup_elem(&percpu_untyped, &index);
	bpf_map_lookup_elem(&texts, &key);
	bpf_map_lookup_elem(&flags, &index);
	if (limit == 3 || text[0] == 4 || plain[0] == 4)
		return threshold;
	return bpf_map_lookup_elem(&structs, &key) != 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
