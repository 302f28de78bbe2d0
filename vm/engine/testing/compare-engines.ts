import { expectOk } from '../../base/problem.ts';
import { defaultEnvironment } from '../../environment/environment.ts';
import { loop } from '../../helpers/loop.ts';
import { outcome, type Helper, type HelperTable } from '../../machine/helper.ts';
import { frames, heap, state } from '../../machine/layout.ts';
import { Machine } from '../../machine/machine.ts';
import { codeProgram, mapDefinition } from '../../maps/testing.ts';
import { createMap } from '../../maps/registry.ts';
import { mapType } from '../../maps/flags.ts';
import { Engine, type EngineOptions } from '../engine.ts';
import { Interpreter, type StopReason, type StopRequest } from '../interpreter/interpreter.ts';
import type { Random } from './random.ts';
import { randomProgram, type ProgramSurroundings, type RandomProgram } from './random-program.ts';

/** Runs one program on the engine and on the interpreter alone, and says where they differ. */

interface Runner {
  run(cycles: number, stop: StopRequest): StopReason;
  setBreakpoints(slots: Iterable<number>): void;
  passBreakpoint(): void;
}

interface Subject {
  readonly machine: Machine;
  readonly runner: Runner;
  /** Linear offsets and sizes of memory outside of the fixed layout that programs write. */
  readonly memory: readonly { readonly base: number; readonly size: number }[];
}

const regionSize = 64;
const dataSize = 120;

/** Answers, faults, and moves memory permissions, as real ones do. */
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

function prepare({ code, functions }: RandomProgram, limits: Limits): Omit<Subject, 'runner'> {
  const machine = new Machine(codeProgram(code, functions), defaultEnvironment, helperTable);
  const definition = mapDefinition(mapType.ARRAY, { valueSize: dataSize, maxEntries: 1 });
  const linked = { name: 'data', definition, data: new Uint8Array(dataSize).map((_, i) => i * 7) };
  machine.maps.push(expectOk(createMap(machine, linked, 0)));
  const base = machine.memory.allocate(regionSize);
  const region = machine.regions.add({ kind: 'memory', base, size: regionSize, ...limits });
  machine.memory.bytes.fill(0x5a, base, base + regionSize);
  const data = machine.regions.locate(machine.maps[0]?.valueBase ?? 0n)?.region.base ?? 0;
  if (machine.regions.addressOf(region) !== surroundings.region) throw new Error('the test region has moved');
  return {
    machine,
    memory: [
      { base, size: regionSize },
      { base: data, size: dataSize },
    ],
  };
}

interface Limits {
  readonly readLimit: number;
  readonly writeLimit: number;
  readonly slotSize?: number;
}

const surroundings: ProgramSurroundings = findSurroundings();

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

function start({ machine }: { readonly machine: Machine }): void {
  const entry = machine.code.ipOfSlot(0);
  machine.memory.view.setUint32(state.ip, entry, true);
  machine.frames.reset(entry);
  machine.runState = 'running';
}

/** Everything a run leaves, for comparison; tables of the compiler and decoded code aside. */
function snapshot({ machine, memory }: Omit<Subject, 'runner'>): Record<string, unknown> {
  const { bytes } = machine.memory;
  const hash = (from: number, to: number): number => {
    let sum = 0x811c9dc5;
    for (let at = from; at < to; at++) sum = Math.imul(sum ^ (bytes[at] ?? 0), 0x01000193);
    return sum >>> 0;
  };
  return {
    registers: Array.from({ length: 11 }, (_, i) => machine.register(i).toString(16)),
    slot: machine.slot,
    cycle: machine.cycle,
    depth: machine.frames.depth,
    runState: machine.runState,
    fault: machine.fault,
    memory: memory.map(({ base, size }) => hash(base, base + size)),
    state: hash(state.run, state.allocator),
    // Frames, stacks, region table.
    fixed: hash(frames, heap - 0x70000),
  };
}

export interface Comparison {
  readonly cycles: number;
  readonly stops: number;
  readonly faulted: string | undefined;
}

/** Throws with the difference. */
export function compareEngines(random: Random, options: EngineOptions = {}): Comparison {
  const program = randomProgram(random, surroundings);
  const limits: Limits = {
    readLimit: random.chance(90) ? regionSize : random.below(regionSize),
    writeLimit: 0,
    ...(random.chance(10) ? { slotSize: 32 } : {}),
  };
  const readLimit = limits.slotSize === undefined ? limits.readLimit : Math.min(limits.readLimit, 28);
  const both = { ...limits, readLimit, writeLimit: random.chance(94) ? readLimit : 0 };
  const subjects = [
    (machine: Machine): Runner => new Interpreter(machine),
    (machine: Machine): Runner => new Engine(machine, { smallestRun: 1, warmUp: 0, ...options }),
  ].map((runner): Subject => {
    const prepared = prepare(program, both);
    start(prepared);
    return { ...prepared, runner: runner(prepared.machine) };
  });
  const [expected, actual] = subjects;
  if (expected === undefined || actual === undefined) throw new Error('two subjects');
  return follow(random, program, expected, actual);
}

function follow(random: Random, program: RandomProgram, expected: Subject, actual: Subject): Comparison {
  const slots = program.code.length / 8;
  const most = 200 + random.below(4000);
  let stops = 0;
  let breakpoints = 0;
  while (expected.machine.runState === 'running' && expected.machine.cycle < most) {
    if (random.chance(10)) {
      breakpoints = random.chance(40) ? 0 : 1 + random.below(3);
      const chosen = Array.from({ length: breakpoints }, () => random.below(slots));
      for (const { runner } of [expected, actual]) runner.setBreakpoints(chosen);
    }
    const pass = random.chance(90);
    const depth = expected.machine.frames.depth;
    const stop: StopRequest = {
      ...(random.chance(20) ? { afterExitOf: random.below(depth + 2) } : {}),
      ...(random.chance(20) ? { atDepth: random.below(depth + 1) } : {}),
    };
    const cycles = random.chance(20) ? random.below(4) : random.below(random.pick([60, 400, 3000]));
    const reasons = [expected, actual].map(({ runner }) => {
      if (pass) runner.passBreakpoint();
      return runner.run(cycles, stop);
    });
    stops++;
    const [left, right] = [expected, actual].map((subject) => JSON.stringify(snapshot(subject), replacer));
    if (reasons[0] !== reasons[1] || left !== right) {
      throw new Error(`after ${cycles} cycles: ${reasons.join(' / ')}\n${left}\n${right}`);
    }
    if (reasons[0] === 'breakpoint' && !pass && random.chance(30)) break;
  }
  const { machine } = expected;
  return { cycles: machine.cycle, stops, faulted: machine.fault?.kind };
}

function replacer(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString(16) : value;
}
