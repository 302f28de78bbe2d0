// SPDX-License-Identifier: MIT
/* Programs that copy what they can read of their context into a map, and write what they may; see record.mjs. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct seen {
	__u64 fields[48];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct seen);
} seen SEC(".maps");

#define BEGIN                                                     \
	__u32 zero = 0, n = 0;                                    \
	struct seen *to = bpf_map_lookup_elem(&seen, &zero);      \
	if (!to)                                                  \
		return -1
#define SEE(value) to->fields[n++] = (value)
#define SEE_COMMON(skb)                                           \
	do {                                                      \
		SEE(skb->len);                                    \
		SEE(skb->pkt_type);                               \
		SEE(skb->mark);                                   \
		SEE(skb->queue_mapping);                          \
		SEE(skb->protocol);                               \
		SEE(skb->vlan_present);                           \
		SEE(skb->vlan_tci);                               \
		SEE(skb->vlan_proto);                             \
		SEE(skb->priority);                               \
		SEE(skb->ingress_ifindex);                        \
		SEE(skb->ifindex);                                \
		SEE(skb->tc_index);                               \
		SEE(skb->cb[0]);                                  \
		SEE(skb->cb[1]);                                  \
		SEE(skb->cb[4]);                                  \
		SEE(skb->hash);                                   \
		SEE(skb->napi_id);                                \
		SEE(skb->gso_segs);                               \
		SEE(skb->gso_size);                               \
		SEE(skb->sk != 0);                                \
	} while (0)

SEC("tc")
int read_tc(struct __sk_buff *skb)
{
	BEGIN;
	SEE_COMMON(skb);
	SEE(skb->tc_classid);
	SEE(skb->wire_len);
	SEE(skb->tstamp);
	SEE(skb->tstamp_type);
	SEE(skb->hwtstamp);
	SEE(skb->data_end - skb->data);
	void *meta = (void *)(long)skb->data_meta;
	void *data = (void *)(long)skb->data;
	SEE(data - meta);
	return 0;
}

SEC("tc")
int write_tc(volatile struct __sk_buff *skb)
{
	skb->mark = 0xdead;
	skb->tc_index = 0x12345;
	skb->priority = 9;
	skb->tc_classid = 0x54321;
	skb->cb[0] = 1;
	skb->cb[4] = 0x55;
	skb->tstamp = 99;
	skb->queue_mapping = 3;
	skb->queue_mapping = 0x12345;
	BEGIN;
	SEE_COMMON(skb);
	SEE(skb->tc_classid);
	SEE(skb->tstamp);
	return 2;
}

SEC("action")
int read_act(struct __sk_buff *skb)
{
	BEGIN;
	SEE_COMMON(skb);
	return 7;
}

SEC("socket")
int read_socket(volatile struct __sk_buff *skb)
{
	skb->cb[2] = 0x1234;
	BEGIN;
	SEE_COMMON(skb);
	return -1;
}

SEC("cgroup_skb/ingress")
int read_cgroup(struct __sk_buff *skb)
{
	BEGIN;
	SEE_COMMON(skb);
	SEE(skb->family);
	SEE(skb->remote_ip4);
	SEE(skb->local_ip4);
	SEE(skb->remote_ip6[0]);
	SEE(skb->remote_ip6[3]);
	SEE(skb->local_ip6[0]);
	SEE(skb->local_ip6[3]);
	SEE(skb->remote_port);
	SEE(skb->local_port);
	SEE(skb->tstamp);
	SEE(skb->hwtstamp);
	SEE(skb->data_end - skb->data);
	return 1;
}

SEC("cgroup_skb/egress")
int write_cgroup(volatile struct __sk_buff *skb)
{
	skb->mark = 5;
	skb->priority = 6;
	skb->cb[1] = 8;
	skb->tstamp = 77;
	return 3;
}

SEC("xdp")
int read_xdp(struct xdp_md *xdp)
{
	BEGIN;
	SEE(xdp->data_end - xdp->data);
	void *meta = (void *)(long)xdp->data_meta;
	void *data = (void *)(long)xdp->data;
	SEE(data - meta);
	SEE(xdp->ingress_ifindex);
	SEE(xdp->rx_queue_index);
	return 2;
}

char LICENSE[] SEC("license") = "GPL";
