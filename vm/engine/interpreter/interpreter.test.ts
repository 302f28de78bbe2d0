import { describe, expect, test } from 'vitest';
import { expectOk } from '../../base/problem.ts';
import { assemble } from '../../isa/assemble.ts';
import { instructionTable } from '../../isa/table.ts';
import { bareMachine, type BareMachine } from '../testing.ts';
import { handlerOf, handlers, specialHandler } from './handlers.ts';
import { buildInterpreterModule } from './module.ts';

/** Runs to the end and gives r0; fails the test on a fault. */
function result(source: string): bigint {
  const { machine, interpreter } = bareMachine(source);
  expect(interpreter.run(10_000, {})).toBe('exited');
  return machine.register(0);
}

function fault(
  source: string,
  cycles = 10_000,
): { bare: BareMachine; kind: string; message: string; slot: number; cycle: number } {
  const bare = bareMachine(source);
  expect(bare.interpreter.run(cycles, {})).toBe('fault');
  const { fault: found } = bare.machine;
  if (found === undefined) throw new Error('the machine has no fault');
  return { bare, kind: found.kind, message: found.message, slot: found.slot, cycle: found.cycle };
}

test('the module is valid WebAssembly', () => {
  expect(WebAssembly.validate(buildInterpreterModule({ watch: false, strict: false }))).toBe(true);
});

test('every row of the instruction table has a handler', () => {
  for (const row of instructionTable) expect(handlers[handlerOf(row)], row.name).toBeDefined();
});

test('only what the machine names as unsupported is left to the special handler', () => {
  const names = instructionTable.filter((row) => handlerOf(row) === specialHandler).map((row) => row.name);
  expect(names).toMatchInlineSnapshot(`
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

describe('arithmetic', () => {
  test.each([
    ['r0 = 5\nr0 += -7', 0xfffffffffffffffen],
    ['w0 = -1\nw0 += 2', 1n],
    ['r0 = -1\nw0 = w0', 0xffffffffn],
    ['r0 = 7\nr1 = 0\nr0 /= r1', 0n],
    ['r0 = 7\nr1 = 0\nr0 %= r1', 7n],
    ['r0 = -7\nr1 = 0\nw0 %= w1', 0xfffffff9n],
    ['r0 = -9\nr1 = -1\nr0 s/= r1', 9n],
    ['r0 = 0x8000000000000000 ll\nr1 = -1\nr0 s/= r1', 0x8000000000000000n],
    ['r0 = 0x8000000000000000 ll\nr1 = -1\nr0 s%= r1', 0n],
    ['w0 = 0x80000000\nr1 = -1\nw0 s/= w1', 0x80000000n],
    ['r0 = -13\nr1 = 4\nr0 s%= r1', 0xffffffffffffffffn],
    ['r0 = 1\nr1 = 65\nr0 <<= r1', 2n],
    ['w0 = -16\nw0 s>>= 2', 0xfffffffcn],
    ['r0 = 0x80\nr0 = (s8)r0', 0xffffffffffffff80n],
    ['w0 = 0x8000\nw0 = (s16)w0', 0xffff8000n],
    ['r0 = 0x1122334455667788 ll\nr0 = be64 r0', 0x8877665544332211n],
    ['r0 = 0x1122334455667788 ll\nr0 = be32 r0', 0x88776655n],
    ['r0 = 0x1122334455667788 ll\nr0 = be16 r0', 0x8877n],
    ['r0 = 0x1122334455667788 ll\nr0 = le16 r0', 0x7788n],
    ['r0 = 0x1122334455667788 ll\nr0 = bswap32 r0', 0x88776655n],
    ['r0 = 3\nr0 = -r0', 0xfffffffffffffffdn],
  ])('%s', (source, expected) => {
    expect(result(`${source}\nexit`)).toBe(expected);
  });
});

describe('memory', () => {
  test.each([
    ['*(u64 *)(r10 - 8) = -2\nr0 = *(u32 *)(r10 - 8)', 0xfffffffen],
    ['*(u64 *)(r10 - 8) = -2\nr0 = *(s32 *)(r10 - 8)', 0xfffffffffffffffen],
    ['r1 = 0x1234\n*(u16 *)(r10 - 512) = r1\nr0 = *(u8 *)(r10 - 511)', 0x12n],
    [
      '*(u64 *)(r10 - 8) = 5\nr0 = 3\nr0 = atomic_fetch_add((u64 *)(r10 - 8), r0)\nr1 = *(u64 *)(r10 - 8)\nr0 += r1',
      13n,
    ],
    ['*(u64 *)(r10 - 8) = 5\nr0 = 5\nr1 = 9\nr0 = cmpxchg_64(r10 - 8, r0, r1)\nr0 = *(u64 *)(r10 - 8)', 9n],
    ['*(u64 *)(r10 - 8) = -1\nr0 = 4\nr1 = 9\nw0 = cmpxchg32_32(r10 - 8, w0, w1)', 0xffffffffn],
  ])('%s', (source, expected) => {
    expect(result(`${source}\nexit`)).toBe(expected);
  });

  test.each([
    ['r0 = *(u64 *)(r10 - 4)', 'invalid-access', 'invalid read from stack R10 off=-4 size=8'],
    ['*(u8 *)(r10 + 0) = 1', 'invalid-access', 'invalid write to stack R10 off=0 size=1'],
    ['*(u8 *)(r10 - 513) = 1', 'invalid-access', 'invalid write to stack R10 off=-513 size=1'],
    [
      'r1 = 0\nr0 = *(u32 *)(r1 + 4)',
      'null-pointer',
      "R1 invalid mem access 'scalar': read of 4 bytes at 0x4, a NULL pointer",
    ],
    [
      'r1 = -8 ll\nr0 = *(u32 *)(r1 + 4)',
      'invalid-access',
      "R1 invalid mem access 'scalar': 0xfffffffffffffffc points at nothing",
    ],
  ])('%s is a fault', (source, kind, message) => {
    expect(fault(`${source}\nexit`)).toMatchObject({ kind, message });
  });

  test('a fault changes nothing and does not retire its instruction', () => {
    const { bare, slot, cycle } = fault('r1 = 7\nr2 = 9\nlock *(u64 *)(r1 + 0) += r2\nexit');
    expect({ slot, cycle, r1: bare.machine.register(1), r2: bare.machine.register(2) }).toEqual({
      slot: 2,
      cycle: 2,
      r1: 7n,
      r2: 9n,
    });
    expect(bare.interpreter.run(5, {})).toBe('fault');
  });
});

describe('control', () => {
  test('a subprogram saves r6 to r9 and has a stack of its own', () => {
    const source = `
      r6 = 1
      *(u64 *)(r10 - 8) = 11
      call f
      r1 = *(u64 *)(r10 - 8)
      r0 += r1
      r0 += r6
      exit
      f:
      r6 = 100
      *(u64 *)(r10 - 8) = 22
      r0 = *(u64 *)(r10 - 8)
      exit`;
    expect(result(source)).toBe(34n);
  });

  test('a pointer to the stack of a function that has returned is dead', () => {
    const found = fault(
      'call f\nr0 = *(u64 *)(r0 + 0)\nexit\nf:\n*(u64 *)(r10 - 8) = 1\nr0 = r10\nr0 += -8\nexit',
    );
    expect(found).toMatchObject({ kind: 'released-memory', slot: 1 });
  });

  test('the ninth frame is a fault', () => {
    const found = fault('f:\ncall f\nexit');
    expect(found).toMatchObject({
      kind: 'refused-by-kernel',
      message: 'the call stack of 9 frames is too deep',
      cycle: 7,
    });
  });

  test.each([
    ['goto +5\nexit', 'jump out of range: it goes to instruction 6 of 2', 0],
    ['r0 = 0\nif r0 == 1 goto +1\nr0 = 1 ll\nexit', 'jump into the middle of an lddw instruction', 1],
  ])('%s', (source, message, slot) => {
    expect(fault(source)).toMatchObject({ kind: 'invalid-instruction', message, slot });
  });

  test('running off the end is a fault there', () => {
    expect(fault('r0 = 1')).toMatchObject({ kind: 'end-of-code', slot: 1, cycle: 1 });
  });

  test('an lddw that the section cuts off is a fault there', () => {
    const code = new Uint8Array(16);
    code.set(expectOk(assemble('r0 = 1')));
    code[8] = 0x18;
    const bare = bareMachine(code);
    expect(bare.interpreter.run(5, {})).toBe('fault');
    expect(bare.machine.fault).toMatchObject({
      kind: 'invalid-instruction',
      message: 'lddw takes two slots, but the section ends after the first',
      slot: 1,
      cycle: 1,
    });
  });

  test('an unknown opcode is a fault that names it', () => {
    const bare = bareMachine(Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, 0));
    expect(bare.interpreter.run(5, {})).toBe('fault');
    expect(bare.machine.fault?.message).toContain('0xff');
  });
});

describe('exact stops', () => {
  const loop = 'r0 = 0\nl:\nr0 += 1\nif r0 < 5 goto l\nexit';

  test('run retires exactly its budget', () => {
    const { machine, interpreter } = bareMachine(loop);
    for (let cycle = 1; cycle <= 11; cycle++) {
      expect(interpreter.run(1, {})).toBe('budget');
      expect(machine.cycle).toBe(cycle);
      expect(machine.register(0)).toBe(BigInt(Math.floor(cycle / 2)));
    }
    expect(interpreter.run(1, {})).toBe('exited');
    expect(machine.cycle).toBe(12);
    expect(interpreter.run(1, {})).toBe('exited');
    expect(machine.cycle).toBe(12);
  });

  test('a breakpoint stops before its instruction, each time it is reached', () => {
    const { machine, interpreter } = bareMachine(loop);
    interpreter.setBreakpoints([2]);
    for (let pass = 1; pass <= 5; pass++) {
      interpreter.passBreakpoint();
      expect(interpreter.run(1000, {})).toBe('breakpoint');
      expect({ slot: machine.slot, r0: machine.register(0), cycle: machine.cycle }).toEqual({
        slot: 2,
        r0: BigInt(pass),
        cycle: 2 * pass,
      });
    }
    interpreter.passBreakpoint();
    expect(interpreter.run(1000, {})).toBe('exited');
  });

  test('breakpoints can be taken away', () => {
    const { interpreter } = bareMachine(loop);
    interpreter.setBreakpoints([1, 2]);
    interpreter.setBreakpoints([]);
    expect(interpreter.run(1000, {})).toBe('exited');
  });

  test('a breakpoint that was passed once is not passed later', () => {
    const { machine, interpreter } = bareMachine('l:\nr0 += 1\nr1 = 2\ngoto l');
    interpreter.setBreakpoints([0]);
    interpreter.passBreakpoint();
    interpreter.setBreakpoints([]);
    expect(interpreter.run(2, {})).toBe('budget');
    interpreter.setBreakpoints([0]);
    expect(interpreter.run(100, {})).toBe('breakpoint');
    expect(machine.cycle).toBe(3);
  });

  test.each([-1, 0.5, 99, 1e9, NaN])('slot %s has no breakpoint', (slot) => {
    const { machine, interpreter } = bareMachine(loop);
    const before = machine.memory.bytes.slice();
    interpreter.setBreakpoints([slot]);
    expect(machine.memory.bytes.every((byte, i) => byte === before[i])).toBe(true);
    interpreter.setBreakpoints([]);
    expect(interpreter.run(1000, {})).toBe('exited');
  });

  test.each([
    [0, 'budget', 0],
    [-5, 'budget', 0],
    [NaN, 'budget', 0],
    [2.9, 'budget', 2],
    [2 ** 31, 'exited', 12],
    [Infinity, 'exited', 12],
  ])('a budget of %s', (cycles, reason, retired) => {
    const { machine, interpreter } = bareMachine(loop);
    expect(interpreter.run(cycles, {})).toBe(reason);
    expect(machine.cycle).toBe(retired);
  });

  test('stops after an exit at a depth', () => {
    const { machine, interpreter } = bareMachine(
      'call f\nr1 = 1\nexit\nf:\ncall g\nr2 = 2\nexit\ng:\nr3 = 3\nexit',
    );
    expect(interpreter.run(100, { afterExitOf: 2 })).toBe('return');
    expect(machine.slot).toBe(4);
    expect(interpreter.run(100, { atDepth: 0 })).toBe('return');
    expect(machine.slot).toBe(1);
    expect(interpreter.run(100, { atDepth: 0 })).toBe('exited');
  });
});

describe('helpers', () => {
  test('a helper gets its arguments and the cycles retired before its call', () => {
    const seen: (bigint | number)[] = [];
    const helpers = {
      helpers: new Map([
        [
          7,
          {
            id: 7,
            name: 'seven',
            call: (machine: BareMachine['machine']) => {
              seen.push(machine.register(1), machine.cycle, machine.slot);
              return machine.answer(-22);
            },
          },
        ],
      ]),
      nameOf: (id: number) => (id === 8 ? 'eight' : undefined),
    };
    const { machine, interpreter } = bareMachine('r1 = 42\ncall 7\nr6 = r0\ncall 8\nexit', helpers);
    expect(interpreter.run(100, {})).toBe('fault');
    expect(seen).toEqual([42n, 1, 1]);
    expect(BigInt.asIntN(64, machine.register(6))).toBe(-22n);
    expect(machine.fault).toMatchObject({
      kind: 'unsupported-helper',
      message: 'the machine does not have the helper eight#8',
      slot: 3,
      cycle: 3,
    });
  });
});
