import { toHex } from '../../vm/base/bytes.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../vm/inputs/json.ts';
import { elementsOf, valueMemory } from '../../vm/inputs/bpftool-json.ts';
import { specialFieldsOf, withoutSpecialFields } from '../../vm/maps/special-fields.ts';
import type { KernelMap } from '../../vm/machine/kernel-map.ts';
import type { Machine } from '../../vm/machine/machine.ts';
import { innerMapsOf } from '../../vm/maps/hash-of-maps.ts';
import { ProgArrayMap } from '../../vm/maps/prog-array.ts';

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
    values: valueAddresses.map((address) =>
      nameHere(map, toHex(withoutSpecialFields(machine, map, valueMemory(machine, map, address)))),
    ),
  }));
  return map.typeName === 'STACK' ? contents.reverse() : contents;
}

/** Names of programs and maps by their ids, which are other ones on the kernel. */
export interface Names {
  readonly programs: ReadonlyMap<number, string>;
  readonly maps: ReadonlyMap<number, string>;
}

/** Whether values of the map are ids. */
export function holdsIds(map: KernelMap): boolean {
  return map instanceof ProgArrayMap || innerMapsOf(map) !== undefined;
}

/** List heads as zeros: the kernel shows an empty list, with the address of its copy of the value. */
export function withoutListHeads(machine: Machine, map: KernelMap, contents: Contents): Contents {
  const heads = specialFieldsOf(machine, map).filter(({ name }) => name === 'bpf_list_head');
  if (heads.length === 0) return contents;
  const zeroed = (value: string): string =>
    heads.reduce(
      (hex, { offset, size }) =>
        hex.slice(0, 2 * offset) + '00'.repeat(size) + hex.slice(2 * (offset + size)),
      value,
    );
  return contents.map(({ key, values }) => ({ key, values: values.map(zeroed) }));
}

/** The name that a value stands for; other values as they are. */
function nameHere(map: KernelMap, value: string): string {
  if (!holdsIds(map)) return value;
  const id = idOf(value);
  if (map instanceof ProgArrayMap) return programName(map.nameOf(id));
  const inner = innerMapsOf(map)?.at(id);
  return mapName(inner?.linked.madeLater === true ? undefined : inner?.name);
}

/** The same of the kernel's ids; slots without a map are no elements. */
export function withNames(map: KernelMap, contents: Contents, { programs, maps }: Names): Contents {
  return contents
    .filter(({ values }) => values.every((value) => /^([0-9a-f]{2})+$/.test(value)))
    .map(({ key, values: [value = ''] }) => {
      const id = idOf(value);
      return {
        key,
        values: [map instanceof ProgArrayMap ? programName(programs.get(id)) : mapName(maps.get(id))],
      };
    });
}

function idOf(value: string): number {
  return Buffer.from(value, 'hex').readUInt32LE();
}

function programName(name: string | undefined): string {
  return `program ${name ?? 'of another object'}`;
}

function mapName(name: string | undefined): string {
  return `map ${name ?? 'of another object'}`;
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
