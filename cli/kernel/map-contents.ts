import { toHex } from '../../vm/base/bytes.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../../vm/inputs/json.ts';
import { elementsOf, valueMemory } from '../../vm/inputs/bpftool-json.ts';
import type { KernelMap } from '../../vm/machine/kernel-map.ts';
import type { Machine } from '../../vm/machine/machine.ts';

/** An element in hex: its key (empty where the type has none), and a value for each CPU or one. */
export interface Element {
  readonly key: string;
  readonly values: readonly string[];
}

/** Elements in the order of BPF_MAP_GET_NEXT_KEY, or in that of removal for queues and stacks. */
export type Contents = readonly Element[];

export function contentsHere(machine: Machine, map: KernelMap): Contents {
  return Array.from(elementsOf(map), ({ key, valueAddresses }) => ({
    key: toHex(key),
    values: valueAddresses.map((address) => toHex(valueMemory(machine, map, address))),
  }));
}

/** From what `bpftool -j map dump` prints. */
export function contentsOfDump(dump: JsonValue): Contents {
  if (!isJsonArray(dump)) return [];
  return dump.filter(isJsonObject).map(({ key, value, values }) => ({
    key: hexOfList(key),
    values: isJsonArray(values)
      ? values.map((item) => (isJsonObject(item) ? hexOfList(item['value']) : ''))
      : [hexOfList(value)],
  }));
}

/** Hex of a list of bytes; what bpftool says in place of one that it cannot read. */
export function hexOfList(list: JsonValue | undefined): string {
  if (isJsonArray(list)) return list.map((byte) => Number(byte).toString(16).padStart(2, '0')).join('');
  return isJsonObject(list) && typeof list['error'] === 'string' ? list['error'] : '';
}

/** How bpftool shows the contents of a map of each type; undefined: not at all. */
export function wayToDump(typeName: string): 'dump' | 'pop' | undefined {
  if (typeName === 'QUEUE' || typeName === 'STACK') return 'pop';
  return undumpable.test(typeName) ? undefined : 'dump';
}

const undumpable =
  /^(BLOOM_FILTER|RINGBUF|USER_RINGBUF|PERF_EVENT_ARRAY|CGROUP_ARRAY|.*STORAGE|STRUCT_OPS|ARENA|XSKMAP|SOCK.*|REUSEPORT.*)$/;
