// SPDX-License-Identifier: MIT
/* Calls helpers as a script says that the packet's mark selects, and notes what they return and what changes. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define STEPS 10
#define BYTES 48

struct step {
	__u32 helper;
	__u32 a;
	__u64 b, c, d;
};

struct script {
	__u32 count;
	__u32 unused;
	struct step steps[STEPS];
	__u8 bytes[2 * BYTES];
};

struct seen {
	__s64 returned;
	__u32 len, pkt_type, protocol, vlan_present, vlan_tci, vlan_proto;
	__u32 hash, linear, meta, gso_segs, gso_size, tstamp_type;
	__u64 tstamp;
	__u8 bytes[BYTES];
};

struct result {
	struct seen steps[STEPS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 32);
	__type(key, __u32);
	__type(value, struct script);
} scripts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct result);
} results SEC(".maps");

/* A size that the verifier knows to be from 1 to BYTES. */
static __always_inline __u32 size_of(__u64 value)
{
	__u32 size = value & 63;

	return size == 0 || size > BYTES ? 1 : size;
}

static __always_inline __u32 zero_or_size(__u64 value)
{
	__u32 size = value & 63;

	return size > BYTES ? 0 : size;
}

#define NETWORK_HELPERS                                                             \
	case 26:                                                                    \
		return bpf_skb_load_bytes(skb, s->a, to->bytes, size_of(s->b));     \
	case 28:                                                                    \
		return bpf_csum_diff((void *)from->bytes, zero_or_size(s->a),       \
				     (void *)(from->bytes + BYTES), zero_or_size(s->b), s->c);

#define LOAD_RELATIVE                                                               \
	case 68:                                                                    \
		return bpf_skb_load_bytes_relative(skb, s->a, to->bytes, size_of(s->b), s->c);

#define PULL_DATA                                                                   \
	case 39:                                                                    \
		return bpf_skb_pull_data(skb, s->a);

#define EDIT_HELPERS                                                                \
	case 9:                                                                     \
		return bpf_skb_store_bytes(skb, s->a, from->bytes, size_of(s->b), s->c); \
	case 10:                                                                    \
		return bpf_l3_csum_replace(skb, s->a, s->b, s->c, s->d);            \
	case 11:                                                                    \
		return bpf_l4_csum_replace(skb, s->a, s->b, s->c, s->d);            \
	case 20:                                                                    \
		return bpf_skb_get_tunnel_key(skb, (void *)to->bytes, size_of(s->a), s->b); \
	case 21:                                                                    \
		return bpf_skb_set_tunnel_key(skb, (void *)from->bytes, size_of(s->a), s->b); \
	case 29:                                                                    \
		return bpf_skb_get_tunnel_opt(skb, to->bytes, size_of(s->a));       \
	case 30:                                                                    \
		return bpf_skb_set_tunnel_opt(skb, (void *)from->bytes, size_of(s->a)); \
	case 38:                                                                    \
		return bpf_skb_change_tail(skb, s->a, s->b);                        \
	case 40:                                                                    \
		return bpf_csum_update(skb, s->a);                                  \
	case 41:                                                                    \
		return bpf_set_hash_invalid(skb), 0;                                \
	case 43:                                                                    \
		return bpf_skb_change_head(skb, s->a, s->b);                        \
	case 135:                                                                   \
		return bpf_csum_level(skb, s->b);

#define TC_HELPERS                                                                  \
	case 18:                                                                    \
		return bpf_skb_vlan_push(skb, s->a, s->b);                          \
	case 19:                                                                    \
		return bpf_skb_vlan_pop(skb);                                       \
	case 31:                                                                    \
		return bpf_skb_change_proto(skb, s->a, s->b);                       \
	case 32:                                                                    \
		return bpf_skb_change_type(skb, s->a);                              \
	case 34: /* only of a hash that was set */                                  \
		return skb->hash ? bpf_get_hash_recalc(skb) : 0;                    \
	case 48:                                                                    \
		return bpf_set_hash(skb, s->a);                                     \
	case 50:                                                                    \
		return bpf_skb_adjust_room(skb, s->a, s->b, s->c);                  \
	case 66:                                                                    \
		return bpf_skb_get_xfrm_state(skb, s->a, (void *)to->bytes, size_of(s->b), s->c); \
	case 192:                                                                   \
		return bpf_skb_set_tstamp(skb, s->b, s->a);

#define CONGESTION                                                                  \
	case 97:                                                                    \
		return bpf_skb_ecn_set_ce(skb);

#define PUSH_ENCAP                                                                  \
	case 73: /* not segment routing */                                          \
		return bpf_lwt_push_encap(skb, s->a | 2, (void *)from->bytes, size_of(s->b));

#define PERFORM(name, cases)                                                        \
	static __noinline __s64 name(struct __sk_buff *skb, const struct step *s,   \
				     const struct script *from, struct seen *to)    \
	{                                                                           \
		switch (s->helper) {                                                \
			cases                                                       \
		default:                                                            \
			return -1;                                                  \
		}                                                                   \
	}

#define SEE_COMMON                                                                  \
	to->len = skb->len;                                                         \
	to->pkt_type = skb->pkt_type;                                               \
	to->protocol = skb->protocol;                                               \
	to->vlan_present = skb->vlan_present;                                       \
	to->vlan_tci = skb->vlan_tci;                                               \
	to->vlan_proto = skb->vlan_proto;                                           \
	to->hash = skb->hash;                                                       \
	to->gso_segs = skb->gso_segs;                                               \
	to->gso_size = skb->gso_size;

#define SEE_LINEAR to->linear = (long)skb->data_end - (long)skb->data;
#define SEE_TC                                                                      \
	to->meta = (long)skb->data - (long)skb->data_meta;                          \
	to->tstamp_type = skb->tstamp_type;                                         \
	to->tstamp = skb->tstamp;

#define PROGRAM(section, name, perform, see)                                        \
	SEC(section)                                                                \
	int name(struct __sk_buff *skb)                                             \
	{                                                                           \
		__u32 which = skb->mark, zero = 0;                                  \
		struct script *script = bpf_map_lookup_elem(&scripts, &which);      \
		struct result *result = bpf_map_lookup_elem(&results, &zero);       \
		int sum = 0;                                                        \
                                                                                    \
		if (!script || !result)                                             \
			return 0;                                                   \
		for (int i = 0; i < STEPS && i < script->count; i++) {              \
			struct seen *to = &result->steps[i];                        \
                                                                                    \
			to->returned = perform(skb, &script->steps[i], script, to); \
			sum += to->returned;                                        \
			see                                                         \
		}                                                                   \
		return sum & 1;                                                     \
	}

PERFORM(perform_tc, NETWORK_HELPERS LOAD_RELATIVE PULL_DATA EDIT_HELPERS TC_HELPERS CONGESTION)
PERFORM(perform_xmit, NETWORK_HELPERS PULL_DATA EDIT_HELPERS)
PERFORM(perform_lwt, NETWORK_HELPERS PULL_DATA)
PERFORM(perform_in, NETWORK_HELPERS PULL_DATA PUSH_ENCAP)
#undef NETWORK_HELPERS
#define NETWORK_HELPERS                                                             \
	case 26:                                                                    \
		return bpf_skb_load_bytes(skb, s->a, to->bytes, size_of(s->b));
PERFORM(perform_cgroup, NETWORK_HELPERS LOAD_RELATIVE CONGESTION)
PERFORM(perform_socket, NETWORK_HELPERS LOAD_RELATIVE)

PROGRAM("tc", on_tc, perform_tc, SEE_COMMON SEE_LINEAR SEE_TC)
PROGRAM("action", on_action, perform_tc, SEE_COMMON SEE_LINEAR SEE_TC)
PROGRAM("lwt_xmit", on_xmit, perform_xmit, SEE_COMMON SEE_LINEAR)
PROGRAM("lwt_in", on_in, perform_in, SEE_COMMON SEE_LINEAR)
PROGRAM("lwt_out", on_out, perform_lwt, SEE_COMMON SEE_LINEAR)
PROGRAM("cgroup_skb/ingress", on_cgroup, perform_cgroup, SEE_COMMON SEE_LINEAR)
PROGRAM("socket", on_socket, perform_socket, SEE_COMMON)

char _license[] SEC("license") = "GPL";
