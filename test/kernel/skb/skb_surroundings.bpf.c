// SPDX-License-Identifier: MIT
/* What a packet's socket, cgroup and device are, and copies of packets that cannot be sent. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} cgroups SEC(".maps");

__s64 seen[16];

#define SEE(i, value) seen[i] = (value)

SEC("tc")
int on_tc(struct __sk_buff *skb)
{
	SEE(0, bpf_get_cgroup_classid(skb));
	SEE(1, bpf_get_route_realm(skb));
	SEE(2, bpf_get_socket_cookie(skb) != 0);
	SEE(3, bpf_get_socket_uid(skb));
	SEE(4, bpf_skb_cgroup_id(skb));
	SEE(5, bpf_skb_ancestor_cgroup_id(skb, 0));
	SEE(6, bpf_skb_ancestor_cgroup_id(skb, 1));
	SEE(7, bpf_skb_ancestor_cgroup_id(skb, -1));
	SEE(8, bpf_skb_cgroup_classid(skb));
	SEE(9, bpf_skb_under_cgroup(skb, &cgroups, 0));
	SEE(10, bpf_skb_under_cgroup(skb, &cgroups, 2));
	SEE(11, bpf_get_hash_recalc(skb) != 0);
	SEE(12, bpf_get_hash_recalc(skb) == skb->hash);
	bpf_set_hash_invalid(skb);
	SEE(13, skb->hash);
	return 0;
}

SEC("cgroup_skb/egress")
int on_cgroup(struct __sk_buff *skb)
{
	SEE(2, bpf_get_socket_cookie(skb) != 0);
	SEE(3, bpf_get_socket_uid(skb));
	SEE(4, bpf_skb_cgroup_id(skb));
	SEE(5, bpf_skb_ancestor_cgroup_id(skb, 0));
	return 1;
}

SEC("lwt_out")
int on_lwt(struct __sk_buff *skb)
{
	SEE(0, bpf_get_cgroup_classid(skb));
	SEE(1, bpf_get_route_realm(skb));
	SEE(9, bpf_skb_under_cgroup(skb, &cgroups, 1));
	return 0;
}

SEC("tc")
int copies(struct __sk_buff *skb)
{
	SEE(0, bpf_clone_redirect(skb, 1, 2));
	SEE(1, bpf_clone_redirect(skb, 1, 1ULL << 40));
	SEE(2, bpf_clone_redirect(skb, 0x7ffffffe, 0));
	SEE(3, bpf_clone_redirect(skb, 0, 1));
	SEE(4, skb->gso_size ? bpf_clone_redirect(skb, 1, 0) : 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
