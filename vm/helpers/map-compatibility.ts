import type { KernelMap } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';

/** Ids of the helpers that work on the contents of maps. */
export const contentHelper = { lookup: 1, update: 2, remove: 3, push: 87, pop: 88, peek: 89 } as const;

const { lookup, update, remove, push, pop, peek } = contentHelper;
const generic: readonly number[] = [lookup, update, remove];
const none: readonly number[] = [];

/**
 * Which of them the verifier has on a map type, by BPF_MAP_TYPE_*; on types that are not here: `generic`
 * (check_map_func_compatibility of kernel/bpf/verifier.c).
 */
const allowed: Readonly<Record<number, readonly number[]>> = {
  /** PROG_ARRAY, PERF_EVENT_ARRAY, STACK_TRACE, CGROUP_ARRAY */
  3: none,
  4: none,
  7: none,
  8: none,
  /** ARRAY_OF_MAPS, HASH_OF_MAPS */
  12: [lookup],
  13: [lookup],
  /** DEVMAP, SOCKMAP, CPUMAP, XSKMAP, SOCKHASH */
  14: [lookup],
  15: [lookup, update, remove],
  16: none,
  17: [lookup],
  18: [lookup, update, remove],
  /** CGROUP_STORAGE, REUSEPORT_SOCKARRAY, PERCPU_CGROUP_STORAGE */
  19: none,
  20: none,
  21: none,
  /** QUEUE, STACK */
  22: [push, pop, peek],
  23: [push, pop, peek],
  /** SK_STORAGE, DEVMAP_HASH */
  24: none,
  25: [lookup],
  /** RINGBUF, INODE_STORAGE, TASK_STORAGE */
  27: none,
  28: none,
  29: none,
  /** BLOOM_FILTER, USER_RINGBUF, CGRP_STORAGE, INSN_ARRAY */
  30: [push, peek],
  31: none,
  32: none,
  34: none,
};

const arena = 33;

/** Whether the verifier has the helper on the type of the map; false with a fault, in its words. */
export function isCompatible(machine: Machine, map: KernelMap, id: number): boolean {
  const { type } = map.linked.definition;
  if (type === arena) {
    // It passes here, but its keys have no bytes.
    machine.fail({ kind: 'refused-by-kernel', message: 'R2 invalid zero-sized read' });
    return false;
  }
  if ((allowed[type] ?? generic).includes(id)) return true;
  const name = machine.helpers.nameOf(id) ?? 'unknown';
  const message = `cannot pass map_type ${type} into func ${name}#${id}`;
  machine.fail({ kind: 'refused-by-kernel', message });
  return false;
}
