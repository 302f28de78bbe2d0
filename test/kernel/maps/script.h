/* Programs here do what the elements of the map `script` say, one after the other, and note in `answers` what each did. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define MOST 64

enum what { END, LOOKUP, UPDATE, DELETE, PUSH, POP, PEEK, STALE };

struct step {
	__u32 what;
	__u32 map;
	__u64 flags;
	__u8 key[24];
	__u8 value[24];
};

struct answer {
	__s64 result;
	__u8 value[24];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MOST);
	__type(key, __u32);
	__type(value, struct step);
} script SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MOST);
	__type(key, __u32);
	__type(value, struct answer);
} answers SEC(".maps");

char LICENSE[] SEC("license") = "GPL";
