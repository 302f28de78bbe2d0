import { attempt, raise, type Result } from '../base/problem.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import { isMapType } from '../object/map-types.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { ArenaMap } from './arena-map.ts';
import { ArrayMap } from './array-map.ts';
import { ArrayOfMaps } from './array-of-maps.ts';
import { BloomFilter } from './bloom-filter.ts';
import { CgroupArrayMap } from './cgroup-array.ts';
import { CgroupStorageMap } from './cgroup-storage.ts';
import { CpuMap } from './cpu-map.ts';
import { DevMap } from './dev-map.ts';
import { DevMapHash } from './dev-map-hash.ts';
import { mapType } from './flags.ts';
import { HashMap } from './hash-map.ts';
import { HashOfMaps } from './hash-of-maps.ts';
import { LocalStorageMap } from './local-storage.ts';
import { LruHashMap } from './lru-hash-map.ts';
import { LpmTrie } from './lpm-trie.ts';
import { ProgArrayMap } from './prog-array.ts';
import { PerfEventArrayMap } from './perf-event-array.ts';
import { QueueStackMap } from './queue-stack-map.ts';
import { RingBufferMap, UserRingBufferMap } from './ring-buffer.ts';
import { StackTraceMap } from './stack-trace.ts';
import { ReuseportSockArray } from './reuseport-sock-array.ts';
import { SockHash } from './sock-hash.ts';
import { StructOpsMap } from './struct-ops-map.ts';
import { SockMap } from './sock-map.ts';
import { UnsupportedMap } from './unsupported-map.ts';
import { XskMap } from './xsk-map.ts';

/**
 * Makes the map that `linked` defines; it becomes number `index` of the machine. Problems: `map-definition` where the
 * kernel would refuse to create it, `unsupported-map-type`, `out-of-memory`, `out-of-regions`.
 */
export function createMap(machine: Machine, linked: LinkedMap, index: number): Result<KernelMap> {
  return attempt(() => make(machine, linked, index), { file: machine.program.object.name });
}

function make(machine: Machine, linked: LinkedMap, index: number): KernelMap {
  const { type } = linked.definition;
  switch (type) {
    case mapType.ARRAY:
    case mapType.PERCPU_ARRAY:
      return new ArrayMap(machine, linked, index);
    case mapType.HASH:
    case mapType.PERCPU_HASH:
      return new HashMap(machine, linked, index);
    case mapType.LRU_HASH:
    case mapType.LRU_PERCPU_HASH:
      return new LruHashMap(machine, linked, index);
    case mapType.LPM_TRIE:
      return new LpmTrie(machine, linked, index);
    case mapType.ARRAY_OF_MAPS:
      return new ArrayOfMaps(machine, linked, index);
    case mapType.HASH_OF_MAPS:
      return new HashOfMaps(machine, linked, index);
    case mapType.STRUCT_OPS:
      return new StructOpsMap(machine, linked, index);
    case mapType.QUEUE:
    case mapType.STACK:
      return new QueueStackMap(machine, linked, index);
    case mapType.BLOOM_FILTER:
      return new BloomFilter(machine, linked, index);
    case mapType.PROG_ARRAY:
      return new ProgArrayMap(machine, linked, index);
    case mapType.STACK_TRACE:
      return new StackTraceMap(machine, linked, index);
    case mapType.CGROUP_ARRAY:
      return new CgroupArrayMap(machine, linked, index);
    case mapType.CGROUP_STORAGE:
    case mapType.PERCPU_CGROUP_STORAGE:
      return new CgroupStorageMap(machine, linked, index);
    case mapType.SK_STORAGE:
    case mapType.INODE_STORAGE:
    case mapType.TASK_STORAGE:
    case mapType.CGRP_STORAGE:
      return new LocalStorageMap(machine, linked, index);
    case mapType.DEVMAP:
      return new DevMap(machine, linked, index);
    case mapType.DEVMAP_HASH:
      return new DevMapHash(machine, linked, index);
    case mapType.CPUMAP:
      return new CpuMap(machine, linked, index);
    case mapType.SOCKMAP:
      return new SockMap(machine, linked, index);
    case mapType.SOCKHASH:
      return new SockHash(machine, linked, index);
    case mapType.REUSEPORT_SOCKARRAY:
      return new ReuseportSockArray(machine, linked, index);
    case mapType.XSKMAP:
      return new XskMap(machine, linked, index);
    case mapType.RINGBUF:
      return new RingBufferMap(machine, linked, index);
    case mapType.USER_RINGBUF:
      return new UserRingBufferMap(machine, linked, index);
    case mapType.PERF_EVENT_ARRAY:
      return new PerfEventArrayMap(machine, linked, index);
    case mapType.ARENA:
      return new ArenaMap(machine, linked, index);
    default:
      if (!isMapType(type))
        raise(
          'unsupported-map-type',
          `the map ${linked.name} has type ${type}, which no kernel known here has`,
          undefined,
          'write the type as in __uint(type, BPF_MAP_TYPE_HASH)',
        );
      return new UnsupportedMap(machine, linked, index);
  }
}
