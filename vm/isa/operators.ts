/** How the kernel's and LLVM's assembly write operations; shared by the printers and the assembler. */
import type { AluOperation, AtomicOperation, JumpOperation } from './row.ts';

/** Assignments of ALU rows that stand between two operands; neg and movsx have forms of their own. */
export const aluOperators: Readonly<Partial<Record<AluOperation, string>>> = {
  add: '+=',
  sub: '-=',
  mul: '*=',
  div: '/=',
  sdiv: 's/=',
  or: '|=',
  and: '&=',
  lsh: '<<=',
  rsh: '>>=',
  arsh: 's>>=',
  mod: '%=',
  smod: 's%=',
  xor: '^=',
  mov: '=',
};

export const jumpOperators: Readonly<Record<JumpOperation, string>> = {
  eq: '==',
  ne: '!=',
  gt: '>',
  ge: '>=',
  lt: '<',
  le: '<=',
  set: '&',
  sgt: 's>',
  sge: 's>=',
  slt: 's<',
  sle: 's<=',
};

/** `lock *(…) += r`: the atomic operations that have a form without the old value. */
export const atomicOperators: Readonly<Partial<Record<AtomicOperation, string>>> = {
  add: '+=',
  or: '|=',
  and: '&=',
  xor: '^=',
};

/** Bits a movsx keeps; undefined for other operations. */
export function signExtendedBits(operation: AluOperation): number | undefined {
  return operation.startsWith('movsx') ? Number(operation.slice('movsx'.length)) : undefined;
}

/** `+5`, `-5`: as printf's %+d. */
export function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}
