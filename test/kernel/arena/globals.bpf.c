// Global variables that lie in the arena. libbpf places them from 1.5 on.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define __arena __attribute__((address_space(1)))

struct {
	__uint(type, 33); /* BPF_MAP_TYPE_ARENA */
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 8);
} arena SEC(".maps");

void __arena *bpf_arena_alloc_pages(void *map, void __arena *addr, __u32 page_cnt, int node_id, __u64 flags) __ksym __weak;

struct node {
	struct node __arena *next;
	int value;
};

int __arena counter = 40;
struct node __arena nodes[600];
struct node __arena *__arena head;

SEC("syscall")
int count(void *ctx)
{
	for (int i = 0; i < 600; i++) {
		nodes[i].value = i;
		nodes[i].next = head;
		head = &nodes[i];
	}
	int steps = 0;
	for (struct node __arena *node = head; node && steps < 1000; node = node->next)
		steps++;
	int __arena *page = bpf_arena_alloc_pages(&arena, 0, 1, -1, 0);
	if (!page)
		return -1;
	*page = 1000;
	return ++counter + steps + *page;
}

char _license[] SEC("license") = "GPL";
