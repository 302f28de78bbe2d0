/** BPF_MAP_TYPE_* of the types in this folder (include/uapi/linux/bpf.h); all names: object/map-types.ts. */
export const mapType = {
  HASH: 1,
  ARRAY: 2,
  PROG_ARRAY: 3,
  PERF_EVENT_ARRAY: 4,
  PERCPU_HASH: 5,
  PERCPU_ARRAY: 6,
  STACK_TRACE: 7,
  CGROUP_ARRAY: 8,
  LRU_HASH: 9,
  LRU_PERCPU_HASH: 10,
  LPM_TRIE: 11,
  ARRAY_OF_MAPS: 12,
  HASH_OF_MAPS: 13,
  CGROUP_STORAGE: 19,
  PERCPU_CGROUP_STORAGE: 21,
  DEVMAP: 14,
  SOCKMAP: 15,
  CPUMAP: 16,
  XSKMAP: 17,
  SOCKHASH: 18,
  REUSEPORT_SOCKARRAY: 20,
  QUEUE: 22,
  STACK: 23,
  SK_STORAGE: 24,
  RINGBUF: 27,
  INODE_STORAGE: 28,
  TASK_STORAGE: 29,
  DEVMAP_HASH: 25,
  STRUCT_OPS: 26,
  BLOOM_FILTER: 30,
  USER_RINGBUF: 31,
  CGRP_STORAGE: 32,
  ARENA: 33,
} as const;

/** Flags of BPF_MAP_CREATE: BPF_F_* without the prefix. */
export const mapFlag = {
  NO_PREALLOC: 1,
  NO_COMMON_LRU: 2,
  NUMA_NODE: 4,
  RDONLY: 8,
  WRONLY: 16,
  STACK_BUILD_ID: 32,
  ZERO_SEED: 64,
  RDONLY_PROG: 128,
  WRONLY_PROG: 256,
  CLONE: 512,
  MMAPABLE: 1024,
  PRESERVE_ELEMS: 2048,
  INNER_MAP: 4096,
  SEGV_ON_FAULT: 1 << 17,
  NO_USER_CONV: 1 << 18,
} as const;

/** Flags of an update: BPF_ANY, BPF_NOEXIST, BPF_EXIST, BPF_F_LOCK. */
export const updateFlag = { any: 0, noExist: 1, exist: 2, lock: 4 } as const;

/** Update flags as a number; what is above all known flags stays above them. */
export function narrowFlags(flags: bigint): number {
  return flags > 0xffn ? 0x100 : Number(flags);
}
