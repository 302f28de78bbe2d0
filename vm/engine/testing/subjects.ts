import { expectOk } from '../../base/problem.ts';
import { defaultEnvironment } from '../../environment/environment.ts';
import { loop } from '../../helpers/loop.ts';
import { outcome, type Helper, type HelperTable } from '../../machine/helper.ts';
import { state } from '../../machine/layout.ts';
import { Machine } from '../../machine/machine.ts';
import { codeProgram, mapDefinition } from '../../maps/testing.ts';
import { createMap } from '../../maps/registry.ts';
import { mapFlag, mapType } from '../../maps/flags.ts';
import type { LinkedFunction, LinkedMap, LinkedProgram } from '../../object/linked-program.ts';
import type { FunctionSymbol } from '../../object/program-object.ts';
import { bareProgram } from '../../object/bare-program.ts';
import type { RunInput } from '../../programs/family.ts';
import { Engine, type EngineOptions } from '../engine.ts';
import type { StopReason, StopRequest } from '../interpreter/interpreter.ts';
import { VirtualMachine } from '../virtual-machine.ts';
import type { WatchHit, WatchRange } from '../watches.ts';
import type { Random } from './random.ts';
import { randomProgram, type ProgramSurroundings } from './random-program.ts';
import { prologueOf, statementsOf, type MachineParts } from './random-statements.ts';

/** A machine that stands at cycle 0 of a run. */
export interface Subject {
  readonly machine: Machine;
  run(cycles: number, stop: StopRequest): StopReason;
  setBreakpoints(slots: Iterable<number>): void;
  passBreakpoint(): void;
  setWatches(ranges: Iterable<WatchRange>): void;
  readonly watchHits: readonly WatchHit[];
  /** Gives what puts the machine back to where it is now. */
  remember(): () => void;
}

/** A program with its surroundings: makes machines that run it, all alike but for their engines. */
export interface FuzzProgram {
  readonly name: string;
  /** Linked code; replaced by others to find what matters of it. */
  readonly code: Uint8Array;
  make(options: EngineOptions, code?: Uint8Array): Subject;
}

// Bare programs: no program type, helpers of their own.

const regionSize = 64;
const dataSize = 120;

/** Answers with a number of everything it could read. */
const mixing: Helper = {
  id: 5,
  name: 'mixing',
  call: (machine) => {
    let sum = BigInt(machine.cycle) * 3n;
    for (let i = 1; i <= 5; i++) sum = (sum * 31n) ^ machine.register(i);
    return machine.answer(BigInt.asUintN(64, sum));
  },
};
const faulting: Helper = {
  id: 6,
  name: 'faulting',
  call: (machine) =>
    (machine.register(1) & 0xffn) === 3n
      ? machine.fail({ kind: 'helper-argument', message: 'r1 is not to my liking' })
      : machine.answer(7),
};
/** Goes on two instructions later. */
const jumping: Helper = {
  id: 7,
  name: 'jumping',
  call: (machine) => {
    const { view } = machine.memory;
    const next = machine.slot + 1;
    if (next + 1 >= machine.program.code.length / 8 - 2) return machine.answer(1);
    machine.answer(2);
    view.setUint32(state.ip, machine.code.ipOfSlot(next), true);
    return outcome.reload;
  },
};

const helpers = new Map([mixing, faulting, jumping, loop].map((helper) => [helper.id, helper]));
const helperTable: HelperTable = { helpers, nameOf: (id) => helpers.get(id)?.name };

const bareSurroundings: ProgramSurroundings = findSurroundings();

function findSurroundings(): ProgramSurroundings {
  // Regions are numbered in the order of their making: packet, code, frames, the map, its values, then the test region.
  const machine = new Machine(codeProgram(), defaultEnvironment, helperTable);
  const first = machine.regions.count;
  const address = (id: number): bigint => (BigInt(id) << 32n) + 0x10000n;
  return {
    region: address(first + 2),
    data: address(first + 1),
    dataSize,
    helpers: [5, 5, 5, 5, 6, 7],
    loopHelper: loop.id,
  };
}

interface Limits {
  readonly readLimit: number;
  readonly writeLimit: number;
  readonly slotSize?: number;
}

function randomLimits(random: Random): Limits {
  const slots = random.chance(10) ? { slotSize: 32 } : {};
  const readLimit = Math.min(
    random.chance(90) ? regionSize : random.below(regionSize),
    slots.slotSize === undefined ? regionSize : 28,
  );
  return { readLimit, writeLimit: random.chance(94) ? readLimit : 0, ...slots };
}

export function bareFuzzProgram(random: Random): FuzzProgram {
  const { code, functions } = randomProgram(random, bareSurroundings);
  const limits = randomLimits(random);
  return {
    name: 'bare',
    code,
    make: (options, other = code) => {
      const machine = new Machine(codeProgram(other, functions), defaultEnvironment, helperTable);
      const definition = mapDefinition(mapType.ARRAY, { valueSize: dataSize, maxEntries: 1 });
      const linked = { name: 'data', definition, data: new Uint8Array(dataSize).map((_, i) => i * 7) };
      machine.maps.push(expectOk(createMap(machine, linked, 0)));
      const base = machine.memory.allocate(regionSize);
      const region = machine.regions.add({ kind: 'memory', base, size: regionSize, ...limits });
      machine.memory.bytes.fill(0x5a, base, base + regionSize);
      if (machine.regions.addressOf(region) !== bareSurroundings.region)
        throw new Error('the test region has moved');
      const engine = new Engine(machine, options);
      const entry = machine.code.ipOfSlot(0);
      machine.memory.view.setUint32(state.ip, entry, true);
      machine.frames.reset(entry);
      machine.runState = 'running';
      return new BareSubject(machine, engine);
    },
  };
}

class BareSubject implements Subject {
  readonly machine: Machine;
  readonly #engine: Engine;

  constructor(machine: Machine, engine: Engine) {
    this.machine = machine;
    this.#engine = engine;
  }

  run(cycles: number, stop: StopRequest): StopReason {
    const reason = this.#engine.run(cycles, stop);
    // As VirtualMachine.run: what a run was asked for is no state.
    const { machine } = this;
    const { view } = machine.memory;
    machine.beginSlice(machine.cycle, 0);
    view.setInt32(state.stopAfterExit, -1, true);
    view.setInt32(state.stopAtDepth, -1, true);
    view.setUint32(state.passBreakpoint, 0, true);
    return reason;
  }

  setBreakpoints(slots: Iterable<number>): void {
    this.#engine.setBreakpoints(slots);
  }

  passBreakpoint(): void {
    this.#engine.passBreakpoint();
  }

  setWatches(ranges: Iterable<WatchRange>): void {
    this.#engine.setWatches(ranges);
  }

  get watchHits(): readonly WatchHit[] {
    return this.#engine.watchHits;
  }

  remember(): () => void {
    const { machine } = this;
    const saved = machine.memory.save();
    return () => {
      this.setBreakpoints([]);
      machine.memory.restore(saved);
      machine.outputs.length = machine.memory.view.getUint32(state.outputs, true);
      machine.fault = undefined;
    };
  }
}

// Programs of a type, with maps and the machine's helpers.

const valueSize = 48;
const seededMaps = [2, 3, 4, 5, 6, 7] as const;
const maps: readonly LinkedMap[] = [
  mapDefinition(mapType.ARRAY, { name: 'data', valueSize: dataSize, maxEntries: 1 }),
  mapDefinition(mapType.ARRAY, { name: 'context', valueSize: 8, maxEntries: 1 }),
  mapDefinition(mapType.ARRAY, { name: 'array', valueSize, maxEntries: 5 }),
  mapDefinition(mapType.HASH, { name: 'hash', valueSize, maxEntries: 6 }),
  mapDefinition(mapType.LRU_HASH, { name: 'lru', valueSize, maxEntries: 5 }),
  mapDefinition(mapType.PERCPU_ARRAY, { name: 'percpu_array', valueSize, maxEntries: 4 }),
  mapDefinition(mapType.PERCPU_HASH, { name: 'percpu_hash', valueSize, maxEntries: 6 }),
  mapDefinition(mapType.LRU_PERCPU_HASH, { name: 'lru_percpu', valueSize, maxEntries: 5 }),
  mapDefinition(mapType.HASH, {
    name: 'wide',
    keySize: 8,
    valueSize: 16,
    maxEntries: 200,
    flags: mapFlag.NO_PREALLOC,
  }),
  mapDefinition(mapType.ARRAY, { name: 'long', valueSize: 8, maxEntries: 70 }),
  mapDefinition(mapType.ARRAY, { name: 'odd', valueSize: 13, maxEntries: 3, flags: mapFlag.MMAPABLE }),
].map((definition) => ({
  name: definition.name,
  definition,
  data: definition.name === 'data' ? new Uint8Array(dataSize).map((_, i) => i * 7) : undefined,
}));

const parts: Omit<MachineParts, 'type'> = {
  contextMap: 1,
  maps: [2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 9, 10],
  perCpuMaps: [5, 6, 7],
  wideMap: 8,
};

function typedProgram(code: Uint8Array, starts: readonly number[], type: 'xdp' | 'tc'): LinkedProgram {
  const functions = starts.map((firstSlot, i): LinkedFunction => ({
    name: `f${i}`,
    section: 1,
    sectionName: type,
    offset: firstSlot * 8,
    size: 8,
    global: i === 0,
    btfId: undefined,
    firstSlot,
    slots: 1,
  }));
  return { ...bareProgram(code, type, functions), maps };
}

function typedMachine(program: LinkedProgram, options: EngineOptions, packet: Uint8Array): VirtualMachine {
  const vm = expectOk(VirtualMachine.create(program, defaultEnvironment, options));
  for (const index of seededMaps) {
    const map = vm.machine.maps[index];
    for (let key = 0; key < 3; key++) {
      const values = Array.from(
        { length: map?.typeName.includes('PERCPU') === true ? defaultEnvironment.cpus : 1 },
        (_, cpu) => new Uint8Array(valueSize).map((_, i) => i * 3 + key + cpu),
      );
      map?.userUpdate(Uint8Array.of(key, 0, 0, 0), values);
    }
  }
  const [entry] = program.functions;
  if (entry === undefined) throw new Error('the program has no function');
  expectOk(vm.startRun(entry, { dataIn: packet }));
  return vm;
}

const emptyCode = new Uint8Array(16).fill(0x95, 8, 9).fill(0xb7, 0, 1);

/** Addresses in a machine of the maps above: the same in all. */
const typedSurroundings = ((): Omit<ProgramSurroundings, 'statements' | 'prologue'> => {
  const { machine } = typedMachine(typedProgram(emptyCode, [0], 'xdp'), {}, new Uint8Array(64));
  const [data, , array] = machine.maps;
  if (data?.valueBase === undefined || array === undefined) throw new Error('no global data');
  const scratch = machine.memory.allocate(16);
  return {
    region: BigInt(array.lookup(scratch, 0)),
    data: data.valueBase,
    dataSize,
    helpers: [5, 7, 8],
    loopHelper: loop.id,
  };
})();

export interface MachineProgram extends FuzzProgram {
  makeMachine(options: EngineOptions, code?: Uint8Array): VirtualMachine;
}

export function typedFuzzProgram(random: Random): MachineProgram {
  const type = random.pick(['xdp', 'tc'] as const);
  const all: MachineParts = { ...parts, type };
  const surroundings = {
    ...typedSurroundings,
    statements: statementsOf(all),
    prologue: prologueOf(all),
  };
  const { code, functions } = randomProgram(random, surroundings);
  const packet = new Uint8Array(random.pick([14, 40, 60, 64, 64, 128, 128])).map(() => random.below(256));
  const makeMachine = (options: EngineOptions, other = code): VirtualMachine =>
    typedMachine(typedProgram(other, functions, type), options, packet);
  return {
    name: type,
    code,
    makeMachine,
    make: (options, other) => machineSubject(makeMachine(options, other)),
  };
}

/** A program of an object. */
export function linkedFuzzProgram(
  name: string,
  program: LinkedProgram,
  entry: FunctionSymbol,
  input: RunInput,
): MachineProgram {
  const makeMachine = (options: EngineOptions, code = program.code): VirtualMachine => {
    const vm = expectOk(VirtualMachine.create({ ...program, code }, defaultEnvironment, options));
    expectOk(vm.startRun(entry, input));
    return vm;
  };
  return {
    name,
    code: program.code,
    makeMachine,
    make: (options, code) => machineSubject(makeMachine(options, code)),
  };
}

function machineSubject(vm: VirtualMachine): Subject {
  return {
    machine: vm.machine,
    run: (cycles, stop) => vm.run(cycles, stop),
    setBreakpoints: (slots) => {
      vm.setBreakpoints(slots);
    },
    passBreakpoint: () => {
      vm.passBreakpoint();
    },
    setWatches: (ranges) => {
      vm.setWatches(ranges);
    },
    get watchHits() {
      return vm.watchHits;
    },
    remember: () => {
      const saved = vm.save();
      return () => {
        vm.restore(saved);
      };
    },
  };
}
