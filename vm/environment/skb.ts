/** What programs on sk_buffs learn of the packet's surroundings. What is left out is unknown: helpers answer 0 and say so. */
export interface SkbEnvironment {
  /** Hash over addresses and ports as bpf_get_hash_recalc calculates it, never 0. */
  readonly hash?: number;
  /** bpf_get_socket_cookie. */
  readonly socketCookie?: bigint;
  /** bpf_get_socket_uid. */
  readonly socketUid?: number;
  /** Ids of the ancestors of the socket's cgroup from the root (level 0) to that cgroup itself, the last one; default: those of the task. */
  readonly cgroupIds?: readonly bigint[];
  /** Class of the net_cls cgroup of the task: bpf_get_cgroup_classid; of the socket's: bpf_skb_cgroup_classid. */
  readonly cgroupClassid?: number;
  readonly socketClassid?: number;
  /** bpf_get_route_realm. */
  readonly routeRealm?: number;
}
