import { describe, expect, test } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { helperTable } from '../helpers/table.ts';
import { encodeAll, makeInstruction } from '../isa/encode.ts';
import type { Instruction, InstructionRow } from '../isa/row.ts';
import { instructionTable } from '../isa/table.ts';
import { faultKinds } from '../machine/fault.ts';
import { state } from '../machine/layout.ts';
import { mapFlag, mapType } from '../maps/flags.ts';
import { mapDefinition } from '../maps/testing.ts';
import type { LinkedFunction, LinkedMap, LinkedProgram } from '../object/linked-program.ts';
import { assembledProgram } from './testing.ts';
import { Random } from './testing/random.ts';
import { VirtualMachine } from './virtual-machine.ts';

/**
 * Random programs with maps, helpers and callbacks: whatever they do, the machine ends, faults or uses up its budget,
 * always to the cycle, and the same in slices of any length.
 */

const row = (name: string): InstructionRow => {
  const found = instructionTable.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no row ${name}`);
  return found;
};
const callHelper = row('call_helper');
const callSubprogram = row('call_subprogram');
const move = row('mov64_reg');
const moveImmediate = row('mov64_imm');
const addImmediate = row('add64_imm');
const loadWide = row('lddw_imm');
const loadMap = row('lddw_map_idx');
const loadValue = row('lddw_map_idx_value');
const loadFunction = row('lddw_func');
const storeWord = row('stw');
const exit = makeInstruction(row('exit'));

const helperIds = [...helperTable.helpers.keys()];

const maps: readonly LinkedMap[] = [
  mapDefinition(mapType.ARRAY, { name: 'array', maxEntries: 3 }),
  mapDefinition(mapType.HASH, { name: 'hash', maxEntries: 4 }),
  mapDefinition(mapType.HASH, { name: 'wide', keySize: 8, maxEntries: 200, flags: mapFlag.NO_PREALLOC }),
  mapDefinition(mapType.PERCPU_HASH, { name: 'percpu_hash', valueSize: 12 }),
  mapDefinition(mapType.PERCPU_ARRAY, { name: 'percpu', valueSize: 24 }),
  mapDefinition(mapType.LRU_HASH, { name: 'lru', maxEntries: 5 }),
  mapDefinition(mapType.LRU_PERCPU_HASH, { name: 'lru_percpu', maxEntries: 3 }),
  mapDefinition(mapType.ARRAY, { name: 'read_only', flags: mapFlag.RDONLY_PROG, maxEntries: 2 }),
  mapDefinition(mapType.ARRAY, { name: 'write_only', flags: mapFlag.WRONLY_PROG, maxEntries: 2 }),
  mapDefinition(mapType.ARRAY, { name: 'mapped', flags: mapFlag.MMAPABLE, maxEntries: 2, valueSize: 20 }),
  mapDefinition(14, { name: 'unsupported' }),
].map((definition) => ({ name: definition.name, definition, data: undefined }));

const perCpuMaps = maps.flatMap(({ name }, index) => (name.includes('percpu') ? [index] : []));

/** Functions: the program, two subprograms or callbacks. */
const functionCount = 3;

/** Puts something into a register that helpers and accesses may want. */
function setUp(random: Random, register: number): Instruction[] {
  const dst = register;
  switch (random.below(9)) {
    case 0:
    case 1:
      return [makeInstruction(loadMap, { dst, imm: random.below(maps.length + (random.chance(5) ? 1 : 0)) })];
    case 2:
    case 3:
    case 4:
      return [
        makeInstruction(move, { dst, src: 10 }),
        makeInstruction(addImmediate, { dst, imm: -8 * random.below(random.chance(95) ? 20 : 70) }),
      ];
    case 5:
      return [makeInstruction(moveImmediate, { dst, imm: random.below(6) })];
    case 6:
      return [makeInstruction(loadValue, { dst, imm: random.pick([0, 7, 8, 9]), immHigh: random.below(16) })];
    case 7: {
      const value = random.word();
      const [imm, immHigh] = [BigInt.asIntN(32, value), BigInt.asIntN(32, value >> 32n)];
      return [makeInstruction(loadWide, { dst, imm: Number(imm), immHigh: Number(immHigh) })];
    }
    default:
      return [makeInstruction(move, { dst, src: random.below(11) })];
  }
}

/** A call that has a good chance to pass the checks, so that what lies behind them is reached. */
function plausibleCall(random: Random): Instruction[] {
  const id = random.pick(
    random.chance(90) ? helperIds.filter((known) => known !== 26 && known !== 68) : helperIds,
  );
  const stack = (dst: number): Instruction[] => [
    makeInstruction(move, { dst, src: 10 }),
    makeInstruction(addImmediate, { dst, imm: -8 * (1 + random.below(8)) }),
  ];
  const number = (dst: number): Instruction =>
    makeInstruction(moveImmediate, { dst, imm: random.below(random.chance(90) ? 4 : 40) - 1 });
  const map = (dst: number): Instruction => {
    const perCpu = id === 195 && random.chance(95);
    const supported = maps.length - (random.chance(98) ? 1 : 0);
    return makeInstruction(loadMap, { dst, imm: perCpu ? random.pick(perCpuMaps) : random.below(supported) });
  };
  const callback = (dst: number): Instruction =>
    makeInstruction(loadFunction, { dst, imm: 1 + random.below(functionCount - 1) });
  const call = makeInstruction(callHelper, { imm: id });
  switch (id) {
    case 164:
      return [map(1), callback(2), ...stack(3), makeInstruction(moveImmediate, { dst: 4 }), call];
    case 181:
      return [number(1), callback(2), ...stack(3), makeInstruction(moveImmediate, { dst: 4 }), call];
    case 6:
      return [...stack(1), number(2), number(3), number(4), number(5), call];
    default: {
      const key = makeInstruction(storeWord, {
        dst: 10,
        off: -8 * (1 + random.below(8)),
        imm: random.below(6),
      });
      return [key, map(1), ...stack(2), ...stack(3), number(4), call, ...(id === 1 ? useValue(random) : [])];
    }
  }
}

/** What programs do with what a lookup gave: go on without it, or change it. */
function useValue(random: Random): Instruction[] {
  const off = 4 * random.below(random.chance(90) ? 2 : 8);
  return [
    makeInstruction(row('jeq64_imm'), { dst: 0, off: 2 }),
    makeInstruction(row('lock_add32'), { dst: 0, src: random.below(10), off }),
    makeInstruction(row('ldxw'), { dst: random.below(10), src: 0, off }),
  ];
}

function anything(random: Random, names: readonly InstructionRow[]): Instruction {
  const chosen = random.pick(names);
  const { fields, semantics } = chosen;
  const read = fields.src === 'read' || fields.src === 'modify';
  const memory = semantics.kind === 'load' || semantics.kind === 'store' || semantics.kind === 'atomic';
  const jump = semantics.kind === 'jump' || semantics.kind === 'goto' || semantics.kind === 'may_goto';
  const off = memory
    ? random.below(24) - (random.chance(40) ? 40 : 4)
    : random.below(7) - (random.chance(20) ? 5 : 1);
  return makeInstruction(chosen, {
    ...(fields.dst !== 'reserved' && { dst: fields.dst === 'read' ? random.below(11) : random.below(10) }),
    ...(read && { src: fields.src === 'modify' ? random.below(10) : random.below(11) }),
    ...(fields.off === 'free' && { off }),
    ...(fields.imm === 'free' && { imm: jump ? random.below(4) : random.below(300) - 20 }),
    ...(typeof fields.imm !== 'string' && { imm: random.pick(fields.imm) }),
  });
}

/** Index of a function's first slot in place of a displacement, until all slots are known. */
function resolveFunctions(functions: readonly (readonly Instruction[])[]): {
  code: Instruction[];
  starts: number[];
} {
  const starts: number[] = [];
  let slots = 0;
  for (const body of functions) {
    starts.push(slots);
    slots += body.reduce((sum, instruction) => sum + instruction.slots, 0);
  }
  let slot = 0;
  const code = functions.flat().map((instruction) => {
    const here = slot;
    slot += instruction.slots;
    if (instruction.row !== callSubprogram && instruction.row !== loadFunction) return instruction;
    return { ...instruction, imm: (starts[instruction.imm] ?? slots) - here - 1 };
  });
  return { code, starts };
}

function randomFunction(random: Random): Instruction[] {
  const body: Instruction[] = [];
  for (let i = 4 + random.below(14); i > 0; i--) {
    const choice = random.below(10);
    if (choice < 3) body.push(...setUp(random, random.below(10)));
    else if (choice < 7) body.push(...plausibleCall(random));
    else if (choice < 8 && random.chance(50))
      body.push(makeInstruction(callSubprogram, { imm: random.below(functionCount) }));
    else body.push(anything(random, instructionTable));
  }
  const returned = random.below(random.chance(90) ? 2 : 4);
  return [...body, makeInstruction(moveImmediate, { dst: 0, imm: returned }), exit];
}

function randomProgram(random: Random): LinkedProgram {
  const { code, starts } = resolveFunctions(
    Array.from({ length: functionCount }, () => randomFunction(random)),
  );
  const program = assembledProgram(encodeAll(code));
  const functions = starts.map((firstSlot, i): LinkedFunction => ({
    name: `f${i}`,
    section: 1,
    sectionName: 'xdp',
    offset: firstSlot * 8,
    size: 8,
    global: i === 0,
    btfId: undefined,
    firstSlot,
    slots: 1,
  }));
  return { ...program, functions, maps };
}

function start(program: LinkedProgram): VirtualMachine {
  const vm = expectOk(VirtualMachine.create(program, defaultEnvironment));
  const [entry] = program.functions;
  if (entry === undefined) throw new Error('the program has no function');
  expectOk(vm.startRun(entry));
  return vm;
}

/** All of memory but what says how the run is sliced. */
function memoryOf({ machine }: VirtualMachine): Buffer {
  const copy = Buffer.from(machine.memory.bytes);
  copy.fill(0, state.budget, state.run);
  copy.fill(0, state.runState, state.runState + 4);
  return copy;
}

/** What differs between two machines; empty for none. */
function differences(a: VirtualMachine, b: VirtualMachine): string[] {
  const found: string[] = [];
  const say = (what: string, x: unknown, y: unknown): void => {
    if (x !== y) found.push(`${what}: ${String(x)} and ${String(y)}`);
  };
  say('cycle', a.machine.cycle, b.machine.cycle);
  say('slot', a.machine.slot, b.machine.slot);
  for (let i = 0; i <= 10; i++) say(`r${i}`, a.machine.register(i), b.machine.register(i));
  say('outputs', a.machine.outputs.length, b.machine.outputs.length);
  const [first, second] = [memoryOf(a), memoryOf(b)];
  if (!first.equals(second)) found.push(`memory at ${first.findIndex((byte, i) => byte !== second[i])}`);
  return found;
}

const limit = 2_000;
const ends: Record<string, number> = {};

describe.each(Array.from({ length: 8 }, (_, i) => i))('random programs, batch %i', (batch) => {
  test('end, fault or use up the budget, in slices of any length', () => {
    for (let round = 0; round < 20; round++) {
      const seed = batch * 1000 + round;
      const random = new Random(seed);
      const program = randomProgram(random);
      const whole = start(program);
      const reason = whole.run(limit);
      ends[whole.machine.fault?.kind ?? reason] = (ends[whole.machine.fault?.kind ?? reason] ?? 0) + 1;
      const { cycle, fault } = whole.machine;
      expect(['budget', 'exited', 'fault'], `seed ${seed}`).toContain(reason);
      if (reason === 'budget') expect(cycle, `seed ${seed}`).toBe(limit);
      if (reason === 'fault') {
        expect(faultKinds, `seed ${seed}`).toContain(fault?.kind);
        expect(fault, `seed ${seed}`).toMatchObject({ cycle, slot: whole.machine.slot });
        expect(fault?.message, `seed ${seed}`).not.toMatch(/undefined|NaN|\[object/);
      }

      const sliced = start(program);
      let last = sliced.run(0);
      for (let left = limit; left > 0 && last === 'budget';) {
        const slice = Math.min(left, 1 + random.below(random.chance(50) ? 3 : 200));
        const before = sliced.machine.cycle;
        last = sliced.run(slice);
        if (last === 'budget') expect(sliced.machine.cycle, `seed ${seed}`).toBe(before + slice);
        left -= slice;
      }
      expect(last, `seed ${seed}`).toBe(reason);
      expect(sliced.machine.fault, `seed ${seed}`).toEqual(fault);
      expect(differences(whole, sliced), `seed ${seed}`).toEqual([]);

      const stopping = start(program);
      stopping.setBreakpoints(Array.from({ length: program.code.length / 8 }, (_, slot) => slot));
      let stop = stopping.run(limit);
      while (stop === 'breakpoint') {
        stopping.passBreakpoint();
        const { cycle: stopped } = stopping.machine;
        stop = stopping.run(limit - stopped);
        if (stop === 'breakpoint') expect(stopping.machine.cycle, `seed ${seed}`).toBe(stopped + 1);
      }
      stopping.setBreakpoints([]);
      expect(stop, `seed ${seed}`).toBe(reason);
      expect(differences(whole, stopping), `seed ${seed}: with breakpoints`).toEqual([]);

      if (reason === 'fault') {
        const before = start(program);
        expect(before.run(cycle), `seed ${seed}`).toBe('budget');
        expect(differences(whole, before), `seed ${seed}: a fault has changed the machine`).toEqual([]);
      }
    }
  });
});

test('the random programs get somewhere', () => {
  expect(Object.keys(ends).length).toBeGreaterThan(6);
});
