/* The programs of the benchmark, for BPF and (with NATIVE) for the machine at hand. */
#ifdef NATIVE
#include <linux/types.h>
#define SEC(name)
#define LICENSE
struct context {
	__u8 *data, *data_end;
};
#define PROGRAM int run(struct context *ctx)
#define PACKET(ctx) ((ctx)->data)
#define PACKET_END(ctx) ((ctx)->data_end)
#else
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define LICENSE char _license[] SEC("license") = "GPL"
#define PROGRAM SEC("xdp") int run(struct xdp_md *ctx)
#define PACKET(ctx) ((__u8 *)(long)(ctx)->data)
#define PACKET_END(ctx) ((__u8 *)(long)(ctx)->data_end)
#endif
#define NOINLINE __attribute__((noinline))
/* Keeps the compiler from foreseeing a value. */
#define OPAQUE(value) __asm__ volatile("" : "+r"(value))
