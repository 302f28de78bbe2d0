import { toHex } from '../../vm/base/bytes.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../vm/inputs/json.ts';
import { elementsOf, valueMemory } from '../../vm/inputs/bpftool-json.ts';
import type { KernelMap } from '../../vm/machine/kernel-map.ts';
import { innerMapsOf } from '../../vm/maps/hash-of-maps.ts';
import type { Machine } from '../../vm/machine/machine.ts';

/** An element in hex: its key (empty where the type has none), and a value for each CPU or one. */
export interface Element {
  readonly key: string;
  readonly values: readonly string[];
}

/** Elements in the order of BPF_MAP_GET_NEXT_KEY, or in that of removal for queues and stacks. */
export type Contents = readonly Element[];

export function contentsHere(machine: Machine, map: KernelMap): Contents {
  const contents = Array.from(elementsOf(map), ({ key, valueAddresses }) => ({
    key: toHex(key),
    values: innerMapsOf(map)
      ? [someMap]
      : valueAddresses.map((address) => toHex(valueMemory(machine, map, address))),
  }));
  return map.typeName === 'STACK' ? contents.reverse() : contents;
}

/** What stands for an inner map: ids are other ones on the kernel. */
const someMap = '';

/** Elements of a map of maps on the kernel; slots without a map are none here. */
export function withoutIds(contents: Contents): Contents {
  return contents
    .filter(({ values }) => values.every((value) => /^([0-9a-f]{2})+$/.test(value)))
    .map(({ key }) => ({ key, values: [someMap] }));
}

/** From what `bpftool -j map dump` prints. */
export function contentsOfDump(dump: JsonValue): Contents {
  if (!isJsonArray(dump)) return [];
  return dump
    .filter(isJsonObject)
    .filter(isElement)
    .map(({ key, value, values }) => ({
      key: hexOfList(key),
      values: isJsonArray(values)
        ? values.map((item) => (isJsonObject(item) ? hexOfList(item['value']) : ''))
        : [hexOfList(value)],
    }));
}

/** ENOENT: bpftool lists every slot of an array; those of some types may be empty . */
function isElement({ value }: JsonObject): boolean {
  return hexOfList(value) !== emptySlot;
}

const emptySlot = 'No such file or directory';

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
