/* What the verifier refuses, a program each. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define MAP(name, kind, flags, ...)                                                                                    \
	struct {                                                                                                       \
		__uint(type, kind);                                                                                    \
		__uint(max_entries, 4);                                                                                \
		__uint(map_flags, flags);                                                                              \
		__VA_ARGS__                                                                                            \
	} name SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
};
struct inner hash SEC(".maps");

MAP(queue, BPF_MAP_TYPE_QUEUE, 0, __type(value, __u64);)
MAP(stack, BPF_MAP_TYPE_STACK, 0, __type(value, __u64);)
MAP(bloom, BPF_MAP_TYPE_BLOOM_FILTER, 0, __type(value, __u64);)
MAP(queue_read, BPF_MAP_TYPE_QUEUE, BPF_F_RDONLY_PROG, __type(value, __u64);)
MAP(queue_write, BPF_MAP_TYPE_QUEUE, BPF_F_WRONLY_PROG, __type(value, __u64);)
MAP(bloom_read, BPF_MAP_TYPE_BLOOM_FILTER, BPF_F_RDONLY_PROG, __type(value, __u64);)
MAP(lpm_read, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG, __uint(key_size, 8); __type(value, __u64);)
MAP(lpm_write, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC | BPF_F_WRONLY_PROG, __uint(key_size, 8);
    __type(value, __u64);)
MAP(lpm, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC, __uint(key_size, 8); __type(value, __u64);)
MAP(hashes, BPF_MAP_TYPE_HASH_OF_MAPS, 0, __type(key, __u32); __array(values, struct inner);)
MAP(arrays, BPF_MAP_TYPE_ARRAY_OF_MAPS, 0, __type(key, __u32); __array(values, struct inner);)

#define PROGRAM(name, body)                                                                                            \
	SEC("raw_tp/" #name) int name(void *ctx)                                                                         \
	{                                                                                                              \
		__u64 v = 5;                                                                                           \
		__u32 k = 0;                                                                                           \
		__u64 prefix = 0x0a00000008;                                                                           \
                                                                                                                       \
		(void)k, (void)prefix;                                                                                 \
		body;                                                                                                  \
		return v;                                                                                              \
	}

static long nothing(void *map, void *key, void *value, void *context)
{
	return 0;
}

PROGRAM(lookup_queue, v = (long)bpf_map_lookup_elem(&queue, &v))
PROGRAM(update_queue, v = bpf_map_update_elem(&queue, &v, &v, 0))
PROGRAM(delete_stack, v = bpf_map_delete_elem(&stack, &v))
PROGRAM(lookup_bloom, v = (long)bpf_map_lookup_elem(&bloom, &v))
PROGRAM(update_bloom, v = bpf_map_update_elem(&bloom, &v, &v, 0))
PROGRAM(pop_bloom, v = bpf_map_pop_elem(&bloom, &v))
PROGRAM(push_hash, v = bpf_map_push_elem(&hash, &v, 0))
PROGRAM(peek_lpm, v = bpf_map_peek_elem(&lpm, &v))
PROGRAM(update_hashes, v = bpf_map_update_elem(&hashes, &k, &v, 0))
PROGRAM(delete_arrays, v = bpf_map_delete_elem(&arrays, &k))
PROGRAM(each_queue, v = bpf_for_each_map_elem(&queue, nothing, 0, 0))
PROGRAM(each_lpm, v = bpf_for_each_map_elem(&lpm, nothing, 0, 0))
PROGRAM(each_hashes, v = bpf_for_each_map_elem(&hashes, nothing, 0, 0))
PROGRAM(push_queue_read, v = bpf_map_push_elem(&queue_read, &v, 0))
PROGRAM(pop_queue_read, v = bpf_map_pop_elem(&queue_read, &v))
PROGRAM(push_bloom_read, v = bpf_map_push_elem(&bloom_read, &v, 0))
PROGRAM(update_lpm_read, v = bpf_map_update_elem(&lpm_read, &prefix, &v, 0))
PROGRAM(delete_lpm_read, v = bpf_map_delete_elem(&lpm_read, &prefix))
PROGRAM(write_lpm_read, __u64 *p = bpf_map_lookup_elem(&lpm_read, &prefix); if (p) *p = 1)
PROGRAM(read_lpm_write, __u64 *p = bpf_map_lookup_elem(&lpm_write, &prefix); if (p) v = *p)
PROGRAM(short_key, v = (long)bpf_map_lookup_elem(&lpm, (void *)(&v + 1) - 4))
PROGRAM(inner_value, __u64 *p = bpf_map_lookup_elem(&hashes, &k); if (p) *p = 1)
PROGRAM(inner_null, __u64 *p = bpf_map_lookup_elem(&arrays, &k); v = (long)bpf_map_lookup_elem(p, &k))

/* And what it allows. */
PROGRAM(peek_queue_read, v = bpf_map_peek_elem(&queue_read, &v))
PROGRAM(pop_queue_write, v = bpf_map_pop_elem(&queue_write, &v))
PROGRAM(peek_bloom_read, v = bpf_map_peek_elem(&bloom_read, &v))
PROGRAM(lookup_lpm_read, __u64 *p = bpf_map_lookup_elem(&lpm_read, &prefix); if (p) v = *p)
PROGRAM(write_lpm_write, __u64 *p = bpf_map_lookup_elem(&lpm_write, &prefix); if (p) *p = v)

char LICENSE[] SEC("license") = "GPL";
