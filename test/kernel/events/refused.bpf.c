/* Programs that the kernel refuses, each for one misuse of ring buffers, dynptrs or perf events. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } rb SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key,int); __type(value, char[64]); } arr SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_USER_RINGBUF); __uint(max_entries, 4096); } urb SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } pe SEC(".maps");
long r[8]; char buf[64];

SEC("tc") int leak(struct __sk_buff *s) { void *p = bpf_ringbuf_reserve(&rb, 8, 0); if (!p) return 1; *(long*)p = 1; return 0; }

SEC("tc") int leakd(struct __sk_buff *s) { struct bpf_dynptr d; bpf_ringbuf_reserve_dynptr(&rb, 8, 0, &d); return 0; }

SEC("tc") int uninit(struct __sk_buff *s) { struct bpf_dynptr d; long x; return bpf_dynptr_read(&x, 8, &d, 0, 0); }

SEC("tc") int wrongtype(struct __sk_buff *s) { struct bpf_dynptr d; bpf_dynptr_from_mem(buf, 64, 0, &d); bpf_ringbuf_submit_dynptr(&d, 0);  return 0; }

SEC("tc") int twice(struct __sk_buff *s) { struct bpf_dynptr d; bpf_ringbuf_reserve_dynptr(&rb, 8, 0, &d); bpf_ringbuf_submit_dynptr(&d, 0); bpf_ringbuf_submit_dynptr(&d, 0); return 0; }

SEC("tc") int stackmem(struct __sk_buff *s) { struct bpf_dynptr d; long x = 0; bpf_dynptr_from_mem(&x, 8, 0, &d); return 0; }

SEC("tc") int glob(struct __sk_buff *s) { return bpf_dynptr_from_mem(buf, 64, 0, (void*)r); }

SEC("tc") int useafter(struct __sk_buff *s) { long *p = bpf_ringbuf_reserve(&rb, 8, 0); if (!p) return 1; *p = 1; bpf_ringbuf_submit(p, 0); return *(volatile long*)p; }

SEC("tc") int submitoff(struct __sk_buff *s) { long *p = bpf_ringbuf_reserve(&rb, 16, 0); if (!p) return 1; bpf_ringbuf_submit(p+1, 0); return 0; }

SEC("tc") int submitmap(struct __sk_buff *s) { bpf_ringbuf_submit(buf, 0); return 0; }

SEC("tc") int submit2(struct __sk_buff *s) { long *p = bpf_ringbuf_reserve(&rb, 16, 0); if (!p) return 1; bpf_ringbuf_submit(p, 0);bpf_ringbuf_submit(p, 0); return 0; }

SEC("tc") int oob(struct __sk_buff *s) { long *p = bpf_ringbuf_reserve(&rb, 16, 0); if (!p) return 1; p[2] = 4; bpf_ringbuf_submit(p, 0); return 0; }

SEC("tc") int lookup2(struct __sk_buff *s) { int k = 0; return bpf_map_lookup_elem(&pe, &k) != 0; }

SEC("tc") int wrongmap(struct __sk_buff *s) { int k = 0; return bpf_ringbuf_output(&arr, &k, 4, 0); }

SEC("tc") int wrongmap2(struct __sk_buff *s) { int k = 0; return bpf_ringbuf_output(&urb, &k, 4, 0); }

SEC("tc") int wrongmap3(struct __sk_buff *s) { int k = 0; return bpf_perf_event_output(s, &rb, 0, &k, 4); }

SEC("tc") int overwr(struct __sk_buff *s) { struct bpf_dynptr d; long x; bpf_dynptr_from_mem(buf, 64, 0, &d); *(volatile long*)&d = 1; return bpf_dynptr_read(&x, 8, &d, 0, 0); }

SEC("tc") int overwr2(struct __sk_buff *s) { struct bpf_dynptr d; bpf_ringbuf_reserve_dynptr(&rb, 8, 0, &d);  *(volatile long*)&d = 1; bpf_ringbuf_submit_dynptr(&d, 0); return 0; }

SEC("tc") int reinit(struct __sk_buff *s) { struct bpf_dynptr d; bpf_ringbuf_reserve_dynptr(&rb, 8, 0, &d); bpf_dynptr_from_mem(buf, 64, 0, &d); bpf_ringbuf_submit_dynptr(&d, 0); return 0; }

SEC("tc") int offs(struct __sk_buff *s) { struct bpf_dynptr d[2]; long x; bpf_dynptr_from_mem(buf, 64, 0, &d[0]); return bpf_dynptr_read(&x, 8, (void*)d + 4, 0, 0); }

SEC("tc") int offs8(struct __sk_buff *s) { struct bpf_dynptr d[2]; long x; bpf_dynptr_from_mem(buf, 64, 0, &d[0]); return bpf_dynptr_read(&x, 8, (void*)d + 8, 0, 0); }

static long cb(struct bpf_dynptr *d, void *c) { return *(long*)d & 1; }

SEC("tc") int cbread(struct __sk_buff *s) { return bpf_user_ringbuf_drain(&urb, cb, 0, 0); }

static long cb2(struct bpf_dynptr *d, void *c) { bpf_ringbuf_submit_dynptr(d, 0); return 0; }

SEC("tc") int cbrel(struct __sk_buff *s) { return bpf_user_ringbuf_drain(&urb, cb2, 0, 0); }

static long cb3(struct bpf_dynptr *d, void *c) { bpf_dynptr_from_mem(buf, 64, 0, d); return 0; }

SEC("tc") int cbinit(struct __sk_buff *s) { return bpf_user_ringbuf_drain(&urb, cb3, 0, 0); }

SEC("tc") int wrongdrain(struct __sk_buff *s) { return bpf_user_ringbuf_drain(&rb, cb, 0, 0); }

SEC("tc") int rdonly(struct __sk_buff *s) { struct bpf_dynptr d; bpf_dynptr_from_mem(s, 8, 0, &d); return 0; }

SEC("tc") int slice(struct __sk_buff *s) { struct bpf_dynptr d; bpf_dynptr_from_mem(buf, 64, 0, &d); long *p = bpf_dynptr_data(&d, 0, 8); if (!p) return 1; return p[1]; }

SEC("tc") int slicerb(struct __sk_buff *s) { struct bpf_dynptr d; bpf_ringbuf_reserve_dynptr(&rb, 8, 0, &d); long *p = bpf_dynptr_data(&d, 0, 8);  bpf_ringbuf_submit_dynptr(&d, 0); if (!p) return 1; return *p; }

SEC("tc") int memdyn(struct __sk_buff *s) { struct bpf_dynptr d, e; bpf_dynptr_from_mem(buf, 64, 0, &d); long *p = bpf_dynptr_data(&d, 0, 8); if (!p) return 1; bpf_dynptr_from_mem(p, 8, 0, &e); return p[1]; }

char _license[] SEC("license") = "GPL";
