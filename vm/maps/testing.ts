import { expectOk } from '../base/problem.ts';
import { defaultEnvironment, type Environment } from '../environment/environment.ts';
import type { HelperTable } from '../machine/helper.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import { Machine } from '../machine/machine.ts';
import { bareProgram } from '../object/bare-program.ts';
import { unsetFields } from '../object/map-definitions.ts';
import type { LinkedMap, LinkedProgram } from '../object/linked-program.ts';
import type { MapDefinition } from '../object/program-object.ts';
import { createMap } from './registry.ts';

/** For tests: machines with maps and without a program, or with bare code. */

export function mapDefinition(type: number, rest: Partial<MapDefinition> = {}): MapDefinition {
  return {
    ...unsetFields,
    name: 'm',
    type,
    keySize: 4,
    valueSize: 8,
    maxEntries: 16,
    ...rest,
  };
}

/** A program of `code` whose functions start at the slots given. */
export function codeProgram(
  code: Uint8Array = new Uint8Array(8),
  functions: readonly number[] = [],
): LinkedProgram {
  const symbol = { section: 1, sectionName: 'test', size: 8, global: false, btfId: undefined };
  const linked = functions.map((firstSlot) => ({
    ...symbol,
    name: `f${firstSlot}`,
    offset: firstSlot * 8,
    firstSlot,
    slots: 1,
  }));
  return bareProgram(code, 'test', linked);
}

const noHelpers: HelperTable = { helpers: new Map(), nameOf: () => undefined };

export interface MachineOptions {
  readonly environment?: Partial<Environment>;
  readonly program?: LinkedProgram;
  readonly helpers?: HelperTable;
}

export function testMachine(options: MachineOptions = {}): Machine {
  const environment = { ...defaultEnvironment, ...options.environment };
  return new Machine(options.program ?? codeProgram(), environment, options.helpers ?? noHelpers);
}

export function addMap(machine: Machine, definition: MapDefinition, data?: Uint8Array): KernelMap {
  const linked: LinkedMap = { name: definition.name, definition, data };
  const map = expectOk(createMap(machine, linked, machine.maps.length));
  machine.maps.push(map);
  return map;
}

/** Calls of a map with numbers in place of linear offsets: keys of 4 bytes, values of 8. */
export class NumberedMap {
  readonly machine: Machine;
  readonly map: KernelMap;
  readonly #scratch: number;

  constructor(map: KernelMap, machine: Machine) {
    this.map = map;
    this.machine = machine;
    this.#scratch = machine.memory.allocate(16);
  }

  static of(definition: MapDefinition, options: MachineOptions = {}): NumberedMap {
    const machine = testMachine(options);
    return new NumberedMap(addMap(machine, definition), machine);
  }

  update(key: number, value: number, flags = 0n, cpu = 0): number {
    const { view } = this.machine.memory;
    view.setUint32(this.#scratch, key, true);
    view.setBigUint64(this.#scratch + 8, BigInt(value), true);
    return this.map.update(this.#scratch, this.#scratch + 8, flags, cpu);
  }

  remove(key: number): number {
    this.machine.memory.view.setUint32(this.#scratch, key, true);
    return this.map.remove(this.#scratch);
  }

  /** Address of the value, as a program on `cpu` gets it. */
  lookup(key: number, cpu = 0): number {
    this.machine.memory.view.setUint32(this.#scratch, key, true);
    return this.map.lookup(this.#scratch, cpu);
  }

  /** The value, undefined where there is none. */
  value(key: number, cpu = 0): number | undefined {
    const address = this.lookup(key, cpu);
    return address === 0 ? undefined : this.read(BigInt(address), 8);
  }

  read(address: bigint, size: number): number {
    const { memory, regions } = this.machine;
    const at = regions.resolve(address, size, 'read');
    if (at === undefined) throw new Error(`0x${address.toString(16)} cannot be read`);
    return size === 4 ? memory.view.getUint32(at, true) : Number(memory.view.getBigUint64(at, true));
  }

  /** Keys in the order of BPF_MAP_GET_NEXT_KEY. */
  keys(): number[] {
    return this.map
      .elements(0, this.map.count())
      .map(({ key }) => new DataView(key.buffer, key.byteOffset).getUint32(0, true));
  }
}
