#include "bench.h"

/* Helper calls: a hash map is updated and looked up. BPF only. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

PROGRAM
{
	__u64 sum = 0;

	for (__u32 i = 0; i < 1000; i++) {
		__u32 key = i * 7 % 200;
		__u64 *found = bpf_map_lookup_elem(&table, &key);

		if (found) {
			sum += (*found)++;
		} else {
			__u64 first = i;
			bpf_map_update_elem(&table, &key, &first, BPF_ANY);
		}
	}
	return (int)sum;
}

LICENSE;
