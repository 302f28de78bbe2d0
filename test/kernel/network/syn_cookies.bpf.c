/* SYN cookies without a socket: the packet is an IP header and a TCP header behind a request and an Ethernet header. */
#include <linux/bpf.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct result {
	__s64 mss;
	__s64 answer;
	__s64 without;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct result);
} results SEC(".maps");

__u32 runs;

struct headers {
	struct iphdr ip;
	struct ipv6hdr six;
	struct tcphdr tcp;
	__u8 options[40];
};

struct headers headers;

SEC("xdp")
int cookies(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data;
	struct result result = {};
	__s64 cookie;
	__u32 key = runs, size;
	__u8 six;

	if (data + 16 + sizeof(headers) > (__u8 *)(long)ctx->data_end)
		return 100;
	six = data[14];
	size = data[15];
	if (size > sizeof(headers.tcp) + sizeof(headers.options))
		return 101;
	__builtin_memcpy(&headers, data + 16, sizeof(headers));
	runs++;
	if (six)
		cookie = bpf_tcp_raw_gen_syncookie_ipv6(&headers.six, &headers.tcp, size);
	else
		cookie = bpf_tcp_raw_gen_syncookie_ipv4(&headers.ip, &headers.tcp, size);
	result.mss = cookie < 0 ? cookie : cookie >> 32;
	if (six)
		result.without = bpf_tcp_raw_check_syncookie_ipv6(&headers.six, &headers.tcp);
	else
		result.without = bpf_tcp_raw_check_syncookie_ipv4(&headers.ip, &headers.tcp);
	headers.tcp.ack_seq = bpf_htonl((__u32)cookie + 1);
	headers.tcp.seq = bpf_htonl(bpf_ntohl(headers.tcp.seq) + 1);
	if (six)
		result.answer = bpf_tcp_raw_check_syncookie_ipv6(&headers.six, &headers.tcp);
	else
		result.answer = bpf_tcp_raw_check_syncookie_ipv4(&headers.ip, &headers.tcp);
	/* A cookie is not the same twice. */
	headers.tcp.ack_seq = 0;
	bpf_map_update_elem(&results, &key, &result, BPF_ANY);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
