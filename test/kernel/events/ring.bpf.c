/* Does what the map `script` says to ring buffers, dynptrs and perf events, and notes what helpers return. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct step {
	__u32 what;
	__u32 size;
	__u32 offset;
	__u32 length;
	__u64 flags;
};

struct result {
	__s64 first;
	__s64 second;
	__u64 bytes;
};

#define STEPS 32

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, STEPS);
	__type(key, __u32);
	__type(value, struct step);
} script SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, STEPS);
	__type(key, __u32);
	__type(value, struct result);
} results SEC(".maps");

struct buffer {
	unsigned char bytes[256];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct buffer);
} buffers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

/* libbpf makes a power of two pages of it. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 5000);
} odd_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 4);
} events SEC(".maps");

static __noinline int do_ring(struct step *s, struct result *r, struct buffer *b)
{
	struct bpf_dynptr dynptr;
	__u64 *record;

	if (!s || !r || !b)
		return 0;
	switch (s->what) {
	case 0:
		break;
	case 1:
		r->first = bpf_ringbuf_output(&ring, b->bytes, s->size & 255, s->flags);
		break;
	case 2:
		r->first = bpf_ringbuf_query(&ring, s->flags);
		r->second = bpf_ringbuf_query(&odd_ring, s->flags);
		break;
	case 3:
	case 4:
		r->first = bpf_ringbuf_reserve_dynptr(&ring, s->size, s->flags, &dynptr);
		bpf_dynptr_read(&r->bytes, 8, &dynptr, 0, 0);
		r->second = bpf_dynptr_write(&dynptr, s->offset, b->bytes, s->length & 255, 0);
		if (s->what == 3)
			bpf_ringbuf_submit_dynptr(&dynptr, s->flags);
		else
			bpf_ringbuf_discard_dynptr(&dynptr, 0);
		break;
	case 5:
		record = bpf_ringbuf_reserve(&ring, 8, s->flags);
		r->first = record != 0;
		if (record) {
			r->bytes = *record;
			*record = 0x1122334455667788;
			bpf_ringbuf_submit(record, s->flags);
		}
		break;
	case 6:
		record = bpf_ringbuf_reserve(&ring, 24, 0);
		r->first = record != 0;
		if (record) {
			record[2] = s->size;
			bpf_ringbuf_discard(record, BPF_RB_FORCE_WAKEUP);
		}
		break;
	case 7:
		/* A record that is busy holds up those behind it. */
		record = bpf_ringbuf_reserve(&ring, 16, 0);
		if (!record)
			break;
		r->first = bpf_ringbuf_output(&ring, b->bytes, s->size & 255, 0);
		r->second = bpf_ringbuf_query(&ring, BPF_RB_PROD_POS);
		record[0] = 1;
		bpf_ringbuf_submit(record, 0);
		break;
	case 8:
		record = bpf_ringbuf_reserve(&odd_ring, 8180, 0);
		r->first = record != 0;
		if (record)
			bpf_ringbuf_discard(record, 0);
		record = bpf_ringbuf_reserve(&odd_ring, 0, 0);
		r->second = record != 0;
		if (record)
			bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
		break;
	case 9:
		r->first = bpf_ringbuf_output(&odd_ring, b->bytes, 0, s->flags);
		r->second = bpf_ringbuf_query(&odd_ring, BPF_RB_AVAIL_DATA);
		break;
	}
	return 0;
}

static __noinline int do_dynptr(struct step *s, struct result *r, struct buffer *b, struct buffer *other)
{
	struct bpf_dynptr dynptr;
	__u64 *data;
	__u32 size;

	if (!s || !r || !b || !other)
		return 0;
	size = s->size;
	if (size > 256)
		size = 256;
	r->first = bpf_dynptr_from_mem(b->bytes, size, s->flags >> 32, &dynptr);
	switch (s->what) {
	case 0:
		r->second = bpf_dynptr_read(other->bytes, s->length & 255, &dynptr, s->offset, (__u32)s->flags);
		break;
	case 1:
		r->second = bpf_dynptr_write(&dynptr, s->offset, other->bytes, s->length & 255, (__u32)s->flags);
		break;
	case 2:
		data = bpf_dynptr_data(&dynptr, s->offset & 0x1f8, 8);
		if (!data)
			break;
		r->second = 1;
		r->bytes = *data;
		*data = s->flags;
		break;
	case 3:
		/* The dynptr's own bytes: copies that overlap. */
		r->second = bpf_dynptr_write(&dynptr, s->offset, b->bytes, s->length & 127, 0);
		break;
	case 4:
		r->second = bpf_dynptr_read(b->bytes + 100, s->length & 127, &dynptr, s->offset, 0);
		break;
	}
	return 0;
}

#define EACH(body)                                                         \
	__u32 zero = 0, one = 1;                                           \
	struct buffer *b = bpf_map_lookup_elem(&buffers, &zero);           \
	struct buffer *other = bpf_map_lookup_elem(&buffers, &one);        \
	if (!b || !other)                                                  \
		return 1;                                                  \
	for (__u32 i = 0; i < STEPS; i++) {                                \
		__u32 key = i;                                             \
		struct step *s = bpf_map_lookup_elem(&script, &key);       \
		struct result *r = bpf_map_lookup_elem(&results, &key);    \
		if (!s || !r)                                              \
			return 2;                                          \
		body;                                                      \
	}                                                                  \
	return 0

SEC("tc")
int rings(struct __sk_buff *skb)
{
	EACH(do_ring(s, r, b); (void)other);
}

SEC("tc")
int dynptrs(struct __sk_buff *skb)
{
	EACH(do_dynptr(s, r, b, other));
}

SEC("tc")
int events_tc(struct __sk_buff *skb)
{
	EACH(r->first = bpf_perf_event_output(skb, &events, s->flags, b->bytes, s->size & 255); (void)other);
}

SEC("socket")
int events_socket(struct __sk_buff *skb)
{
	EACH(r->first = bpf_perf_event_output(skb, &events, s->flags, b->bytes, s->size & 255); (void)other);
}

SEC("xdp")
int events_xdp(struct xdp_md *ctx)
{
	EACH(r->first = bpf_perf_event_output(ctx, &events, s->flags, b->bytes, s->size & 255); (void)other);
}

SEC("cgroup_skb/egress")
int events_cgroup(struct __sk_buff *skb)
{
	EACH(r->first = bpf_perf_event_output(skb, &events, s->flags, b->bytes, s->size & 255); (void)other);
}

SEC("raw_tp")
int events_raw(struct bpf_raw_tracepoint_args *ctx)
{
	EACH(r->first = bpf_perf_event_output(ctx, &events, s->flags, b->bytes, s->size & 255);
	     r->second = bpf_perf_event_read_value(&events, s->flags, (void *)other->bytes,
						   s->what == 1 ? 24 : s->what == 2 ? 23 : 32);
	     r->bytes = bpf_perf_event_read(&events, s->flags));
}

char _license[] SEC("license") = "GPL";
