import { basic, sizeOf, spell, type CInteger, type CType } from '../debug-info/c-type.ts';
import { numberOf, numberValue, type Value } from '../debugger/inspection/value.ts';
import { raiseAt } from './lexer.ts';
import type { BinaryOperator } from './syntax.ts';

/** Integers of C: promotion, the usual conversions, and results that wrap at the width of their type. */

const s32Range = { low: -(1n << 31n), high: (1n << 31n) - 1n };
const highest = { u32: (1n << 32n) - 1n, s64: (1n << 63n) - 1n };

/** Type of an integer constant (C11 6.4.4.1, on a machine where long has 64 bits). */
export function constantType(value: bigint, decimal: boolean, suffix: string): CInteger {
  const unsigned = suffix.includes('u');
  const long = suffix.includes('l');
  if (!unsigned && !long && value <= s32Range.high) return basic.s32;
  if ((unsigned || !decimal) && !long && value <= highest.u32) return basic.u32;
  if (!unsigned && value <= highest.s64) return basic.s64;
  return basic.u64;
}

/** The number of a scalar, or a problem that says why there is none. */
export function scalar(value: Value, at: number): bigint {
  const number = numberOf(value);
  if (number !== undefined) return number;
  const { type, storage } = value;
  if (type.kind !== 'integer' && type.kind !== 'enum' && type.kind !== 'pointer')
    return raiseAt(at, 'expression-type', `a value of type ${spell(type)} is not a number`);
  const where = storage.address === undefined ? '' : ` at 0x${storage.address.toString(16)}`;
  return raiseAt(at, 'unreadable', `there are no ${sizeOf(type) ?? 0} bytes${where} to read`);
}

/** What an operand of arithmetic is converted to: int, or what does not fit one. */
export function promote(type: CType, bits?: number): CInteger | undefined {
  if (type.kind !== 'integer' && type.kind !== 'enum') return undefined;
  const width = bits ?? type.size * 8;
  if (width < 32) return basic.s32;
  if (width === 32) return type.signed ? basic.s32 : basic.u32;
  return type.signed ? basic.s64 : basic.u64;
}

/** The usual arithmetic conversions of two promoted types. */
export function commonType(left: CInteger, right: CInteger): CInteger {
  if (left.size !== right.size) return left.size > right.size ? left : right;
  return left.signed ? right : left;
}

/** `number` as a value of an integer type, wrapped to its width. */
export function wrap(type: CInteger, number: bigint): Value {
  return numberValue(type, type.form === 'bool' ? (number === 0n ? 0n : 1n) : number);
}

export function convert(type: CInteger, number: bigint): bigint {
  return type.signed ? BigInt.asIntN(type.size * 8, number) : BigInt.asUintN(type.size * 8, number);
}

/** An operator on two integers that have been promoted. */
export function arithmetic(
  operator: BinaryOperator,
  left: { readonly type: CInteger; readonly number: bigint },
  right: { readonly type: CInteger; readonly number: bigint },
  at: number,
): Value {
  if (operator === '<<' || operator === '>>') return shift(operator, left, right.number);
  const type = commonType(left.type, right.type);
  const a = convert(type, left.number);
  const b = convert(type, right.number);
  const compared = compare(operator, a, b);
  return compared ?? wrap(type, calculate(operator, a, b, at));
}

/** Undefined for operators that do not compare. */
export function compare(operator: BinaryOperator, a: bigint, b: bigint): Value | undefined {
  const comparisons: Partial<Record<BinaryOperator, boolean>> = {
    '==': a === b,
    '!=': a !== b,
    '<': a < b,
    '>': a > b,
    '<=': a <= b,
    '>=': a >= b,
  };
  const result = comparisons[operator];
  return result === undefined ? undefined : truth(result);
}

export function truth(value: boolean): Value {
  return numberValue(basic.s32, value ? 1n : 0n);
}

function calculate(operator: BinaryOperator, a: bigint, b: bigint, at: number): bigint {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
    case '%':
      if (b === 0n) return raiseAt(at, 'division-by-zero', 'division by zero');
      return operator === '/' ? a / b : a % b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    default:
      return raiseAt(at, 'expression-type', `${operator} is not arithmetic`);
  }
}

/** The count is taken modulo the width, as BPF instructions do. */
function shift(
  operator: '<<' | '>>',
  { type, number }: { readonly type: CInteger; readonly number: bigint },
  count: bigint,
): Value {
  const by = count & BigInt(type.size * 8 - 1);
  return wrap(type, operator === '<<' ? number << by : number >> by);
}
