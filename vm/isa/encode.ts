/** Instructions to bytes: little-endian, `dst` in the low half of the register byte (RFC 9669 §3). */
import { slotSize } from './opcode.ts';
import type { Instruction, InstructionRow } from './row.ts';

export interface Operands {
  readonly dst?: number;
  readonly src?: number;
  readonly off?: number;
  readonly imm?: number;
  readonly immHigh?: number;
}

/** An instruction of `row` with the given operands; fields they leave out are 0 or the only value the row allows. */
export function makeInstruction(row: InstructionRow, operands: Operands = {}): Instruction {
  const only = (use: string | readonly number[]): number => (typeof use === 'string' ? 0 : (use[0] ?? 0));
  return {
    row,
    dst: operands.dst ?? 0,
    src: operands.src ?? only(row.fields.src),
    off: operands.off ?? only(row.fields.off),
    imm: operands.imm ?? only(row.fields.imm),
    immHigh: operands.immHigh ?? 0,
    slots: row.semantics.kind === 'lddw' ? 2 : 1,
  };
}

/** 8 bytes, 16 for lddw. */
export function encode(instruction: Instruction): Uint8Array {
  return encodeAll([instruction]);
}

export function encodeAll(instructions: readonly Instruction[]): Uint8Array {
  const slots = instructions.reduce((sum, { slots }) => sum + slots, 0);
  const bytes = new Uint8Array(slots * slotSize);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { row, dst, src, off, imm, immHigh, slots } of instructions) {
    view.setUint8(at, row.opcode);
    view.setUint8(at + 1, dst | (src << 4));
    view.setInt16(at + 2, off, true);
    view.setInt32(at + 4, imm, true);
    if (slots === 2) view.setInt32(at + slotSize + 4, immHigh, true);
    at += slots * slotSize;
  }
  return bytes;
}

/** The 64-bit immediate of an lddw, unsigned. */
export function wideImmediate(instruction: Instruction): bigint {
  return (BigInt(instruction.immHigh >>> 0) << 32n) | BigInt(instruction.imm >>> 0);
}
