import type { KernelMap } from '../machine/kernel-map.ts';
import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { regionRow } from '../memory/regions.ts';
import { specialFieldsOf } from '../maps/special-fields.ts';
import { slotSizeOf } from '../maps/element-store.ts';
import { typeName } from './arguments.ts';

/** Fields of map values that are the kernel's own, as arguments of helpers. */

/** Where such a field is. */
export interface MapField {
  readonly map: KernelMap;
  /** Linear offset of the field. */
  readonly linear: number;
  /** Machine addresses of the field and of its value. */
  readonly address: number;
  readonly value: number;
}

/**
 * The field of struct `name` that `register` points to; undefined with a fault in the words of
 * check_map_field_pointer (kernel/bpf/verifier.c).
 */
export function mapFieldArgument(machine: Machine, register: number, name: string): MapField | undefined {
  const address = machine.register(register);
  const place = machine.regions.locate(address);
  const map = place?.region.kind === 'map_value' ? machine.maps[place.region.owner] : undefined;
  if (place === undefined || map === undefined || !(place.offset >= 0 && place.offset < place.region.size)) {
    const message = `R${register} type=${typeName(machine, address)} expected=map_value`;
    machine.fail({ kind: address === 0n ? 'null-pointer' : 'helper-argument', message });
    return undefined;
  }
  const offset = offsetInValue(machine, map, place.region.id, place.offset);
  const problem = fieldProblem(machine, map, name, offset);
  if (problem !== undefined) {
    machine.fail({ kind: 'refused-by-kernel', message: problem });
    return undefined;
  }
  const linear = place.region.base + place.offset;
  return { map, linear, address: Number(address), value: Number(address) - offset };
}

/** Offset of a byte of the map's values in its own value. */
export function offsetInValue(machine: Machine, map: KernelMap, region: number, offset: number): number {
  const mask = machine.memory.view.getUint32(machine.regions.rowOf(region) + regionRow.slotMask, true);
  if (mask !== 0xffffffff) return (offset & mask) >>> 0;
  const { layout } = map;
  return layout?.kind === 'array'
    ? offset % layout.elementSize
    : offset % slotSizeOf(map.linked.definition.valueSize);
}

function fieldProblem(machine: Machine, map: KernelMap, name: string, offset: number): string | undefined {
  const { definition } = map.linked;
  if (machine.program.object.btf === undefined || definition.valueTypeId === undefined)
    return `map '${map.name}' has to have BTF in order to use ${name}`;
  const fields = specialFieldsOf(machine, map).filter((field) => field.name === name);
  const [first] = fields;
  if (first === undefined) return `map '${map.name}' has no valid ${name}`;
  if (fields.some((field) => field.offset === offset)) return undefined;
  return `off ${offset} doesn't point to 'struct ${name}' that is at ${first.offset}`;
}

/** Addresses of what the kernel gives the callback of a timer or work queue: its key is before the value, an array's has to be made. */
export function keyOfValue(
  map: KernelMap,
  value: number,
): { readonly index: number } | { readonly address: number } {
  const { layout } = map;
  if (layout === undefined) throw new Error(`${map.name} has values whose place nobody knows`);
  const number = Math.floor(
    (value - (layout.kind === 'array' ? layout.address : layout.valueAddress)) / layout.elementSize,
  );
  return layout.kind === 'array'
    ? { index: number }
    : { address: layout.keyAddress + number * layout.keySlot };
}

/** Puts a machine address into a register. */
export function setAddress(machine: Machine, register: number, address: number): void {
  const { view } = machine.memory;
  view.setUint32(state.registers + 8 * register, address >>> 0, true);
  view.setUint32(state.registers + 8 * register + 4, Math.floor(address / 0x1_0000_0000), true);
}
