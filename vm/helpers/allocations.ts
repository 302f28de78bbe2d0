import type { Machine } from '../machine/machine.ts';
import { specialFieldsOf, specialFieldsOfType } from '../maps/special-fields.ts';
import type { SpecialField } from '../maps/value-layout.ts';
import { offsetInValue } from './map-fields.ts';

/** A map value or an object of the program's own, and where in it an address points. */
export interface Allocation {
  /** As the verifier calls it: `map 'slots'`, `local 'kptr'`. */
  readonly name: string;
  readonly address: bigint;
  readonly offset: number;
  /** Linear offset of what the address points at. */
  readonly linear: number;
  readonly fields: readonly SpecialField[];
  /** Objects only. */
  readonly typeId: number | undefined;
}

/** What an address points into, where that is a map value or an object. */
export function allocationAt(machine: Machine, address: bigint): Allocation | undefined {
  const place = machine.regions.locate(address);
  if (place === undefined || place.offset < 0 || place.offset >= place.region.size) return undefined;
  const linear = place.region.base + place.offset;
  const map = place.region.kind === 'map_value' ? machine.maps[place.region.owner] : undefined;
  if (map !== undefined) {
    const offset = offsetInValue(machine, map, place.region.id, place.offset);
    const fields = specialFieldsOf(machine, map);
    const name = `map '${map.name}'`;
    return { name, address: address - BigInt(offset), offset, linear, fields, typeId: undefined };
  }
  const object = machine.objects.at(address);
  if (object === undefined) return undefined;
  const fields = specialFieldsOfType(machine, object.typeId);
  const { offset, typeId } = object;
  return { name: `local 'kptr'`, address: object.address, offset, linear, fields, typeId };
}

/** The name of a struct of the program's BTF. */
export function structName(machine: Machine, typeId: number): string {
  const { btf } = machine.program.object;
  return btf?.has(typeId) === true ? btf.type(typeId).name : '';
}
