import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { helperTable } from '../helpers/table.ts';
import { heap, state } from '../machine/layout.ts';
import { Machine } from '../machine/machine.ts';
import { arenaOf, type ArenaMap } from '../maps/arena-map.ts';
import { mapFlag, mapType } from '../maps/flags.ts';
import { addMap, mapDefinition } from '../maps/testing.ts';
import { link } from '../object/link/link.ts';
import { readObject } from '../object/read-object.ts';
import { Engine } from './engine.ts';
import { assembledProgram } from './testing.ts';
import { Random } from './testing/random.ts';
import { VirtualMachine } from './virtual-machine.ts';

const page = 4096;

interface Started {
  readonly machine: Machine;
  readonly engine: Engine;
  readonly arena: ArenaMap;
}

/** `extra`: the low half of the user address. `compiled`: from the first instruction on. */
function start(source: string, compiled: boolean, extra = 0n): Started {
  const machine = new Machine(assembledProgram(source), defaultEnvironment, helperTable);
  const shape = { keySize: 0, valueSize: 0, maxEntries: 8, flags: mapFlag.MMAPABLE, extra };
  addMap(machine, mapDefinition(mapType.ARENA, { name: 'arena', ...shape }));
  const arena = arenaOf(machine);
  if (arena === undefined) throw new Error('no arena');
  return { ...begin(machine, compiled), arena };
}

function begin(machine: Machine, compiled: boolean): { machine: Machine; engine: Engine } {
  const engine = new Engine(machine, compiled ? { smallestRun: 0, warmUp: 0 } : { smallestRun: Infinity });
  const entry = machine.code.ipOfSlot(0);
  machine.memory.view.setUint32(state.ip, entry, true);
  machine.frames.reset(entry);
  machine.runState = 'running';
  return { machine, engine };
}

const engines = [
  ['interpreted', false],
  ['compiled', true],
] as const;

describe.each(engines)('arenas, %s', (_, compiled) => {
  test.each([
    ['(r1, 1, 0)', 0x1234_5678_0003_0008n, 0x0003_0008n],
    ['(r1, 0, 1)', 0x0000_0000_8003_0008n, 0x8003_0008n],
    ['(r1, 1, 0)', 0xffff_ffff_0000_0000n, undefined],
    ['(r1, 0, 1)', 0x0000_0001_0000_0000n, undefined],
    ['(r1, 1, 0)', 0n, undefined],
  ])('addr_space_cast%s of %i', (operands, value, low) => {
    const source = `r1 = ${value} ll\nr0 = addr_space_cast${operands}\nexit`;
    const { machine, engine, arena } = start(source, compiled);
    expect(engine.run(10, {})).toBe('exited');
    expect(machine.register(0)).toBe(low === undefined ? 0n : arena.high | low);
    expect(machine.register(1)).toBe(value);
  });

  test('addr_space_cast needs an arena', () => {
    const machine = new Machine(
      assembledProgram('r0 = addr_space_cast(r1, 1, 0)\nexit'),
      defaultEnvironment,
      {
        helpers: new Map(),
        nameOf: () => undefined,
      },
    );
    const { engine } = begin(machine, compiled);
    expect(engine.run(10, {})).toBe('fault');
    expect(machine.fault).toMatchObject({
      kind: 'refused-by-kernel',
      message: 'addr_space_cast insn can only be used in a program that has an associated arena',
    });
  });

  test('pages that are not there', () => {
    const source = `
      r1 = 131072 ll
      r1 = addr_space_cast(r1, 0, 1)
      r2 = 7
      r3 = 9
      *(u64 *)(r1 + 0) = r2
      r0 = *(u64 *)(r1 + 0)
      lock *(u64 *)(r1 + 8) += r2
      r3 = atomic_fetch_add((u64 *)(r1 + 8), r3)
      r4 = *(u64 *)(r1 + 4088)
      exit`;
    const { machine, engine } = start(source, compiled, 0x20000n);
    machine.setRegister(4, 5n);
    expect(engine.run(20, {})).toBe('exited');
    expect([0, 3, 4].map((register) => machine.register(register))).toEqual([0n, 9n, 0n]);
    expect(machine.notes.map(({ text }) => text)).toEqual([
      'arena has no page at 0x20000: stores do nothing there',
    ]);
  });

  test('NULL of the arena, and other NULLs', () => {
    const own = start(
      'r1 = 0\nr1 = addr_space_cast(r1, 0, 1)\nr1 += 8\nr0 = *(u8 *)(r1 + 1)\nexit',
      compiled,
    );
    expect(own.engine.run(10, {})).toBe('exited');
    expect(own.machine.register(0)).toBe(0n);
    const other = start('r1 = 0\nr2 = addr_space_cast(r1, 0, 1)\nr0 = *(u8 *)(r1 + 1)\nexit', compiled);
    expect(other.engine.run(10, {})).toBe('fault');
    expect(other.machine.fault?.kind).toBe('null-pointer');
  });

  test('atomic instructions that the kernel does not have on arenas', () => {
    const source = `
      r1 = 65536 ll
      r1 = addr_space_cast(r1, 0, 1)
      r2 = 7
      r2 = atomic_fetch_or((u64 *)(r1 + 0), r2)
      exit`;
    const { machine, engine, arena } = start(source, compiled);
    arena.allocate(0, 1);
    expect(engine.run(10, {})).toBe('fault');
    expect(machine.fault?.message).toBe('BPF_ATOMIC stores into R1 arena is not allowed');
  });

  test('the state comes back with the memory', () => {
    const { machine, arena } = start('exit', compiled);
    arena.allocate(0, 2);
    const saved = machine.memory.save();
    arena.allocate(2, 1);
    arena.release(arena.start, 1);
    machine.memory.restore(saved);
    expect([arena.count(), arena.choose(0n, 6), arena.choose(0n, 7)]).toEqual([2, 2, undefined]);
    expect(machine.regions.resolve(arena.start + 8191n, 1, 'write')).toBeDefined();
    expect(machine.regions.resolve(arena.start + 8192n, 1, 'read')).toBeUndefined();
  });
});

/** Accesses and casts around pages that are there and pages that are not. */
function randomSource(random: Random, low: number): string {
  const lines = ['r6 = 0', 'r7 = 1'];
  const register = (): string => `r${random.below(6)}`;
  const off = (): string => `+ ${random.below(600) * 8 + (random.chance(80) ? 0 : random.below(8))}`;
  const pointer = (): string => {
    const address = random.chance(90) ? low + random.below(8 * page) : 0;
    lines.push(`r8 = ${address} ll`, `r8 = addr_space_cast(r8, ${random.chance(50) ? '0, 1' : '1, 0'})`);
    if (random.chance(30)) lines.push(`r8 = addr_space_cast(r8, 0, 1)`);
    else lines.push('r8 = addr_space_cast(r8, 1, 0)', 'r8 = addr_space_cast(r8, 0, 1)');
    return 'r8';
  };
  lines.push('again:');
  for (let i = 0; i < 40; i++) {
    const size = [8, 16, 32, 64][random.below(4)] ?? 8;
    const value = register();
    if (i % 3 === 0) pointer();
    switch (random.below(7)) {
      case 0:
        lines.push(`${value} = *(u${size} *)(r8 ${off()})`);
        break;
      case 1:
        lines.push(`${value} = *(s${Math.min(size, 32)} *)(r8 ${off()})`);
        break;
      case 2:
        lines.push(`*(u${size} *)(r8 ${off()}) = ${value}`);
        break;
      case 3:
        lines.push(`${value} = atomic_fetch_add((u64 *)(r8 ${off()}), ${value})`);
        break;
      case 4:
        lines.push(`lock *(u32 *)(r8 ${off()}) ^= ${value}`);
        break;
      case 5:
        lines.push(`r0 = cmpxchg_64(r8 ${off()}, r0, ${value})`);
        break;
      default:
        lines.push(`${value} += ${random.below(1000)}`, `${value} *= 77`);
    }
  }
  lines.push('r7 += 1', 'if r7 < 20 goto again', 'exit');
  return lines.join('\n');
}

describe('both engines leave the same memory', () => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed))('random program %i', (seed) => {
    const random = new Random(seed);
    const low = random.chance(50) ? 0x10000 : 0x7000_0000;
    const source = randomSource(random, low);
    const there = Array.from({ length: 8 }, (_, index) => index).filter(() => random.chance(60));
    const both = [false, true].map((compiled) => {
      const started = start(source, compiled, BigInt(low));
      for (const index of there) started.arena.allocate(index, 1);
      return started;
    });
    for (let step = 1; ; step = ((step * 7) % 97) + 1) {
      const reasons = both.map(({ engine }) => engine.run(step, {}));
      expect(reasons[1]).toBe(reasons[0]);
      const [expected, actual] = both.map(({ machine }) => machine.memory.save());
      expect(Buffer.compare(expected!.subarray(0, heap), actual!.subarray(0, heap))).toBe(0);
      const [pages, same] = both.map(({ machine, arena }) => {
        const base = machine.regions.get(arena.region)!.base;
        return machine.memory.bytes.slice(base, base + 8 * page);
      });
      expect(Buffer.compare(pages!, same!)).toBe(0);
      if (reasons[0] !== 'budget') {
        expect(reasons[0]).toBe('exited');
        break;
      }
    }
  });
});

describe('an object with variables in the arena', () => {
  const folder = new URL('../../test/kernel/arena/', import.meta.url);
  const object = expectOk(
    readObject(new Uint8Array(readFileSync(new URL('globals.bpf.o', folder))), 'globals'),
  );

  test.each([{}, { strict: true }])('%o', (options) => {
    const vm = expectOk(VirtualMachine.create(expectOk(link(object)), defaultEnvironment, options));
    const arena = vm.machine.maps.find((map) => map.name === 'arena');
    expect(arena?.count()).toBe(3);
    expectOk(vm.startRun(object.programs[0]!));
    expect(vm.run(100_000)).toBe('exited');
    expect(vm.machine.register(0)).toBe(1641n);
    expect(arena?.count()).toBe(4);
  });

  test('watched', () => {
    const vm = expectOk(VirtualMachine.create(expectOk(link(object)), defaultEnvironment));
    const arena = arenaOf(vm.machine)!;
    const counter = object.arenaData!.variables.find(({ name }) => name === 'counter')!;
    // The fourth page is the one that the program allocates.
    const watched = [arena.start + BigInt(counter.offset), arena.start + BigInt(3 * page)];
    expectOk(vm.startRun(object.programs[0]!));
    vm.setWatches(watched.map((address) => ({ address, size: 4, access: 'write' })));
    const stops: string[] = [];
    for (let reason = vm.run(100_000); ; reason = vm.run(100_000)) {
      stops.push(reason);
      if (reason !== 'watch') break;
    }
    expect(stops).toEqual(['watch', 'watch', 'watch', 'exited']);
  });

  test('needs an arena', () => {
    expect(link({ ...object, maps: [] })).toMatchObject({ ok: false });
  });
});
