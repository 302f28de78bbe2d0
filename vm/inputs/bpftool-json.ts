import { readUnsigned, toHex, writeInteger } from '../base/bytes.ts';
import { expectOk, raise } from '../base/problem.ts';
import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { innerMapsOf } from '../maps/hash-of-maps.ts';
import type { InnerMaps } from '../maps/inner-maps.ts';
import { ProgArrayMap } from '../maps/prog-array.ts';
import { createMap } from '../maps/registry.ts';
import { isOwned, releaseField, specialFieldsOf, withoutSpecialFields } from '../maps/special-fields.ts';
import { listOf, membersOf, numberOf, optional, wrong } from './checked.ts';
import { printJson, type JsonObject, type JsonValue } from './json.ts';
import type { Unchecked } from './scenario.ts';
import { formatValue } from './typed-print.ts';
import { valueFromJson, type NamedBytes, type ValueType } from './typed-value.ts';

/** One element as given in JSON: one value, or one for each CPU (whole of them left out: all bits of the mask 0). */
export interface MapEntry {
  readonly path: string;
  readonly key: Uint8Array;
  readonly values: readonly NamedBytes[];
  /** Elements of the new inner map that the value of a map of maps is; the value is made with it. */
  readonly inner?: unknown;
}

/** Elements in hand at a time: a map may have millions. */
const chunk = 4096;

export function isPerCpu(map: KernelMap): boolean {
  return map.typeName.includes('PERCPU');
}

/** Types whose elements always exist: they cannot be removed, and those that are not named stay as they are. */
export function isArray(map: KernelMap): boolean {
  return map.typeName === 'ARRAY' || map.typeName === 'PERCPU_ARRAY';
}

/** Contents of a map in the form of `bpftool map dump -j`: raw, typed, or both (raw counts). Raises `bad-scenario`. */
export function readMapEntries(machine: Machine, map: KernelMap, json: unknown, path: string): MapEntry[] {
  if (!map.supported) wrong(path, `maps of type ${map.typeName} cannot be filled`);
  return listOf(json, path).map((item, i) => readMapEntry(machine, map, item, `${path}[${i}]`));
}

/** One element. Raises `bad-scenario`. */
export function readMapEntry(machine: Machine, map: KernelMap, json: unknown, path: string): MapEntry {
  const entry = membersOf(json, path, ['key', 'value', 'values', 'formatted']);
  const formatted = optional(entry, 'formatted', path, (value, at) => membersOf(value, at)) ?? {};
  const rawKey = entry['key'] ?? formatted['key'];
  const { keySize } = map.linked.definition;
  // bpftool leaves out the key of data sections: it has no type. Some map types have none.
  const keyless = map.linked.data !== undefined || keySize === 0;
  const key = rawKey === undefined && keyless ? new Uint8Array(keySize) : undefined;
  if (key === undefined && rawKey === undefined) wrong(path, 'the key is missing');
  const values = entry['values'] ?? formatted['values'];
  const value = valueOf(map, entry, formatted);
  return {
    path,
    ...(isInnerContents(map, value) && { inner: value }),
    key: key ?? valueFromJson(rawKey, keySize, keyType(machine, map), `${path}.key`).bytes,
    values:
      values === undefined
        ? oneForAll(machine, map, value, path)
        : perCpuValues(machine, map, values, `${path}.values`),
  };
}

/** What stands for a map or program, its name, says more than its id, which is another one elsewhere. */
function valueOf(map: KernelMap, entry: Unchecked, formatted: Unchecked): unknown {
  const named = innerMapsOf(map) === undefined ? undefined : formatted['value'];
  return named ?? entry['value'] ?? formatted['value'];
}

/** The value of a map of maps: a map's name, its id as bytes or number, or the elements of a map of its own. */
function isInnerContents(map: KernelMap, value: unknown): boolean {
  if (innerMapsOf(map) === undefined || !Array.isArray(value)) return false;
  return value.every((element) => typeof element === 'object');
}

/** In a per-CPU map one value is that of every CPU, as with `bpftool map update`. */
function oneForAll(machine: Machine, map: KernelMap, value: unknown, path: string): NamedBytes[] {
  if (value === undefined) wrong(path, `the ${isPerCpu(map) ? 'values are' : 'value is'} missing`);
  const one = oneValue(machine, map, value, `${path}.value`);
  return isPerCpu(map) ? Array.from({ length: machine.environment.cpus }, () => one) : [one];
}

function perCpuValues(machine: Machine, map: KernelMap, json: unknown, path: string): NamedBytes[] {
  if (!isPerCpu(map)) wrong(path, `${map.name} is of type ${map.typeName}: it has one value for all CPUs`);
  const { valueSize } = map.linked.definition;
  const { cpus } = machine.environment;
  const values = Array.from({ length: cpus }, (): NamedBytes => {
    return { bytes: new Uint8Array(valueSize), mask: new Uint8Array(valueSize) };
  });
  listOf(json, path).forEach((item, i) => {
    const at = `${path}[${i}]`;
    const { cpu, value } = membersOf(item, at, ['cpu', 'value']);
    values[numberOf(0, cpus - 1)(cpu, `${at}.cpu`)] = oneValue(machine, map, value, `${at}.value`);
  });
  return values;
}

function oneValue(machine: Machine, map: KernelMap, value: unknown, path: string): NamedBytes {
  const inner = innerMapsOf(map);
  if (inner !== undefined && typeof value === 'string') return innerMapValue(inner, value, path);
  if (isInnerContents(map, value)) return { bytes: new Uint8Array(4), mask: new Uint8Array(4) };
  if (map instanceof ProgArrayMap && typeof value === 'string') return programValue(map, value, path);
  return valueFromJson(value, map.linked.definition.valueSize, valueType(machine, map), path);
}

/** A map by its name. */
function innerMapValue(inner: InnerMaps, name: string, path: string): NamedBytes {
  const id = inner.idOf(name);
  if (id === undefined) wrong(path, `there is no map ${name}`);
  return { bytes: writeInteger(BigInt(id), 4), mask: new Uint8Array(4).fill(0xff) };
}

/** A program by its name. */
function programValue(map: ProgArrayMap, name: string, path: string): NamedBytes {
  const id = map.idOf(name);
  if (id === undefined) wrong(path, `the object has no program ${name}`);
  return { bytes: writeInteger(BigInt(id), 4), mask: new Uint8Array(4).fill(0xff) };
}

function keyType(machine: Machine, map: KernelMap): ValueType | undefined {
  return typeIn(machine, map.linked.definition.keyTypeId);
}

function valueType(machine: Machine, map: KernelMap): ValueType | undefined {
  return typeIn(machine, map.linked.definition.valueTypeId);
}

function typeIn(machine: Machine, typeId: number | undefined): ValueType | undefined {
  const { btf } = machine.program.object;
  return btf === undefined || typeId === undefined || typeId === 0 ? undefined : { btf, typeId };
}

/** Stores elements as bpf(BPF_MAP_UPDATE_ELEM) does; raises `map-update-failed` with the kernel's error. */
export function storeEntries(machine: Machine, map: KernelMap, entries: readonly MapEntry[]): void {
  for (const { path, key, values, inner } of entries) {
    const bytes = values.map((value) => value.bytes);
    const given = inner === undefined ? bytes : [makeInner(machine, map, key, inner, `${path}.value`)];
    storeElement(map, key, given, path);
  }
}

export function storeElement(
  map: KernelMap,
  key: Uint8Array,
  values: readonly Uint8Array[],
  path: string,
): void {
  const result = map.userUpdate(key, values);
  if (result >= 0) return;
  const message = `${path}: BPF_MAP_UPDATE_ELEM of key ${toHex(key)} in ${map.name} returns ${errnoName(result)}`;
  raise('map-update-failed', message);
}

/** Makes an inner map, called `outer[key]`, and gives its id. */
function makeInner(
  machine: Machine,
  map: KernelMap,
  key: Uint8Array,
  json: unknown,
  path: string,
): Uint8Array {
  const inner = innerMapsOf(map);
  if (inner === undefined) wrong(path, `${map.name} holds no maps`);
  const type = keyType(machine, map);
  const plain = key.length === 4 ? `${readUnsigned(key)}` : `0x${toHex(key)}`;
  const text = type ? printJson(formatValue(type.btf, type.typeId, key)) : plain;
  const name = freeName(machine, `${map.name}[${text}]`);
  const made = expectOk(createMap(machine, inner.definitionOf(name), machine.maps.length));
  machine.maps.push(made);
  storeEntries(machine, made, readMapEntries(machine, made, json, path));
  return writeInteger(BigInt(made.index + 1), 4);
}

/** A slot can have had another map, which keeps its name. */
function freeName(machine: Machine, wanted: string): string {
  let name = wanted;
  for (let again = 2; machine.maps.some((map) => map.name === name); again++) name = `${wanted} (${again})`;
  return name;
}

/** Empties a map; the elements of array types become zeros. */
export function clearMap(machine: Machine, map: KernelMap): void {
  if (isArray(map)) {
    for (const { valueAddresses } of elementsOf(map)) {
      for (const address of valueAddresses) {
        const value = valueMemory(machine, map, address);
        for (const field of specialFieldsOf(machine, map).filter(isOwned))
          releaseField(machine, field, value.byteOffset);
        value.fill(0);
      }
    }
    return;
  }
  if (map.clear !== undefined) {
    map.clear();
    return;
  }
  for (let found = map.elements(0, chunk); found.length > 0; found = map.elements(0, chunk)) {
    for (const { key } of found) {
      const result = map.userRemove(key);
      if (result < 0)
        raise(
          'map-update-failed',
          `BPF_MAP_DELETE_ELEM of key ${toHex(key)} in ${map.name} returns ${errnoName(result)}`,
        );
    }
  }
}

export function errnoName(result: number): string {
  return Object.entries(errno).find(([, number]) => number === -result)?.[0] ?? `error ${-result}`;
}

/** Elements in the order of BPF_MAP_GET_NEXT_KEY; the map must not change meanwhile. */
export function* elementsOf(map: KernelMap): Generator<MapElement> {
  const count = map.count();
  for (let start = 0; start < count; start += chunk)
    yield* map.elements(start, Math.min(chunk, count - start));
}

/** The map's elements as `bpftool map dump -j` prints them, in the order of BPF_MAP_GET_NEXT_KEY. */
export function* dumpMap(machine: Machine, map: KernelMap): Generator<JsonObject> {
  for (const element of elementsOf(map)) yield dumpElement(machine, map, element);
}

/** One element in the form of `dumpMap`. */
export function dumpElement(machine: Machine, map: KernelMap, element: MapElement): JsonObject {
  const values = element.valueAddresses.map((address) =>
    withoutSpecialFields(machine, map, valueMemory(machine, map, address)),
  );
  if (map instanceof ProgArrayMap) return dumpProgram(map, element, values);
  const inner = innerMapsOf(map);
  if (inner !== undefined) return dumpInner(machine, map, inner, element, values);
  if (element.key.length === 0) return dumpKeyless(machine, map, values);
  const type = valueType(machine, map);
  return {
    key: hexList(element.key),
    ...valueMembers(map, values, hexList),
    ...(type && {
      formatted: {
        ...formattedKey(machine, map, element.key),
        ...valueMembers(map, values, (bytes) => formatValue(type.btf, type.typeId, bytes)),
      },
    }),
  };
}

/** Besides its id, as bpftool prints it, the program's name, as it can be given. */
function dumpProgram(map: ProgArrayMap, { key }: MapElement, values: readonly Uint8Array[]): JsonObject {
  const value = values[0] ?? new Uint8Array();
  const formatted = {
    key: Number(readUnsigned(key)),
    value: map.nameOf(Number(readUnsigned(value))) ?? null,
  };
  return { key: hexList(key), value: hexList(value), formatted };
}

/** Besides the id of the inner map, its name, and its elements where it has no other name than its place. */
function dumpInner(
  machine: Machine,
  map: KernelMap,
  inner: InnerMaps,
  { key }: MapElement,
  values: readonly Uint8Array[],
): JsonObject {
  const value = values[0] ?? new Uint8Array();
  const found = inner.at(Number(readUnsigned(value)));
  const contents = found?.linked.madeLater === true ? [...dumpMap(machine, found)] : (found?.name ?? null);
  const formatted = { ...formattedKey(machine, map, key), value: contents };
  return { key: hexList(key), value: hexList(value), formatted };
}

function dumpKeyless(machine: Machine, map: KernelMap, values: readonly Uint8Array[]): JsonObject {
  const value = values[0] ?? new Uint8Array();
  const type = valueType(machine, map);
  return {
    value: hexList(value),
    ...(type && { formatted: { value: formatValue(type.btf, type.typeId, value) } }),
  };
}

function formattedKey(machine: Machine, map: KernelMap, key: Uint8Array): JsonObject {
  const type = keyType(machine, map);
  return type ? { key: formatValue(type.btf, type.typeId, key) } : {};
}

function valueMembers(
  map: KernelMap,
  values: readonly Uint8Array[],
  print: (bytes: Uint8Array) => JsonValue,
): JsonObject {
  if (isPerCpu(map)) return { values: values.map((bytes, cpu) => ({ cpu, value: print(bytes) })) };
  return { value: print(values[0] ?? new Uint8Array()) };
}

const hexBytes = Array.from({ length: 256 }, (_, byte) => `0x${byte.toString(16).padStart(2, '0')}`);

function hexList(bytes: Uint8Array): JsonValue {
  const list: string[] = [];
  for (const byte of bytes) list.push(hexBytes[byte] ?? '');
  return list;
}

/** The bytes of a value in machine memory; writing to them changes the map. */
export function valueMemory(machine: Machine, map: KernelMap, address: bigint): Uint8Array {
  const { valueSize } = map.linked.definition;
  const place = machine.regions.peek(address);
  if (place === undefined || place.available < valueSize)
    throw new Error(`${map.name} gives a value address outside its memory`);
  return machine.memory.bytes.subarray(place.linear, place.linear + valueSize);
}

/** A key typed by BTF where it has a type, else its bytes. */
export function printKey(machine: Machine, map: KernelMap, key: Uint8Array): JsonValue {
  const type = keyType(machine, map);
  return type ? formatValue(type.btf, type.typeId, key) : hexList(key);
}
