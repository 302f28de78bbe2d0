import { raise } from '../../../vm/base/problem.ts';
import type { BinaryName, ComparisonName } from './operations.ts';

export interface BaseType {
  readonly size: number;
  readonly signed: boolean;
}

/** An entry of the stack: `bits` is unsigned, in the width of the type. `type` undefined: the generic type. */
export interface TypedValue {
  readonly bits: bigint;
  readonly type: BaseType | undefined;
}

/** Of the generic type: that of an address. */
const genericSize = 8;

export function generic(value: bigint): TypedValue {
  return { bits: BigInt.asUintN(genericSize * 8, value), type: undefined };
}

export function typed(type: BaseType | undefined, value: bigint): TypedValue {
  return { bits: BigInt.asUintN(widthOf(type), value), type };
}

function widthOf(type: BaseType | undefined): number {
  return (type?.size ?? genericSize) * 8;
}

function asSigned({ bits, type }: TypedValue): bigint {
  return BigInt.asIntN(widthOf(type), bits);
}

/** As its type has it; the generic type has no sign of its own. */
function numberOf(value: TypedValue, genericSigned: boolean): bigint {
  const signed = value.type?.signed ?? genericSigned;
  return signed ? asSigned(value) : value.bits;
}

/** The value in at least 8 bytes, extended as its type says. */
export function extended(value: TypedValue): { readonly bits: bigint; readonly size: number } {
  const size = Math.max(value.type?.size ?? genericSize, genericSize);
  return { bits: BigInt.asUintN(size * 8, numberOf(value, false)), size };
}

/** DW_OP_convert. */
export function converted(value: TypedValue, type: BaseType | undefined): TypedValue {
  return typed(type, numberOf(value, false));
}

/** DW_OP_reinterpret: the same bits, so that the sizes must be the same. */
export function reinterpreted(value: TypedValue, type: BaseType | undefined): TypedValue {
  if (widthOf(value.type) !== widthOf(type))
    raise('bad-expression', 'DW_OP_reinterpret to a type of another size');
  return { bits: value.bits, type };
}

export function negated(value: TypedValue): TypedValue {
  return typed(value.type, -value.bits);
}

export function absolute(value: TypedValue): TypedValue {
  const number = numberOf(value, true);
  return typed(value.type, number < 0n ? -number : number);
}

export function inverted(value: TypedValue): TypedValue {
  return typed(value.type, ~value.bits);
}

/** The generic type divides signed and takes remainders unsigned (DWARF 5, 2.5.1.4). */
export function binary(operator: BinaryName, left: TypedValue, right: TypedValue): TypedValue {
  const shift = operator === 'shl' || operator === 'shr' || operator === 'shra';
  if (!shift) expectSameType(left, right);
  return typed(left.type, compute(operator, left, right));
}

function compute(operator: BinaryName, left: TypedValue, right: TypedValue): bigint {
  switch (operator) {
    case 'and':
      return left.bits & right.bits;
    case 'or':
      return left.bits | right.bits;
    case 'xor':
      return left.bits ^ right.bits;
    case 'plus':
      return left.bits + right.bits;
    case 'minus':
      return left.bits - right.bits;
    case 'mul':
      return left.bits * right.bits;
    case 'div':
      return numberOf(left, true) / divisor(right, true);
    case 'mod':
      return numberOf(left, false) % divisor(right, false);
    case 'shl':
      return right.bits >= widthOf(left.type) ? 0n : left.bits << right.bits;
    case 'shr':
      return right.bits >= widthOf(left.type) ? 0n : left.bits >> right.bits;
    case 'shra': {
      const most = BigInt(widthOf(left.type) - 1);
      return asSigned(left) >> (right.bits > most ? most : right.bits);
    }
  }
}

function divisor(value: TypedValue, genericSigned: boolean): bigint {
  const number = numberOf(value, genericSigned);
  return number === 0n ? raise('division-by-zero', 'the expression divides by 0') : number;
}

/** 1 or 0 in the generic type, which compares signed. */
export function compare(operator: ComparisonName, left: TypedValue, right: TypedValue): TypedValue {
  expectSameType(left, right);
  const [a, b] = [numberOf(left, true), numberOf(right, true)];
  const holds = { eq: a === b, ne: a !== b, lt: a < b, le: a <= b, gt: a > b, ge: a >= b }[operator];
  return generic(holds ? 1n : 0n);
}

function expectSameType({ type: a }: TypedValue, { type: b }: TypedValue): void {
  if (a?.size !== b?.size || a?.signed !== b?.signed)
    raise('bad-expression', 'the operands of an operation have different types');
}
