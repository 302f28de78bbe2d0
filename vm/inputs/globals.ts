import type { KernelMap } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { DataVariable } from '../object/program-object.ts';
import { valueMemory } from './bpftool-json.ts';
import { memberPath, membersOf, wrong } from './checked.ts';
import type { JsonValue } from './json.ts';
import { formatValue } from './typed-print.ts';
import { valueFromJson, type NamedBytes } from './typed-value.ts';

/** A global variable: its map and where it lies in the map's only value. */
export interface GlobalVariable {
  readonly map: KernelMap;
  readonly variable: DataVariable;
}

/** Variables of all data sections by name; of several static ones of one name, the first. */
export function findGlobal(machine: Machine, name: string): GlobalVariable | undefined {
  const { object } = machine.program;
  for (const section of object.dataSections) {
    const variable = section.variables.find((candidate) => candidate.name === name);
    const map = machine.maps.find(
      (candidate) => candidate.name === section.name && candidate.linked.data !== undefined,
    );
    if (variable !== undefined && map !== undefined) return { map, variable };
  }
  return undefined;
}

export interface GlobalValue extends GlobalVariable {
  readonly path: string;
  readonly value: NamedBytes;
}

/** `{ "threshold": 10 }`, typed by BTF. Raises `bad-scenario`. */
export function readGlobals(machine: Machine, json: unknown, path: string): GlobalValue[] {
  return Object.entries(membersOf(json, path)).map(([name, value]) => {
    const at = memberPath(path, name);
    const found = findGlobal(machine, name);
    if (found === undefined) wrong(at, 'there is no such global variable', knownNames(machine));
    const { btf } = machine.program.object;
    const { typeId, size } = found.variable;
    const type = btf === undefined || typeId === undefined ? undefined : { btf, typeId };
    return { ...found, path: at, value: valueFromJson(value, size, type, at) };
  });
}

function knownNames(machine: Machine): string {
  const names = machine.program.object.dataSections.flatMap(({ variables }) =>
    variables.map(({ name }) => name),
  );
  return names.length === 0 ? 'The object has none.' : `There are ${names.slice(0, 30).join(', ')}.`;
}

/** Memory of a variable; writing to it sets the variable. */
export function globalMemory(machine: Machine, { map, variable }: GlobalVariable): Uint8Array {
  const address = map.elements(0, 1)[0]?.valueAddresses[0];
  if (address === undefined) throw new Error(`${map.name} has no value`);
  return valueMemory(machine, map, address).subarray(variable.offset, variable.offset + variable.size);
}

/** Sets what the JSON names and leaves the rest of a struct as it is. */
export function storeGlobals(machine: Machine, globals: readonly GlobalValue[]): void {
  for (const global of globals) {
    const memory = globalMemory(machine, global);
    const { bytes, mask } = global.value;
    bytes.forEach((byte, i) => (memory[i] = ((memory[i] ?? 0) & ~(mask[i] ?? 0)) | byte));
  }
}

/** The value as text for people; raw bytes where BTF gives no type. */
export function printGlobal(machine: Machine, global: GlobalVariable): JsonValue {
  const { btf } = machine.program.object;
  const bytes = globalMemory(machine, global);
  const { typeId } = global.variable;
  return btf === undefined || typeId === undefined ? Array.from(bytes) : formatValue(btf, typeId, bytes);
}
