// SPDX-License-Identifier: MIT
/* A flow dissector that reads what it sees and writes what the frame's first bytes say. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u64 seen[8];

SEC("flow_dissector")
int dissect(struct __sk_buff *skb)
{
	struct bpf_flow_keys *keys = skb->flow_keys;
	__u8 *data = (void *)(long)skb->data;
	__u8 *end = (void *)(long)skb->data_end;
	__u32 bytes = 0x55555555;

	seen[0] = end - data;
	seen[1] = keys->nhoff;
	seen[2] = keys->thoff;
	seen[3] = keys->n_proto;
	seen[4] = keys->flags;
	seen[5] = bpf_skb_load_bytes(skb, 0, &bytes, sizeof(bytes));
	seen[6] = bytes;
	if (data + 12 > end)
		return BPF_DROP;
	keys->nhoff = data[0] | data[1] << 8;
	keys->thoff = data[2] | data[3] << 8;
	keys->ip_proto = data[4];
	keys->addr_proto = data[5];
	keys->is_frag = data[6];
	keys->sport = 0x1234;
	keys->ipv6_dst[3] = 0xabcdef01;
	keys->flow_label = data[7];
	return data[8];
}

char _license[] SEC("license") = "GPL";
