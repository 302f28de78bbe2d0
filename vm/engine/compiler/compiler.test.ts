import { describe, expect, test } from 'vitest';
import { expectOk } from '../../base/problem.ts';
import { defaultEnvironment } from '../../environment/environment.ts';
import { assemble } from '../../isa/assemble.ts';
import { encodeAll, makeInstruction } from '../../isa/encode.ts';
import { findRow, instructionTable } from '../../isa/table.ts';
import { Machine } from '../../machine/machine.ts';
import { mapFlag, mapType } from '../../maps/flags.ts';
import { createMap } from '../../maps/registry.ts';
import { codeProgram, mapDefinition } from '../../maps/testing.ts';
import type { MapDefinition } from '../../object/program-object.ts';
import { handlerOf, handlers } from '../interpreter/handlers.ts';
import { Interpreter } from '../interpreter/interpreter.ts';
import { bareMachine } from '../testing.ts';
import { Random } from '../testing/random.ts';
import { planChunk } from './flow.ts';
import { findBlocks } from './blocks.ts';
import { cutChunks, mostBlocks } from './chunks.ts';
import { isInterpreted } from './instructions.ts';
import { buildProgramModule, shapeProgram, type ProgramShape } from './module.ts';

test('every row of the instruction table is compiled, but those that the interpreter performs', () => {
  const left = instructionTable.filter((row) => {
    const work = handlers[handlerOf(row)];
    return work === undefined || isInterpreted(work);
  });
  expect(left.map(({ name }) => name)).toMatchInlineSnapshot(`
    [
      "call_kfunc",
      "callx",
      "ldabsb",
      "ldindb",
      "ldabsh",
      "ldindh",
      "ldabsw",
      "ldindw",
    ]
  `);
});

function shapeOf(source: string | Uint8Array, functions: readonly number[] = []): ProgramShape {
  const machine =
    typeof source === 'string'
      ? bareMachine(source).machine
      : new Machine(codeProgram(source, functions), defaultEnvironment, {
          helpers: new Map(),
          nameOf: () => undefined,
        });
  if (typeof source !== 'string') new Interpreter(machine);
  const shape = shapeProgram(findBlocks(machine));
  for (const elide of [true, false]) {
    for (const breakpoints of [new Set([0]), new Set<number>()]) {
      const tables = { entries: 0, flags: 0 };
      const bytes = buildProgramModule(machine, shape, tables, { elide, breakpoints });
      expect(WebAssembly.validate(bytes)).toBe(true);
    }
  }
  return shape;
}

const starts = (shape: ProgramShape): number[] => shape.graph.blocks.map(({ firstSlot }) => firstSlot);

describe('blocks', () => {
  test('begin at targets and behind what leaves', () => {
    const shape = shapeOf(`r1 = 3
      loop: r1 += -1
      if r1 != 0 goto loop
      call sub
      r0 = 0
      exit
      sub: r0 = 1
      exit`);
    expect(starts(shape)).toEqual([0, 1, 3, 4, 6, 8]);
  });

  test('go on behind helpers that run no callbacks', () => {
    expect(starts(shapeOf('r0 = 0\ncall 5\nr0 += 1\nexit'))).toEqual([0, 4]);
  });
});

describe('loops', () => {
  const inner = shapeOf(`r1 = 9
    loop: r1 += -1
    if r1 == 5 goto skip
    r2 += 1
    skip: if r1 != 0 goto loop
    exit`);

  test('without calls are entered at their first block only', () => {
    const [chunk] = inner.chunks;
    expect(chunk?.loops).toMatchObject([{ header: 1, end: 3, dispatches: false }]);
    expect([...(chunk?.entries.subarray(0, 4) ?? [])]).toEqual([1, 1, 0, 0]);
  });

  test('with a call are entered where it returns', () => {
    const shape = shapeOf(`r1 = 9
      loop: call sub
      r1 += -1
      if r1 != 0 goto loop
      exit
      sub: exit`);
    expect(shape.chunks[0]?.loops).toMatchObject([{ header: 1, dispatches: true }]);
    expect(shape.entries[2]).toBe(2);
  });

  test('that cross become loops within each other', () => {
    const shape = shapeOf(`a: r1 += 1
      b: r2 += 1
      if r1 < 3 goto a
      if r2 < 9 goto b
      exit`);
    expect(shape.chunks[0]?.loops).toMatchObject([{ header: 0, end: 2, children: [{ header: 1, end: 2 }] }]);
  });

  test('entered at two places are entered by dispatch', () => {
    const shape = shapeOf(`if r1 == 0 goto middle
      a: r1 += 1
      middle: r2 += 1
      if r2 < 9 goto a
      exit`);
    expect(starts(shape)).toEqual([0, 2, 4, 1, 5]);
    expect(shape.chunks[0]?.loops).toMatchObject([{ header: 1, end: 3, dispatches: true }]);
    expect(shape.entries[1]).toBe(3);
  });

  test('are turned round where their test stands at the top, and exits stand behind them', () => {
    const shape = shapeOf(`r1 = 9
      goto middle
      top: if r1 == 0 goto out
      r1 += -1
      goto middle
      out: exit
      middle: r2 += 1
      if r2 s> 3 goto top
      r3 = 1
      goto top`);
    expect(starts(shape)).toEqual([0, 6, 8, 2, 3, 5, 10]);
    expect(shape.chunks[0]?.loops).toMatchObject([{ header: 1, end: 4, dispatches: false, children: [] }]);
  });
});

describe('chunks', () => {
  const row = (name: string): NonNullable<ReturnType<typeof findRow>> => {
    const found = findRow(name);
    if (found === undefined) throw new Error(`no row ${name}`);
    return found;
  };
  const jumps = (count: number): Uint8Array =>
    encodeAll([
      ...Array.from({ length: count }, (_, i) => makeInstruction(row('jeq64_imm'), { off: i % 3 })),
      ...Array.from({ length: 5 }, () => makeInstruction(row('exit'))),
    ]);

  test('hold at most so many blocks, and each is entered where another jumps to', () => {
    const shape = shapeOf(jumps(3000));
    expect(shape.chunks.length).toBeGreaterThan(3000 / mostBlocks);
    for (const { range, entries } of shape.chunks) {
      expect(range.last - range.first).toBeLessThan(mostBlocks);
      expect(entries[0]).toBe(1);
    }
    const covered = cutChunks(shape.graph).reduce((sum, { first, last }) => sum + last - first + 1, 0);
    expect(covered).toBe(shape.graph.blocks.length);
  });

  test('are cut between functions', () => {
    const one = jumps(150);
    const code = new Uint8Array(one.length * 3);
    for (let i = 0; i < 3; i++) code.set(one, i * one.length);
    const slots = one.length / 8;
    const shape = shapeOf(code, [0, slots, 2 * slots]);
    const firsts = shape.chunks.map(({ range }) => shape.graph.blocks[range.first]?.firstSlot);
    expect(firsts).toEqual([0, slots, 2 * slots]);
  });
});

describe('checks', () => {
  const plans = (source: string): string[] => plansOf(bareMachine(source).machine, new Set());

  const plansOf = (machine: Machine, lookups: ReadonlySet<number>): string[] => {
    const { graph, chunks } = shapeProgram(findBlocks(machine));
    const context = { machine, elide: true, lookups };
    return chunks
      .flatMap((shape) => planChunk(context, graph, shape, new Map()).blocks)
      .flatMap(({ accesses }) =>
        [...accesses.values()].map((plan) =>
          plan.kind === 'checked'
            ? `${plan.first ? 'checks' : 'uses'} ${plan.group.from} to ${plan.group.to}`
            : plan.kind,
        ),
      );
  };

  test.each([
    ['r0 = *(u64 *)(r10 - 8)\nr1 = *(u8 *)(r10 - 512)', ['stack', 'stack']],
    ['r0 = *(u64 *)(r10 - 4)', ['checks -4 to 4']],
    ['r2 = r10\nr2 += -16\n*(u64 *)(r2 + 8) = r1', ['stack']],
    [
      'r0 = *(u32 *)(r1 + 4)\nr2 = *(u16 *)(r1 + 0)\nr3 = *(u8 *)(r1 + 9)',
      ['checks 0 to 10', 'uses 0 to 10', 'uses 0 to 10'],
    ],
    ['r2 = r1\nr2 += 8\nr0 = *(u8 *)(r1 + 0)\nr3 = *(u8 *)(r2 + 0)', ['checks 0 to 9', 'uses 0 to 9']],
    ['r0 = *(u8 *)(r1 + 0)\nr1 += r2\nr0 = *(u8 *)(r1 + 0)', ['checks 0 to 1', 'checks 0 to 1']],
    ['r0 = *(u8 *)(r1 + 0)\ncall 5\nr0 = *(u8 *)(r1 + 0)', ['checks 0 to 1', 'checks 0 to 1']],
    ['r1 = *(u64 *)(r1 + 0)\nr1 = *(u64 *)(r1 + 0)', ['checks 0 to 8', 'checks 0 to 8']],
  ])('%s', (source, expected) => {
    expect(plans(`${source}\nexit`)).toEqual(expected);
  });

  /** In map 0, behind a lookup; what the access of the key needs is left out. */
  const plansBehindLookup = (definition: Partial<MapDefinition>, source: string): string[] => {
    const code = expectOk(assemble(`r2 = r10\nr2 += -8\nr1 = map[idx:0]\ncall 1\n${source}\nout: exit`));
    const data = mapDefinition(mapType.ARRAY, definition);
    const machine = new Machine(
      { ...codeProgram(code), maps: [{ name: 'm', definition: data, data: undefined }] },
      defaultEnvironment,
      {
        helpers: new Map(),
        nameOf: () => undefined,
      },
    );
    machine.maps.push(expectOk(createMap(machine, machine.program.maps[0]!, 0)));
    new Interpreter(machine);
    return plansOf(machine, new Set([0])).slice(1);
  };
  const many = { valueSize: 12, maxEntries: 5 };
  const test0 = 'if r0 == 0 goto out';

  test.each([
    ['found', many, `${test0}\nr1 = *(u64 *)(r0 + 4)`, ['indexed']],
    ['found, the other way round', many, 'if r0 != 0 goto +1\nexit\nr1 = *(u8 *)(r0 + 11)', ['indexed']],
    ['copied before the test', many, `r6 = r0\nr6 += 4\n${test0}\nr1 = *(u64 *)(r6 + 0)`, ['indexed']],
    ['with an index in bounds', many, `${test0}\nr3 &= 7\nr0 += r3\nr1 = *(u32 *)(r0 + 1)`, ['indexed']],
    [
      'with an index out of bounds',
      many,
      `${test0}\nr3 &= 7\nr0 += r3\nr1 = *(u32 *)(r0 + 2)`,
      ['checks 2 to 6'],
    ],
    ['beyond the value', many, `${test0}\nr1 = *(u64 *)(r0 + 5)`, ['checks 5 to 13']],
    ['before the value', many, `${test0}\nr1 = *(u8 *)(r0 - 1)`, ['checks -1 to 0']],
    [
      'beyond the value, in one piece',
      { ...many, flags: mapFlag.MMAPABLE },
      `${test0}\nr1 = *(u64 *)(r0 + 5)`,
      ['checks 5 to 13'],
    ],
    [
      'in what may only be read',
      { ...many, flags: mapFlag.RDONLY_PROG },
      `${test0}\n*(u8 *)(r0 + 0) = r1`,
      ['checks 0 to 1'],
    ],
    ['not tested', many, 'r1 = *(u64 *)(r0 + 0)', ['checks 0 to 8']],
    ['tested in half', many, 'if w0 == 0 goto out\nr1 = *(u64 *)(r0 + 0)', ['checks 0 to 8']],
    ['not found', many, 'if r0 != 0 goto out\nr1 = *(u64 *)(r0 + 0)', ['checks 0 to 8']],
    ['the only element', { valueSize: 12, maxEntries: 1 }, `${test0}\nr1 = *(u64 *)(r0 + 4)`, ['fixed']],
    [
      'an element of a hash map',
      { type: mapType.HASH },
      `${test0}\nr1 = *(u64 *)(r0 + 0)`,
      ['checks 0 to 8'],
    ],
  ])('of an array: %s', (_, definition, source, expected) => {
    expect(plansBehindLookup(definition, source)).toEqual(expected);
  });
});

test('code is made in time that grows with the program', () => {
  const random = new Random(3);
  const names = ['add64_reg', 'ldxdw', 'stxw', 'jne64_imm', 'jslt32_reg', 'xor32_imm', 'call_subprogram'];
  const program = (length: number): Uint8Array =>
    encodeAll([
      ...Array.from({ length }, (_, i) => {
        const found = findRow(names[random.below(names.length)] ?? '');
        if (found === undefined) throw new Error('no such row');
        const near =
          found.semantics.kind === 'jump'
            ? Math.min(random.below(200), length - i - 1) - (i > 100 ? 100 : 0)
            : -8;
        const src = typeof found.fields.src === 'string' && found.fields.src !== 'reserved' ? { src: 1 } : {};
        const call = found.name === 'call_subprogram';
        return makeInstruction(found, {
          dst: call ? 0 : 2,
          ...src,
          off: call ? 0 : near,
          imm: call ? -i - 1 + random.below(length) : 0,
        });
      }),
      makeInstruction(findRow('exit')!),
    ]);
  const time = (length: number): number => {
    const code = program(length);
    const start = performance.now();
    const shape = shapeOf(code);
    expect(shape.graph.blocks.length).toBeGreaterThan(length / 4);
    return performance.now() - start;
  };
  time(2000);
  const small = time(4000);
  expect(time(32000)).toBeLessThan(24 * small + 200);
});
