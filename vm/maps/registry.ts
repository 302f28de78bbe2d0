import { attempt, raise, type Result } from '../base/problem.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import { isMapType } from '../object/map-types.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { ArrayMap } from './array-map.ts';
import { mapType } from './flags.ts';
import { HashMap } from './hash-map.ts';
import { LruHashMap } from './lru-hash-map.ts';
import { ProgArrayMap } from './prog-array.ts';
import { UnsupportedMap } from './unsupported-map.ts';

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
    case mapType.PROG_ARRAY:
      return new ProgArrayMap(machine, linked, index);
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
