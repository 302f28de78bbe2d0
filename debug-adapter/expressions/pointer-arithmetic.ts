import { pointerTo, basic, sizeOf, spell, type CPointer } from '../debug-info/c-type.ts';
import { numberValue, type Value } from '../debugger/inspection/value.ts';
import { raiseAt } from './lexer.ts';
import { compare, convert, scalar } from './numbers.ts';
import type { BinaryOperator } from './syntax.ts';

/** Arrays in memory become pointers to their first element, functions to themselves. */
export function decay(value: Value, arrays = true): Value {
  const { type, storage } = value;
  if (storage.address === undefined) return value;
  if (type.kind === 'array' && arrays) return numberValue(pointerTo(type.element), storage.address);
  return type.kind === 'function' ? numberValue(pointerTo(type), storage.address) : value;
}

export function pointerArithmetic(operator: BinaryOperator, left: Value, right: Value, at: number): Value {
  const a = scalar(left, at);
  const b = scalar(right, at);
  const compared = compare(operator, unsigned(a), unsigned(b));
  if (compared !== undefined) return compared;
  if (left.type.kind === 'pointer' && right.type.kind === 'pointer') {
    if (operator !== '-')
      return raiseAt(at, 'expression-type', `${operator} cannot be applied to two pointers`);
    return numberValue(basic.s64, convert(basic.s64, a - b) / stride(left.type, at));
  }
  if (left.type.kind === 'pointer' && (operator === '+' || operator === '-'))
    return numberValue(
      left.type,
      operator === '+' ? a + b * stride(left.type, at) : a - b * stride(left.type, at),
    );
  if (right.type.kind === 'pointer' && operator === '+')
    return numberValue(right.type, a * stride(right.type, at) + b);
  return raiseAt(at, 'expression-type', `${operator} cannot be applied to a pointer; cast it to __u64 first`);
}

function unsigned(number: bigint): bigint {
  return BigInt.asUintN(64, number);
}

/** Bytes from one pointed-to element to the next; 1 for void, as in GNU C. */
function stride(type: CPointer, at: number): bigint {
  const pointed = type.target();
  if (pointed.kind === 'void') return 1n;
  const size = sizeOf(pointed);
  return size === undefined || size === 0
    ? raiseAt(at, 'expression-type', `${spell(pointed)} has no size to step by`)
    : BigInt(size);
}
