/** Every row, with several values in every field, through encoder, decoder, printers and assembler and back. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../base/bytes.ts';
import { formatProblem } from '../base/problem.ts';
import { assemble } from './assemble.ts';
import { decode } from './decode.ts';
import { encode, makeInstruction } from './encode.ts';
import { printKernel } from './print-kernel.ts';
import { printLlvm } from './print-llvm.ts';
import type { FieldUses, Instruction, InstructionRow } from './row.ts';
import { instructionTable } from './table.ts';

const values: Readonly<Record<keyof FieldUses, readonly number[]>> = {
  dst: [1, 0, 9, 3, 7, 2],
  src: [2, 10, 0, 8, 6, 1],
  off: [4, -8, 0, 32767, -32768, -1],
  imm: [5, -1, 0, 0x7fffffff, -0x80000000, 0x10],
  immHigh: [0, -1, 0x11223344, 1, -0x80000000, 0x7fffffff],
};

function value(row: InstructionRow, field: keyof FieldUses, round: number): number {
  const use = row.fields[field];
  if (use === 'reserved') return 0;
  const choice = typeof use === 'string' ? values[field] : use;
  const chosen = choice[round % choice.length]!;
  return chosen === 10 && use !== 'read' ? 9 : chosen;
}

function samples(row: InstructionRow): Instruction[] {
  return Array.from({ length: 6 }, (_, round) =>
    makeInstruction(row, {
      dst: value(row, 'dst', round),
      src: value(row, 'src', round),
      off: value(row, 'off', round),
      imm: value(row, 'imm', round),
      immHigh: row.semantics.kind === 'lddw' ? value(row, 'immHigh', round) : 0,
    }),
  );
}

function assembled(text: string): string {
  const result = assemble(text);
  return result.ok ? toHex(result.value) : formatProblem(result.problem);
}

describe.each(instructionTable.map((row) => ({ name: row.name, row })))('$name', ({ row }) => {
  it('is what its bytes decode to', () => {
    for (const sample of samples(row)) {
      expect(decode(encode(sample), 0)).toEqual({ ok: true, value: sample });
    }
  });

  it('assembles from both styles', () => {
    for (const sample of samples(row)) {
      const bytes = toHex(encode(sample));
      const kernel = printKernel(sample);
      expect(assembled(kernel), kernel).toBe(bytes);
      for (const alu32 of [false, true]) {
        const llvm = printLlvm(sample, 0, {}, { alu32, distinctCalls: true });
        expect(assembled(llvm), llvm).toBe(bytes);
      }
    }
  });
});
