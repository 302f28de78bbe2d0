import { readFileSync } from 'node:fs';
import { fromHex, readUnsigned, toHex, writeInteger } from '../../vm/base/bytes.ts';
import { expectOk } from '../../vm/base/problem.ts';
import type { EngineOptions } from '../../vm/engine/engine.ts';
import { VirtualMachine } from '../../vm/engine/virtual-machine.ts';
import { defaultEnvironment, type Environment } from '../../vm/environment/environment.ts';
import type { Fault } from '../../vm/machine/fault.ts';
import type { KernelMap } from '../../vm/machine/kernel-map.ts';
import { ProgArrayMap } from '../../vm/maps/prog-array.ts';
import { link } from '../../vm/object/link/link.ts';
import { readObject } from '../../vm/object/read-object.ts';
import { selectProgram } from '../../vm/object/select-program.ts';

/** What a run left: numbers of globals, lists of globals, keys as numbers and values as hex of the map. */
export type Observed = Readonly<Record<string, unknown>>;

/** The kernel's verifier refused the program with this errno. */
export interface Refusal {
  readonly refused: number;
  readonly verifier: string;
}

/** A line of recorded/*.jsonl: a program, its inputs, and what Linux 6.18 on two CPUs made of it. */
export interface RecordedCase {
  readonly name: string;
  /** sources/NAME.bpf.c, compiled with `defines`. */
  readonly source: string;
  readonly program: string;
  readonly defines: Readonly<Record<string, string>>;
  /**
   * Elements put in before the run: map, key and value in hex; per-CPU values of both CPUs, 8 bytes each; in a
   * PROG_ARRAY the name of a program.
   */
  readonly sets: readonly (readonly [map: string, key: string, value: string])[];
  readonly globals: Readonly<Record<string, number>>;
  /** Time that passes after the run, before anything is looked at. */
  readonly advanceNs?: number;
  /** Two where two runs on the kernel gave different results. */
  readonly runs: readonly (Observed | Refusal)[];
}

/** The frame that all recorded runs got. */
export const packet = fromHex(
  '00000000000000000000000008004500007b0000000000060000000000000000' + '0'.repeat(32) + '5000000000007b00',
)!;
const folder = new URL('.', import.meta.url);
const mostCycles = 2 ** 28;

export function readCases(file: string): RecordedCase[] {
  const text = readFileSync(new URL(`recorded/${file}`, folder), 'utf8');
  // The file is ours, written in this form.
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedCase);
}

export function isRefusal(run: Observed | Refusal): run is Refusal {
  return 'refused' in run;
}

export interface CaseResult {
  readonly fault: Fault | undefined;
  readonly observed: Observed;
}

/** Loads and runs a case on the machine; `like` names the fields to read back. */
export function runCase(
  recorded: RecordedCase,
  like: Observed,
  environment: Partial<Environment> = {},
  engine: EngineOptions = {},
): CaseResult {
  const own = Object.keys(recorded.defines).length > 0;
  const file = `${own ? recorded.name : recorded.source}.bpf.o`;
  const object = expectOk(readObject(readFileSync(new URL(`objects/${file}`, folder)), file));
  const machine = expectOk(
    VirtualMachine.create(expectOk(link(object)), { ...defaultEnvironment, ...environment }, engine),
  );
  const world = new World(machine);
  for (const [map, key, value] of recorded.sets) world.set(map, key, value);
  for (const [name, value] of Object.entries(recorded.globals)) world.setGlobal(name, value);
  expectOk(machine.startRun(expectOk(selectProgram(object, recorded.program)), { dataIn: packet }));
  machine.run(mostCycles);
  const { fault, retval } = machine.result();
  const late = fault ?? passTime(machine, recorded.advanceNs ?? 0);
  return { fault: late, observed: { ...world.read(like), ...('retval' in like ? { retval } : {}) } };
}

/** Runs the callbacks that come due; the fault that one of them ends with. */
function passTime(vm: VirtualMachine, nanoseconds: number): Fault | undefined {
  if (nanoseconds === 0) return undefined;
  vm.advance(BigInt(nanoseconds));
  while (expectOk(vm.startDueRun())) {
    vm.run(mostCycles);
    const { fault } = vm.result();
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Maps and globals of a machine, in the form of the recordings. */
class World {
  readonly #vm: VirtualMachine;

  constructor(vm: VirtualMachine) {
    this.#vm = vm;
  }

  set(name: string, key: string, value: string): void {
    const map = this.#map(name);
    const program = map instanceof ProgArrayMap ? map.idOf(value) : undefined;
    const bytes = program === undefined ? fromHex(value)! : writeInteger(BigInt(program), 4);
    const size = map.linked.definition.valueSize;
    const stride = map.typeName.includes('PERCPU') ? Math.ceil(size / 8) * 8 : bytes.length;
    const values = Array.from({ length: bytes.length / stride }, (_, i) =>
      bytes.subarray(i * stride, i * stride + size),
    );
    const result = map.userUpdate(fromHex(key)!, values);
    if (result !== 0) throw new Error(`cannot set ${key} in ${name}: ${result}`);
  }

  setGlobal(name: string, value: number): void {
    const { linear, size } = this.#global(name);
    this.#vm.machine.memory.bytes.set(writeInteger(BigInt(value), size), linear);
  }

  read(like: Observed): Observed {
    const found: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(like)) {
      if (value === null || name === 'retval') continue;
      if (name === 'mkeys') found[name] = this.#keys('m');
      else if (name === 'mvals') found[name] = this.#values('m');
      else if (name === 'maps') found[name] = this.#allMaps(Object.keys(value as object));
      else found[name] = Array.isArray(value) ? this.#list(name, value.length) : this.#number(name);
    }
    return found;
  }

  #map(name: string): KernelMap {
    return this.#vm.machine.maps.find((map) => map.name === name)!;
  }

  #keys(name: string): number[] {
    const map = this.#map(name);
    return map.elements(0, map.count()).map(({ key }) => Number(readUnsigned(key)));
  }

  #values(name: string): string[] {
    const { machine } = this.#vm;
    const map = this.#map(name);
    const size = map.linked.definition.valueSize;
    return map.elements(0, map.count()).map(({ valueAddresses }) =>
      valueAddresses
        .map((address) => {
          const { linear } = machine.regions.peek(address)!;
          return toHex(machine.memory.bytes.subarray(linear, linear + size));
        })
        .join(''),
    );
  }

  #allMaps(names: readonly string[]): Record<string, [string, string][]> {
    return Object.fromEntries(
      names.map((name) => {
        const map = this.#map(name);
        const keys = map.elements(0, map.count()).map(({ key }) => toHex(key));
        const values = this.#values(name);
        return [name, keys.map((key, i): [string, string] => [key, values[i]!])];
      }),
    );
  }

  #global(name: string): { readonly linear: number; readonly size: number } {
    const { machine } = this.#vm;
    for (const section of machine.program.object.dataSections) {
      const variable = section.variables.find((one) => one.name === name);
      if (variable === undefined) continue;
      const [address] = this.#map(section.name).find(new Uint8Array(4))!.valueAddresses;
      return { linear: machine.regions.peek(address!)!.linear + variable.offset, size: variable.size };
    }
    throw new Error(`the program has no global ${name}`);
  }

  /** Signed for s64 globals, as the recordings have them: these are named here. */
  #number(name: string): number {
    const { linear, size } = this.#global(name);
    return this.#read(linear, size, /^(ret|ret2|x0|x1|x2)$/.test(name));
  }

  #list(name: string, length: number): number[] {
    const { linear } = this.#global(name);
    return Array.from({ length }, (_, i) => this.#read(linear + 8 * i, 8, name === 'aux'));
  }

  #read(linear: number, size: number, signed: boolean): number {
    const value = readUnsigned(this.#vm.machine.memory.bytes.subarray(linear, linear + size));
    return Number(signed ? BigInt.asIntN(size * 8, value) : value);
  }
}
