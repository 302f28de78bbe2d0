import type { IntegerJson } from './scenario-json.ts';

/** What programs on packets (sk_buffs) learn of the packet's socket and route. What is left out is answered with 0 and a note. */
export interface SkbJson {
  /** What `bpf_get_hash_recalc` calculates, never 0: the kernel does it with a random key. */
  readonly hash?: IntegerJson;
  /** What `bpf_get_socket_cookie` returns. */
  readonly socketCookie?: IntegerJson;
  /** What `bpf_get_socket_uid` returns. */
  readonly socketUid?: IntegerJson;
  /** Ids of the ancestors of the socket's cgroup from the root to that cgroup itself, the last one. Default: those of the task. */
  readonly cgroupIds?: readonly IntegerJson[];
  /** What `bpf_get_cgroup_classid` returns. */
  readonly cgroupClassid?: IntegerJson;
  /** What `bpf_skb_cgroup_classid` returns. */
  readonly socketClassid?: IntegerJson;
  /** What `bpf_get_route_realm` returns. */
  readonly routeRealm?: IntegerJson;
}
