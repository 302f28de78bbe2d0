import { raise } from '../base/problem.ts';
import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { regionBias } from '../memory/regions.ts';
import type { ContextField, ContextValues } from './family.ts';

/** Use of the family's part of the state block (u32 each), so that runs reuse the memory of the runs before. */
const familyState = {
  contextBase: state.family,
  contextCapacity: state.family + 4,
  socketRegion: state.family + 8,
  socketBase: state.family + 12,
  /** Input fields that are given back as they came, because nothing else keeps them. */
  kept: state.family + 24,
  flowKeysRegion: state.family + 32,
  packetLength: state.family + 36,
} as const;

export { familyState };

/** Where BPF_PROG_TEST_RUN would return an error. */
export function refuse(errno: 'EINVAL' | 'ENODEV' | 'E2BIG', message: string): never {
  return raise('refused-input', `${message}: BPF_PROG_TEST_RUN returns ${errno}`);
}

/** Offset of the context in linear memory, zeroed, as a region of `size` bytes that r1 points to. */
export function makeContext(machine: Machine, size: number, writable: boolean): number {
  const { memory, regions } = machine;
  let base = memory.view.getUint32(familyState.contextBase, true);
  if (memory.view.getUint32(familyState.contextCapacity, true) < size) {
    const capacity = Math.max(size, 256);
    base = memory.allocate(capacity);
    memory.view.setUint32(familyState.contextBase, base, true);
    memory.view.setUint32(familyState.contextCapacity, capacity, true);
  }
  memory.bytes.fill(0, base, base + size);
  let id = memory.view.getUint32(state.ctxRegion, true);
  const region = { kind: 'ctx', base, size, writeLimit: writable ? size : 0 } as const;
  if (id === 0) {
    id = regions.add(region);
    memory.view.setUint32(state.ctxRegion, id, true);
  } else {
    regions.set(id, region);
  }
  machine.setRegister(1, regions.addressOf(id));
  return base;
}

/** Linear offset of the context of the run. */
export function contextBase(machine: Machine): number {
  return machine.memory.view.getUint32(familyState.contextBase, true);
}

/** Forgets the packet of an earlier run. */
export function withoutPacket(machine: Machine): void {
  machine.regions.set(0, { kind: 'packet', base: 0, size: 0 });
  machine.memory.view.setUint32(state.packetBuffer, 0, true);
  machine.memory.view.setUint32(state.packetBufferSize, 0, true);
}

/** What skb_shared_info takes at the end of a page on x86-64: SKB_DATA_ALIGN(sizeof(struct skb_shared_info)). */
const sharedInfoSize = 320;
const pageSize = 4096;
/** Bytes a packet may grow into: test_run gives it one page. */
export const packetBufferSize = pageSize - sharedInfoSize;

/**
 * Lays `packet` into the packet buffer at `headroom`. Buffer byte i has address 2¹⁶ + i, so that every pointer into the
 * packet fits the 32 bits of `data`. The region covers what the program may access: from `visible` bytes into the packet to its end.
 */
export function placePacket(machine: Machine, packet: Uint8Array, headroom: number, visible = 0): void {
  const { memory, regions } = machine;
  let buffer = memory.view.getUint32(state.packetBuffer, true);
  if (buffer === 0) {
    buffer = memory.allocate(packetBufferSize);
    memory.view.setUint32(state.packetBuffer, buffer, true);
    memory.view.setUint32(state.packetBufferSize, packetBufferSize, true);
  }
  memory.bytes.fill(0, buffer, buffer + packetBufferSize);
  memory.bytes.set(packet, buffer + headroom);
  const first = headroom + visible;
  regions.set(0, {
    kind: 'packet',
    base: buffer + first,
    start: regionBias + first,
    size: packet.length - visible,
  });
}

/** Copies the packet bytes between two addresses in the packet buffer. */
export function packetBytes(machine: Machine, from: number, to: number): Uint8Array {
  const buffer = machine.memory.view.getUint32(state.packetBuffer, true) - regionBias;
  return machine.memory.bytes.slice(buffer + from, buffer + to);
}

export type FieldMap = ReadonlyMap<string, ContextField>;

export function fieldMap(fields: readonly ContextField[]): FieldMap {
  return new Map(fields.map((field) => [field.name, field]));
}

/** Reads the values of a context given by name; raises for unknown names and values that do not fit. */
export function contextInput(
  struct: string,
  fields: FieldMap,
  values: ContextValues,
): ReadonlyMap<string, readonly bigint[]> {
  const result = new Map<string, readonly bigint[]>();
  for (const [name, value] of Object.entries(values)) {
    const field = fields.get(name);
    if (field === undefined) {
      const known = [...fields.keys()].join(', ');
      raise('unknown-context-field', `${struct} has no field ${name}`, undefined, `Its fields are ${known}.`);
    }
    const list = (typeof value === 'object' ? value : [value]).map((item) =>
      contextNumber(name, field, item),
    );
    if (list.length > field.count)
      raise('bad-context', `${name} of ${struct} has ${field.count} elements, not ${list.length}`);
    result.set(name, list);
  }
  return result;
}

function contextNumber(name: string, field: ContextField, value: number | bigint): bigint {
  const fits =
    (typeof value === 'bigint' || Number.isSafeInteger(value)) &&
    value >= 0 &&
    BigInt(value) < 1n << BigInt(8 * field.size);
  if (!fits) raise('bad-context', `${name}: ${value} does not fit ${field.size} unsigned bytes`);
  return BigInt(value);
}

/** Value of one element as contexts are given: a number where it fits 53 bits. */
export function plainNumber(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

export function readField(view: DataView, base: number, field: ContextField, element = 0): bigint {
  const at = base + field.offset + element * field.size;
  switch (field.size) {
    case 1:
      return BigInt(view.getUint8(at));
    case 2:
      return BigInt(view.getUint16(at, true));
    case 4:
      return BigInt(view.getUint32(at, true));
    default:
      return view.getBigUint64(at, true);
  }
}

export function writeField(
  view: DataView,
  base: number,
  field: ContextField,
  value: bigint,
  element = 0,
): void {
  storeSized(view, base + field.offset + element * field.size, field.size, value);
}

/** Stores the low `size` bytes of `value`. */
export function storeSized(view: DataView, at: number, size: number, value: bigint): void {
  if (size === 8) view.setBigUint64(at, BigInt.asUintN(64, value), true);
  else if (size === 4) view.setUint32(at, Number(BigInt.asUintN(32, value)), true);
  else if (size === 2) view.setUint16(at, Number(BigInt.asUintN(16, value)), true);
  else view.setUint8(at, Number(BigInt.asUintN(8, value)));
}

/** The values of fields, arrays as arrays. */
export function readFields(view: DataView, base: number, fields: readonly ContextField[]): ContextValues {
  const values: Record<string, number | bigint | readonly number[]> = {};
  for (const field of fields) {
    values[field.name] =
      field.count === 1
        ? plainNumber(readField(view, base, field))
        : Array.from({ length: field.count }, (_, i) => Number(readField(view, base, field, i)));
  }
  return values;
}
