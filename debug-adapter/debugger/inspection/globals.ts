import type { KernelMap } from '../../../vm/machine/kernel-map.ts';
import { arenaOf } from '../../../vm/maps/arena-map.ts';
import type { DataSection, DataVariable } from '../../../vm/object/program-object.ts';
import { arrayOf, basic, sizeOf, untyped } from '../../debug-info/c-type.ts';
import { plus } from './describe-address.ts';
import type { Target } from './target.ts';
import type { Value } from './value.ts';

/** A data section with the map that holds it. */
export interface DataMap {
  readonly section: DataSection;
  readonly map: KernelMap;
  readonly address: bigint;
}

/** The maps of data sections come after those of `.maps`, in the order of the sections; then the arena's variables. */
export function dataMaps(target: Target): readonly DataMap[] {
  const { program, maps } = target.machine;
  const { dataSections, arenaData } = program.object;
  const arena = arenaOf(target.machine);
  const first = program.maps.length - dataSections.length;
  const found = dataSections.flatMap((section, i) => {
    const map = maps[first + i];
    const address = map?.elements(0, 1)[0]?.valueAddresses[0];
    return map === undefined || address === undefined ? [] : [{ section, map, address }];
  });
  if (arena === undefined || arenaData === undefined) return found;
  return [...found, { section: arenaData, map: arena, address: arena.start }];
}

export function variableValue(target: Target, { address }: DataMap, variable: DataVariable): Value {
  return {
    type: target.type(variable.typeId) ?? untyped(variable.size),
    storage: target.memory(address + BigInt(variable.offset)),
  };
}

/** All bytes of a section that names no variables (string literals). */
export function sectionValue(target: Target, { section, address }: DataMap): Value {
  const element = section.name.startsWith('.rodata.str') ? basic.char : basic.byte;
  return { type: arrayOf(element, section.bytes.length), storage: target.memory(address) };
}

/**
 * A global variable by name. In a function its static variables, which BTF calls `function.variable`, come first.
 */
export function globalNamed(target: Target, name: string, functionName?: string): Value | undefined {
  const names = functionName === undefined ? [name] : [`${functionName}.${name}`, name];
  const maps = dataMaps(target);
  for (const wanted of names) {
    for (const dataMap of maps) {
      const variable = dataMap.section.variables.find((candidate) => candidate.name === wanted);
      if (variable !== undefined) return variableValue(target, dataMap, variable);
    }
  }
  return undefined;
}

/** `threshold+4` for an offset in the map of a data section; undefined for other maps. */
export function globalAt(target: Target, map: KernelMap, offset: number): string | undefined {
  if (map.linked.data === undefined) return undefined;
  const section = dataMaps(target).find((candidate) => candidate.map === map)?.section;
  const variable = section?.variables.find((candidate) => {
    const size = sizeOf(target.type(candidate.typeId) ?? untyped(candidate.size)) ?? candidate.size;
    return offset >= candidate.offset && offset < candidate.offset + Math.max(size, 1);
  });
  if (variable === undefined) return plus(section?.name ?? map.name, offset);
  return plus(variable.name, offset - variable.offset);
}
