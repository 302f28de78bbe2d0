/* What compilers say about functions, variables and types, in one source that all of them take: no headers, no helpers. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int s32;
typedef unsigned long long u64;
typedef long long s64;

#define SEC(name) __attribute__((section(name), used))
#define inline_always static inline __attribute__((always_inline))
#define noinline_never __attribute__((noinline))

struct xdp_md {
	u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};

enum verdict { ABORTED, DROP, PASS, TX };
enum balance { DEBT = -2, EVEN, CREDIT };
enum wide { NARROW = 1, WIDE = 0x100000000ULL };
enum { ANONYMOUS = 17 };

struct flags {
	u32 low : 3;
	u32 middle : 7;
	s32 sign : 5;
	u64 high : 40;
};

struct node {
	struct node *next;
	const struct node *const previous;
	int (*visit)(struct node *node, u32 depth);
	void (**handlers)(void);
};

struct inner {
	u16 a, b;
};

typedef struct {
	u8 bytes[6];
} address;

struct shapes {
	char name[16];
	signed char small;
	_Bool yes;
	long grid[2][3];
	int (*row)[4];
	volatile u32 ticks;
	enum verdict verdict;
	enum balance balance;
	enum wide wide;
	struct flags flags;
	address from;
	struct inner pair;
	union {
		u32 word;
		u8 parts[4];
	};
	struct {
		u32 x, y;
	} point;
	struct unknown *unknown;
	struct node *head;
	u8 rest[];
};

/* Assemblers of binutils before 2.41 count the offset of what is global twice where code refers to it. */
#ifdef __clang__
#define global
#else
#define global static __attribute__((used))
#endif

global u64 total;
static u32 seen SEC(".bss");
const volatile u32 limit = 64;
global struct shapes shapes;
static enum balance balance;

inline_always u32 mix(u32 hash, u8 byte)
{
	hash ^= byte;
	return hash * 0x01000193;
}

inline_always u32 hash_of(const address *from, u32 seed)
{
	u32 hash = seed;
	for (int i = 0; i < 6; i++)
		hash = mix(hash, from->bytes[i]);
	return hash;
}

noinline_never static u32 count(u32 unused, u32 ifindex, u32 packets)
{
	static u32 calls;
	calls += packets;
	if (ifindex > limit) {
		u32 over = ifindex - limit;
		total += over;
		return over;
	}
	return calls + ifindex;
}

global noinline_never int classify(struct node *node, u32 depth)
{
	u32 found = 0;
	for (u32 level = 0; level < 4; level++) {
		struct node *next = node->next;
		if (!next)
			break;
		found += depth;
		node = next;
	}
	return found;
}

SEC("xdp") int receive(struct xdp_md *ctx)
{
	if (ctx->data_end < ctx->data)
		return ABORTED;
	address from = { { 1, 2, 3, 4, 5, ctx->rx_queue_index } };
	u32 seed = 0x811c9dc5;
	u32 hash = hash_of(&from, seed);
	{
		address again = from;
		again.bytes[2] = ctx->ingress_ifindex;
		hash ^= hash_of(&again, hash);
	}
	shapes.verdict = hash & 1 ? PASS : TX;
	shapes.flags.middle = hash;
	seen++;
	return count(7, ctx->ingress_ifindex, seen) > 4 ? PASS : DROP;
}

SEC("tc") int send(struct xdp_md *ctx)
{
	struct node last = { 0 };
	struct node first = { &last };
	balance = ctx->data ? CREDIT : DEBT;
	shapes.wide = ctx->data ? WIDE : NARROW;
	shapes.head = &first;
	return classify(&first, ctx->data + ANONYMOUS) + count(7, ctx->egress_ifindex, 1);
}

char LICENSE[] SEC("license") = "GPL";
