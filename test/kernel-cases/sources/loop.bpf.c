/* bpf_loop, alone and together with bpf_for_each_map_elem; traversals of inner maps and of values with a lock. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

struct inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
};

struct inner in0 SEC(".maps"), in1 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, u32);
	__array(values, struct inner);
} outer SEC(".maps") = { .values = { &in0, &in1 } };

struct lv {
	struct bpf_spin_lock l;
	u64 v;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, u32);
	__type(value, struct lv);
} lk SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, u32);
	__type(value, u64);
} arr SEC(".maps");

u64 sum = 0;
u32 n = 0;
s64 ret = -12345;
u32 nr = 10;
u32 stop = 0xffffffff;
u64 idxs[16];
u64 sel = 0;
u64 last = 0;

static long cb(void *map, u32 *key, u64 *val, void *c)
{
	n++;
	sum += *val;
	return 0;
}

static long cb_lk(void *map, u32 *key, struct lv *val, void *c)
{
	bpf_spin_lock(&val->l);
	val->v++;
	bpf_spin_unlock(&val->l);
	n++;
	return 0;
}

static long cb_noop(void *map, u32 *key, u64 *val, void *c)
{
	n++;
	return 0;
}

SEC("tc")
int inner_each(struct __sk_buff *s)
{
	u32 k = sel;
	void *im = bpf_map_lookup_elem(&outer, &k);

	if (!im) {
		ret = -1;
		return 0;
	}
	ret = bpf_for_each_map_elem(im, cb, 0, 0);
	return ret;
}

SEC("tc")
int locked_val(struct __sk_buff *s)
{
	ret = bpf_for_each_map_elem(&lk, cb_lk, 0, 0);
	return ret;
}

SEC("tc")
int while_locked(struct __sk_buff *s)
{
	u32 k = 0;
	struct lv *v = bpf_map_lookup_elem(&lk, &k);

	if (!v)
		return 0;
	bpf_spin_lock(&v->l);
	ret = bpf_for_each_map_elem(&arr, cb_noop, 0, 0);
	bpf_spin_unlock(&v->l);
	return ret;
}

static long lcb(u64 i, void *c)
{
	if (n < 16)
		idxs[n] = i;
	last = i;
	n++;
	return i >= stop;
}

static long lcb2(u64 i, void *c)
{
	n++;
	return 2;
}

static long lcbm(u64 i, void *c)
{
	n++;
	return -1;
}

static long lcbu(u64 i, void *c)
{
	n++;
	return sel;
}

static long lnest3(u64 i, void *c)
{
	n++;
	return 0;
}

static long lnest2(u64 i, void *c)
{
	bpf_loop(3, lnest3, c, 0);
	return 0;
}

static long lnest1(u64 i, void *c)
{
	bpf_loop(2, lnest2, c, 0);
	return 0;
}

static long lrec(u64 i, void *c);
static long lrec(u64 i, void *c)
{
	n++;
	bpf_loop(2, lrec, c, 0);
	return 0;
}

static long lfe(u64 i, void *c)
{
	sum += bpf_for_each_map_elem(&arr, cb_noop, 0, 0);
	return 0;
}

static long lempty(u64 i, void *c)
{
	return 0;
}

struct c2 {
	u64 acc;
};

static long lctx(u64 i, struct c2 *c)
{
	c->acc += i;
	return 0;
}

SEC("tc")
int loop_basic(struct __sk_buff *s)
{
	ret = bpf_loop(nr, lcb, 0, 0);
	return ret;
}

SEC("tc")
int loop_flags(struct __sk_buff *s)
{
	ret = bpf_loop(nr, lcb, 0, 1);
	return ret;
}

SEC("tc")
int loop_flags_var(struct __sk_buff *s)
{
	ret = bpf_loop(nr, lcb, 0, sel);
	return ret;
}

SEC("tc")
int loop_empty(struct __sk_buff *s)
{
	ret = bpf_loop(nr, lempty, 0, 0);
	return ret;
}

SEC("tc")
int loop_ret2(struct __sk_buff *s)
{
	ret = bpf_loop(nr, lcb2, 0, 0);
	return ret;
}

SEC("tc")
int loop_retm1(struct __sk_buff *s)
{
	ret = bpf_loop(nr, lcbm, 0, 0);
	return ret;
}

SEC("tc")
int loop_retu(struct __sk_buff *s)
{
	ret = bpf_loop(nr, lcbu, 0, 0);
	return ret;
}

SEC("tc")
int loop_nest(struct __sk_buff *s)
{
	ret = bpf_loop(nr, lnest1, 0, 0);
	return ret;
}

SEC("tc")
int loop_rec(struct __sk_buff *s)
{
	ret = bpf_loop(nr, lrec, 0, 0);
	return ret;
}

SEC("tc")
int loop_foreach(struct __sk_buff *s)
{
	ret = bpf_loop(nr, lfe, 0, 0);
	return ret;
}

SEC("tc")
int loop_ctx(struct __sk_buff *s)
{
	struct c2 c = { 5 };

	ret = bpf_loop(nr, lctx, &c, 0);
	sum = c.acc;
	return ret;
}

SEC("tc")
int loop_hi32(struct __sk_buff *s)
{
	long (*f)(u64, void *) = lcb;

	ret = ((long (*)(u64, void *, void *, u64))(void *)181)(0x100000003ULL, (void *)f, 0, 0);
	return ret;
}

SEC("tc")
int pkt_after(struct __sk_buff *s)
{
	void *d = (void *)(long)s->data, *e = (void *)(long)s->data_end;

	if (d + 14 > e)
		return 0;
	ret = bpf_for_each_map_elem(&arr, cb_noop, 0, 0);
	return *(unsigned char *)d;
}

char _license[] SEC("license") = "GPL";
