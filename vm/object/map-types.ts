import { failed, ok, type Place, type Result } from '../base/problem.ts';
import type { MapDefinition } from './program-object.ts';

/** What a size in a map definition has to be. `descriptor`: 4 bytes. `u32OrU64`: 4 or 8. */
type SizeRule = 'zero' | 'some' | 'descriptor' | 'u32OrU64' | 'any';

interface MapTypeSizes {
  readonly name: string;
  readonly key: SizeRule;
  readonly value: SizeRule;
  readonly entries: 'zero' | 'some' | 'any';
}

const row = (
  name: string,
  key: SizeRule,
  value: SizeRule,
  entries: MapTypeSizes['entries'],
): MapTypeSizes => ({
  name,
  key,
  value,
  entries,
});

/** By BPF_MAP_TYPE_*, from map_alloc_check of each type in kernel/bpf; a perf event array gets its size from the loader. */
const mapTypes: readonly (MapTypeSizes | undefined)[] = [
  undefined,
  row('HASH', 'some', 'some', 'some'),
  row('ARRAY', 'descriptor', 'some', 'some'),
  row('PROG_ARRAY', 'descriptor', 'descriptor', 'some'),
  row('PERF_EVENT_ARRAY', 'descriptor', 'descriptor', 'any'),
  row('PERCPU_HASH', 'some', 'some', 'some'),
  row('PERCPU_ARRAY', 'descriptor', 'some', 'some'),
  row('STACK_TRACE', 'descriptor', 'some', 'some'),
  row('CGROUP_ARRAY', 'descriptor', 'descriptor', 'some'),
  row('LRU_HASH', 'some', 'some', 'some'),
  row('LRU_PERCPU_HASH', 'some', 'some', 'some'),
  row('LPM_TRIE', 'some', 'some', 'some'),
  row('ARRAY_OF_MAPS', 'descriptor', 'descriptor', 'some'),
  row('HASH_OF_MAPS', 'some', 'descriptor', 'some'),
  row('DEVMAP', 'descriptor', 'u32OrU64', 'some'),
  row('SOCKMAP', 'descriptor', 'u32OrU64', 'some'),
  row('CPUMAP', 'descriptor', 'u32OrU64', 'some'),
  row('XSKMAP', 'descriptor', 'descriptor', 'some'),
  row('SOCKHASH', 'some', 'u32OrU64', 'some'),
  row('CGROUP_STORAGE', 'some', 'some', 'zero'),
  row('REUSEPORT_SOCKARRAY', 'descriptor', 'u32OrU64', 'some'),
  row('PERCPU_CGROUP_STORAGE', 'some', 'some', 'zero'),
  row('QUEUE', 'zero', 'some', 'some'),
  row('STACK', 'zero', 'some', 'some'),
  row('SK_STORAGE', 'descriptor', 'some', 'zero'),
  row('DEVMAP_HASH', 'descriptor', 'u32OrU64', 'some'),
  row('STRUCT_OPS', 'any', 'any', 'any'),
  row('RINGBUF', 'zero', 'zero', 'some'),
  row('INODE_STORAGE', 'descriptor', 'some', 'zero'),
  row('TASK_STORAGE', 'descriptor', 'some', 'zero'),
  row('BLOOM_FILTER', 'zero', 'some', 'some'),
  row('USER_RINGBUF', 'zero', 'zero', 'some'),
  row('CGRP_STORAGE', 'descriptor', 'some', 'zero'),
  row('ARENA', 'zero', 'zero', 'some'),
  row('INSN_ARRAY', 'descriptor', 'some', 'some'),
];

export function isMapType(type: number): boolean {
  return mapTypes[type] !== undefined;
}

/** `HASH` for 1, or `map type 99`. */
export function mapTypeName(type: number): string {
  return mapTypes[type]?.name ?? `map type ${type}`;
}

/** Whether a definition has the sizes that the kernel asks of its type; names the first that is missing or wrong. */
export function checkMapSizes(map: MapDefinition, place: Place = {}): Result<void> {
  const sizes = mapTypes[map.type];
  const refuse = (what: string, found: number, expected: string): Result<void> =>
    failed({
      code: 'map-definition',
      message: `the map ${map.name} (${mapTypeName(map.type)}) has ${what} ${found}, expected ${expected}`,
      place,
    });
  if (sizes === undefined) return refuse('type', map.type, `a type below ${mapTypes.length}`);
  const expectedKey = expected(sizes.key, map.keySize);
  if (expectedKey !== undefined) return refuse('key size', map.keySize, expectedKey);
  const expectedValue = expected(sizes.value, map.valueSize);
  if (expectedValue !== undefined) return refuse('value size', map.valueSize, expectedValue);
  if (sizes.entries === 'some' && map.maxEntries === 0) return refuse('max_entries', 0, 'more than 0');
  if (sizes.entries === 'zero' && map.maxEntries !== 0) return refuse('max_entries', map.maxEntries, '0');
  return ok(undefined);
}

/** Undefined where `size` is right. */
function expected(rule: SizeRule, size: number): string | undefined {
  switch (rule) {
    case 'zero':
      return size === 0 ? undefined : '0';
    case 'some':
      return size > 0 ? undefined : 'more than 0';
    case 'descriptor':
      return size === 4 ? undefined : '4';
    case 'u32OrU64':
      return size === 4 || size === 8 ? undefined : '4 or 8';
    case 'any':
      return undefined;
  }
}
