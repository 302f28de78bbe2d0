// Programs that work on an arena: pages, casts, lists, accesses to pages that are not there.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define __arena __attribute__((address_space(1)))
#define PAGE 4096
#define PAGES 16
#define START 0x10000000ul

struct {
	__uint(type, 33); /* BPF_MAP_TYPE_ARENA */
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PAGES);
	__uint(map_extra, START);
} arena SEC(".maps");

typedef __u8 __arena *bytes;
typedef __u64 __arena *words;

void __arena *bpf_arena_alloc_pages(void *map, void __arena *addr, __u32 page_cnt, int node_id, __u64 flags) __ksym __weak;
void bpf_arena_free_pages(void *map, void __arena *ptr, __u32 page_cnt) __ksym __weak;

#define alloc(count) ((bytes)bpf_arena_alloc_pages(&arena, 0, count, -1, 0))
#define alloc_at(page, count) ((bytes)bpf_arena_alloc_pages(&arena, (void __arena *)(START + (page) * PAGE), count, -1, 0))
#define release(pointer, count) bpf_arena_free_pages(&arena, (void __arena *)(pointer), count)
/* Number of the page that a pointer is in, from 1; 0 for NULL. */
#define page_of(pointer) ((pointer) ? (((__u32)(unsigned long)(pointer) - (__u32)START) >> 12) + 1 : 0)

static void all_free(void)
{
	release((bytes)START, PAGES);
}

/* The smallest range with room is taken, and of several the one that came last. */
SEC("syscall")
int best_fit(void *ctx)
{
	__u32 r = 0;
	all_free();
	bytes a = alloc(3), b = alloc(1), c = alloc(2), d = alloc(1), e = alloc(2);
	release(a, 3);
	release(c, 2);
	r = page_of(alloc(2)); /* in the place of c */
	r = r * 17 + page_of(alloc(1));
	r = r * 17 + page_of(alloc(2));
	release(b, 1);
	release(d, 1);
	r = r * 17 + page_of(alloc(1));
	r = r * 17 + page_of(alloc(1));
	release(e, 2);
	r = r * 17 + page_of(alloc(7));
	return r;
}

/* Ranges of one size. */
SEC("syscall")
int equal_fit(void *ctx)
{
	__u32 r = 0;
	all_free();
	alloc(PAGES);
	release(START + 2 * PAGE, 1);
	release(START + 6 * PAGE, 1);
	release(START + 4 * PAGE, 1);
	r = page_of(alloc(1));
	r = r * 17 + page_of(alloc(1));
	release(START + 9 * PAGE, 2);
	release(START + 10 * PAGE, 3);
	r = r * 17 + page_of(alloc(1));
	r = r * 17 + page_of(alloc(4));
	r = r * 17 + page_of(alloc(3));
	r = r * 17 + page_of(alloc(1));
	return r;
}

SEC("syscall")
int at_address(void *ctx)
{
	__u32 r = 0;
	all_free();
	r = page_of(alloc_at(5, 2));
	r = r * 17 + page_of(alloc_at(6, 1));     /* taken */
	r = r * 17 + page_of(alloc_at(15, 1));
	r = r * 17 + page_of(alloc_at(14, 3));    /* beyond the end */
	r = r * 17 + page_of((bytes)bpf_arena_alloc_pages(&arena, (void __arena *)(START + 8), 1, -1, 0));
	r = r * 17 + page_of(alloc(6));
	return r;
}

SEC("syscall")
int refusals(void *ctx)
{
	__u32 r = 0;
	all_free();
	r = page_of(alloc(0)) | page_of(alloc(PAGES + 1)) << 4;
	r |= page_of((bytes)bpf_arena_alloc_pages(&arena, 0, 1, -1, 1)) << 8;
	release(0, 1);
	release(START, 0);
	r |= page_of(alloc(PAGES)) << 12;
	r |= page_of(alloc(1)) << 16;
	release(START + 3 * PAGE + 77, 1);
	r |= page_of(alloc(1)) << 20;
	release(START + 15 * PAGE, 100);
	r |= page_of(alloc(1)) << 24;
	return r;
}

/* Pages come zeroed. */
SEC("syscall")
int zeroed(void *ctx)
{
	all_free();
	words p = (words)alloc(1);
	if (!p)
		return -1;
	__u64 before = p[0] | p[511];
	p[0] = 5;
	p[511] = 6;
	__u64 had = p[0] + p[511];
	release(p, 1);
	words q = (words)alloc(1);
	if (!q)
		return -2;
	return before * 1000 + had * 10 + q[0] + q[511];
}

SEC("syscall")
int not_there(void *ctx)
{
	all_free();
	volatile words p = (words)(START + PAGE);
	bytes tail = (bytes)(START + PAGE - 4);
	p[0] = 7;
	p[1] = 8;
	int r = p[0] + p[1];
	bytes first = alloc_at(0, 1);
	if (!first)
		return -1;
	*(volatile __u32 __arena *)tail = 0x01020304;
	/* Half of it is there. */
	*(volatile __u64 __arena *)tail = 0x1111111111111111;
	r += *(volatile __u64 __arena *)tail;
	return r + *(volatile __u32 __arena *)tail;
}

SEC("syscall")
int null(void *ctx)
{
	volatile words nothing = 0;
	volatile __u32 which = 3;
	all_free();
	nothing[0] = 9;
	int r = nothing[0] + nothing[which];
	void *generic = (void *)(words)(unsigned long)(which - 3);
	return r * 10 + (generic == 0);
}

/* Pages with a gap before them. */
SEC("syscall")
int behind_gap(void *ctx)
{
	all_free();
	words p = (words)alloc_at(4, 2);
	if (!p)
		return -1;
	p[3] = 0x1122334455667788;
	((__s8 __arena *)p)[0] = -3;
	((__s16 __arena *)p)[1] = -300;
	((__s32 __arena *)p)[1] = -70000;
	p[511] = 1;
	*(volatile __u64 __arena *)((bytes)p + PAGE - 4) = 0x0102030405060708;
	long r = ((volatile __s8 __arena *)p)[0] + ((volatile __s16 __arena *)p)[1] + ((volatile __s32 __arena *)p)[1];
	r += *(volatile __u32 __arena *)((bytes)p + PAGE) + ((volatile __u8 __arena *)p)[PAGE - 4];
	return r + (__u32)(p[3] >> 40);
}

static long atomics(volatile words p)
{
	long r = 0;
	__sync_fetch_and_add(p, 5);
	r += __sync_fetch_and_add(p, 7);
	r = r * 31 + __sync_lock_test_and_set(p + 1, 9);
	r = r * 31 + __sync_val_compare_and_swap(p + 1, 9, 11);
	r = r * 31 + __sync_val_compare_and_swap(p + 1, 9, 12);
	__sync_fetch_and_or(p + 2, 0xf0);
	__sync_fetch_and_and(p + 2, 0x33);
	__sync_fetch_and_xor(p + 2, 0xff);
	return r * 31 + p[0] + p[1] * 3 + p[2] * 5;
}

SEC("syscall")
int atomics_in_first(void *ctx)
{
	all_free();
	words p = (words)alloc(1);
	return p ? atomics(p) : -1;
}

SEC("syscall")
int atomics_behind_gap(void *ctx)
{
	all_free();
	words p = (words)alloc_at(7, 1);
	return p ? atomics(p) : -1;
}

SEC("syscall")
int atomics_not_there(void *ctx)
{
	all_free();
	return atomics((words)(START + 3 * PAGE));
}

struct node {
	struct node __arena *next;
	__u64 value;
};

static struct node __arena *build(int count)
{
	struct node __arena *head = 0;
	struct node __arena *pool = (struct node __arena *)alloc(2);
	if (!pool)
		return 0;
	for (int i = 0; i < count && i < 512; i++) {
		struct node __arena *node = pool + i;
		node->value = i * i;
		node->next = head;
		head = node;
	}
	return head;
}

/* A list that ends in NULL, and is walked one step too far. */
SEC("syscall")
int list(void *ctx)
{
	__u64 sum = 0;
	all_free();
	struct node __arena *node = build(300);
	for (int i = 0; node && i < 1000; i++) {
		sum += node->value;
		node = node->next;
	}
	struct node __arena *beyond = node;
	return sum + (__u64)(beyond->next ? 1 : 0);
}

/* The verifier looks at global functions once. */
__attribute__((noinline)) __u64 hash_lookup(__u64 base, __u64 key)
{
	words table = (words)base;
	for (__u32 i = 0; i < 64; i++) {
		__u32 slot = (key * 2654435761u + i) & 255;
		if (table[2 * slot] == key)
			return table[2 * slot + 1];
		if (!table[2 * slot])
			return 0;
	}
	return 0;
}

__attribute__((noinline)) int hash_insert(__u64 base, __u64 key, __u64 value)
{
	words table = (words)base;
	for (__u32 i = 0; i < 64; i++) {
		__u32 slot = (key * 2654435761u + i) & 255;
		if (table[2 * slot] && table[2 * slot] != key)
			continue;
		table[2 * slot] = key;
		table[2 * slot + 1] = value;
		return 0;
	}
	return -1;
}

SEC("syscall")
int hash(void *ctx)
{
	__u64 sum = 0;
	all_free();
	__u64 table = (__u64)alloc_at(0, 1);
	if (!table)
		return -1;
	for (int i = 1; i < 100; i++)
		hash_insert(table, i * 77, i);
	for (int i = 1; i < 150; i++)
		sum = sum * 3 + hash_lookup(table, i * 77);
	return sum;
}

/* To helpers, the pages are not there. */
SEC("syscall")
int probe(void *ctx)
{
	__u64 value = 5;
	all_free();
	bytes page = alloc(1);
	if (!page)
		return 1;
	page[0] = 1;
	long r = bpf_probe_read_kernel(&value, 8, (void *)(unsigned long)START);
	r = r * 100 + bpf_probe_read_user(&value, 8, (void *)(unsigned long)START);
	return r * 100 + bpf_probe_read_kernel(&value, 8, (void *)page);
}

char _license[] SEC("license") = "GPL";
