import { describe, expect, test } from 'vitest';
import { encodeAll, makeInstruction } from '../isa/encode.ts';
import { decodeAll } from '../isa/decode.ts';
import type { Instruction, InstructionRow } from '../isa/row.ts';
import { instructionTable } from '../isa/table.ts';
import { expectOk } from '../base/problem.ts';
import { stacks } from '../machine/layout.ts';
import { bareMachine } from './testing.ts';
import { Random } from './testing/random.ts';
import { Reference } from './testing/reference.ts';

/** The engine against a second interpreter: the same registers and the same stack after every instruction. */

const compared = instructionTable.filter(({ semantics }) => {
  switch (semantics.kind) {
    case 'alu':
    case 'byteswap':
    case 'load':
    case 'store':
    case 'atomic':
    case 'jump':
    case 'goto':
      return true;
    case 'lddw':
      return semantics.value === 'imm';
    default:
      return false;
  }
});

function named(name: string): InstructionRow {
  const row = instructionTable.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  return row;
}

const exit = makeInstruction(named('exit'));
const wide = named('lddw_imm');

function load(register: number, value: bigint): Instruction {
  const imm = Number(BigInt.asIntN(32, value));
  const immHigh = Number(BigInt.asIntN(32, value >> 32n));
  return makeInstruction(wide, { dst: register, imm, immHigh });
}

const listOrZero = (use: string | readonly number[]): number => (typeof use === 'string' ? 0 : (use[0] ?? 0));

/** Operands that mostly do something: accesses of the stack, jumps of a few slots, immediates near the edges. */
function withOperands(row: InstructionRow, random: Random): Instruction {
  const { fields, semantics } = row;
  const immediate = Number(BigInt.asIntN(32, random.word()));
  const operands = {
    dst: fields.dst === 'reserved' ? 0 : random.below(10),
    src: fields.src === 'read' || fields.src === 'modify' ? random.below(10) : listOrZero(fields.src),
    off: listOrZero(fields.off),
    imm: fields.imm === 'free' ? immediate : listOrZero(fields.imm),
  };
  switch (semantics.kind) {
    case 'lddw':
      return load(operands.dst, random.word());
    case 'jump':
      return makeInstruction(row, { ...operands, off: random.below(4) });
    case 'goto': {
      const distance = random.below(3);
      return makeInstruction(row, semantics.displacement === 'off' ? { off: distance } : { imm: distance });
    }
    case 'load':
    case 'store':
    case 'atomic': {
      const loads =
        semantics.kind === 'load' || (semantics.kind === 'atomic' && semantics.operation === 'load_acquire');
      const base = random.chance(97) ? { [loads ? 'src' : 'dst']: 10 } : {};
      const off = random.chance(97) ? -random.below(504) - 8 : random.below(0x10000) - 0x8000;
      return makeInstruction(row, { ...operands, ...base, off });
    }
    default:
      return makeInstruction(row, operands);
  }
}

function randomProgram(random: Random, rows: readonly InstructionRow[], length: number): Uint8Array {
  const start = Array.from({ length: 10 }, (_, register) => load(register, random.word()));
  const body = Array.from({ length }, () => withOperands(random.pick(rows), random));
  return encodeAll(landOnInstructions([...start, ...body, exit, exit, exit, exit]));
}

/** A jump into the middle of an lddw goes behind it: such a jump is refused, taken or not. */
function landOnInstructions(program: readonly Instruction[]): Instruction[] {
  const starts = new Set<number>();
  let slots = 0;
  for (const instruction of program) {
    starts.add(slots);
    slots += instruction.slots;
  }
  let slot = 0;
  return program.map((instruction) => {
    slot += instruction.slots;
    const { kind } = instruction.row.semantics;
    if (kind !== 'jump' && kind !== 'goto') return instruction;
    const field = instruction.row.fields.off === 'free' ? 'off' : 'imm';
    const distance = instruction[field];
    return starts.has(slot + distance) ? instruction : { ...instruction, [field]: distance + 1 };
  });
}

/** Steps both through `code`; the number of instructions they agreed on. */
function compare(code: Uint8Array): number {
  const { machine, interpreter } = bareMachine(code);
  const instructions = expectOk(decodeAll(code));
  const reference = new Reference(instructions, machine.register(10));
  const registers = (): bigint[] => Array.from({ length: 11 }, (_, i) => machine.register(i));
  for (let cycle = 0; ; cycle++) {
    const at = `${instructions[reference.slot]?.row.name} at slot ${reference.slot}`;
    const before = registers();
    const expected = reference.step();
    const reason = interpreter.run(1, {});
    expect(reason, at).toBe({ next: 'budget', exit: 'exited', fault: 'fault' }[expected]);
    expect(registers(), at).toEqual(reference.registers);
    if (expected === 'fault') expect(registers(), at).toEqual(before);
    const stack = machine.memory.bytes.subarray(stacks, stacks + 512);
    if (!stack.every((byte, i) => byte === reference.stack[i])) expect(stack, at).toEqual(reference.stack);
    if (expected !== 'next') return cycle;
    expect(machine.slot, at).toBe(reference.slot);
  }
}

describe('the engine and the reference agree', () => {
  test.each(compared.map((row) => [row.name, row] as const))('on %s', (_, row) => {
    const random = new Random(row.id);
    for (let round = 0; round < 3; round++) {
      const program = randomProgram(random, [row], 40);
      expect(() => compare(program)).not.toThrow();
    }
  });

  test('on programs of all of them', () => {
    let instructions = 0;
    for (let seed = 1; seed <= 120; seed++) {
      instructions += compare(randomProgram(new Random(seed), compared, 120));
    }
    expect(instructions).toBeGreaterThan(5_000);
  });
});
