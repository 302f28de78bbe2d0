import { fromHex, toHex } from '../base/bytes.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import { RingBufferMap, UserRingBufferMap } from '../maps/ring-buffer.ts';
import type { Btf } from '../object/btf/btf.ts';
import { asInteger, describe, listOf, memberPath, wrong } from './checked.ts';
import { mapNamed } from './expectations.ts';
import { isJsonObject, printJson } from './json.ts';
import type { Unchecked } from './scenario.ts';
import { formatValue } from './typed-print.ts';
import { valueFromJson, type ValueType } from './typed-value.ts';

/** Records of ring buffers and perf events: their types, and what user space does with them between runs. */

const kinds = ['struct', 'union', 'enum'] as const;

/** The type that a text such as `struct event`, or a typedef's name, stands for. */
function typeNamed(btf: Btf, text: string): number | undefined {
  const words = text.trim().split(/\s+/);
  const kind = kinds.find((word) => word === words[0]);
  const name = words.slice(kind === undefined ? 0 : 1).join(' ');
  const found =
    kind === undefined
      ? (btf.byName(name, 'typedef') ?? btf.byName(name, 'struct') ?? btf.byName(name, 'int'))
      : btf.byName(name, kind);
  return found?.id;
}

export type RecordTypes = ReadonlyMap<KernelMap, ValueType>;

/** Types of records by map. Raises `bad-scenario`. */
export function readRecordTypes(machine: Machine, types: Readonly<Record<string, string>>): RecordTypes {
  const { btf } = machine.program.object;
  return new Map(
    Object.entries(types).map(([name, text]) => {
      const path = memberPath('eventTypes', name);
      const map = mapNamed(machine, name, path);
      const typeId = btf && typeNamed(btf, text);
      if (btf === undefined || typeId === undefined) wrong(path, `BTF of the object has no type ${text}`);
      return [map, { btf, typeId }];
    }),
  );
}

/** Lets the machine say records in their types: those of `types`, or that of the map's values. */
export function describeRecords(machine: Machine, types: RecordTypes): void {
  const { btf } = machine.program.object;
  machine.describeRecord = (map, data) => {
    const { valueTypeId } = map.linked.definition;
    const type = types.get(map) ?? (btf && valueTypeId ? { btf, typeId: valueTypeId } : undefined);
    const size = type?.btf.sizeOf(type.typeId);
    if (type === undefined || size === undefined || size === 0 || data.length < size) return toHex(data);
    return printJson(formatValue(type.btf, type.typeId, data.subarray(0, size)));
  };
}

/** Bytes of a sample: hex digits (`"0x01 0x02"`, `"0102"`), a list of bytes, or a value of the map's record type. */
function sampleBytes(json: unknown, type: ValueType | undefined, path: string): Uint8Array {
  if (typeof json === 'string') {
    const bytes = fromHex(json.replace(/0x|\s+/gi, ''));
    return bytes ?? wrong(path, `hex digits were expected, found ${describe(json)}`);
  }
  if (Array.isArray(json)) {
    return Uint8Array.from(json, (item: unknown, i) => {
      const byte = asInteger(item);
      return byte !== undefined && byte >= 0n && byte <= 255n
        ? Number(byte)
        : wrong(`${path}[${i}]`, `${describe(item)} is not a byte`);
    });
  }
  if (!isJsonObject(json))
    wrong(path, `hex digits or a list of bytes were expected, found ${describe(json)}`);
  if (type === undefined) wrong(path, 'the samples of the map have no type', 'Name it in eventTypes.');
  return valueFromJson(json, type.btf.sizeOf(type.typeId) ?? 0, type, path).bytes;
}

/** User space puts samples into user ring buffers. Raises `bad-scenario`. */
export function putSamples(machine: Machine, types: RecordTypes, samples: Unchecked, path: string): void {
  for (const [name, json] of Object.entries(samples)) {
    const at = memberPath(path, name);
    const map = mapNamed(machine, name, at);
    if (!(map instanceof UserRingBufferMap))
      wrong(at, `samples are for maps of type USER_RINGBUF, ${name} is a ${map.typeName}`);
    const type = types.get(map);
    listOf(json, at).forEach((item, i) => {
      const bytes = sampleBytes(item, type, `${at}[${i}]`);
      if (!map.put(bytes))
        wrong(`${at}[${i}]`, `the ring of ${map.ring.size} bytes has no room for the sample`);
    });
  }
}

/** User space reads ring buffers until they are empty, or a record is not complete. Raises `bad-scenario`. */
export function readRings(machine: Machine, names: readonly string[], path: string): void {
  names.forEach((name, i) => {
    const map = mapNamed(machine, name, `${path}[${i}]`);
    if (!(map instanceof RingBufferMap))
      wrong(`${path}[${i}]`, `only maps of type RINGBUF are read, ${name} is a ${map.typeName}`);
    map.consumeAll();
  });
}
