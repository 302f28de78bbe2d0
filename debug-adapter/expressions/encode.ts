import { writeInteger } from '../../vm/base/bytes.ts';
import {
  sizeOf,
  spell,
  visibleMembers,
  type CArray,
  type CStruct,
  type CType,
} from '../debug-info/c-type.ts';
import { bytesOf, storeNumber, type Storage, type Value } from '../debugger/inspection/value.ts';
import { expectOk, ok } from '../../vm/base/problem.ts';
import { raiseAt } from './lexer.ts';
import { scalar } from './numbers.ts';
import type { Expression } from './syntax.ts';

/** Evaluates an expression that is not a list. */
export type Evaluate = (expression: Expression) => Value;

/** The bytes of an expression as a value of `type`: what is assigned, and the keys of maps. */
export function encode(expression: Expression, type: CType, evaluate: Evaluate): Uint8Array {
  const { at } = expression;
  const size = sizeOf(type);
  if (size === undefined) return raiseAt(at, 'expression-type', `${spell(type)} has no size`);
  switch (type.kind) {
    case 'integer':
    case 'enum':
    case 'pointer':
      return writeInteger(numberFor(expression, type, evaluate), size);
    case 'struct':
      if (expression.kind === 'list') return structBytes(expression, type, evaluate);
      return copied(expression, type, evaluate);
    case 'array':
      if (expression.kind === 'list') return arrayBytes(expression, type, evaluate);
      return expression.kind === 'string' ? textBytes(expression, type) : copied(expression, type, evaluate);
    default:
      return raiseAt(at, 'expression-type', `a ${spell(type)} cannot be given as an expression`);
  }
}

/** A number that fits the type; names of an enum's constants mean those of this enum. */
export function numberFor(expression: Expression, type: CType, evaluate: Evaluate, bits?: number): bigint {
  const { at } = expression;
  if (expression.kind === 'list') return raiseAt(at, 'expression-type', `a list cannot be a ${spell(type)}`);
  const own = expression.kind === 'name' && type.kind === 'enum' ? type.values : [];
  const constant = own.find(({ name }) => expression.kind === 'name' && name === expression.name)?.value;
  const number = constant ?? scalar(evaluate(expression), at);
  if (type.kind === 'integer' && type.form === 'bool') return number === 0n ? 0n : 1n;
  const width = bits ?? (sizeOf(type) ?? 8) * 8;
  if (number < -(1n << BigInt(width - 1)) || number >= 1n << BigInt(width))
    return raiseAt(at, 'out-of-range', `${number} does not fit the ${width} bits of ${spell(type)}`);
  return number;
}

type List = Extract<Expression, { kind: 'list' }>;

function structBytes({ items, at }: List, type: CStruct, evaluate: Evaluate): Uint8Array {
  const bytes = new Uint8Array(type.size);
  const members = items.some(({ member }) => member !== undefined) ? visibleMembers(type) : type.members();
  if (items.length > (type.union ? 1 : members.length))
    raiseAt(at, 'expression-type', `${spell(type)} has ${members.length} members, not ${items.length}`);
  items.forEach((item, i) => {
    const name = item.member;
    const member = name === undefined ? members[i] : members.find((candidate) => candidate.name === name);
    if (member === undefined)
      return raiseAt(item.value.at, 'unknown-member', `${spell(type)} has no member ${name ?? i}`);
    if (member.bitSize === undefined) {
      bytes.set(encode(item.value, member.type, evaluate), member.bitOffset / 8);
      return;
    }
    const number = numberFor(item.value, member.type, evaluate, member.bitSize);
    const value = {
      type: member.type,
      storage: buffer(bytes, Math.floor(member.bitOffset / 8)),
      bits: { offset: member.bitOffset % 8, size: member.bitSize },
    };
    expectOk(storeNumber(value, number));
  });
  return bytes;
}

/** Bytes being put together, from `base` on. */
function buffer(bytes: Uint8Array, base: number): Storage {
  return {
    address: undefined,
    read: (offset, size) => bytes.slice(base + offset, base + offset + size),
    write: (offset, part) => {
      bytes.set(part, base + offset);
      return ok(undefined);
    },
  };
}

function arrayBytes({ items, at }: List, type: CArray, evaluate: Evaluate): Uint8Array {
  const bytes = new Uint8Array(sizeOf(type) ?? 0);
  const stride = sizeOf(type.element) ?? 0;
  if (items.length > type.count)
    raiseAt(at, 'expression-type', `${spell(type)} has ${type.count} elements, not ${items.length}`);
  items.forEach(({ member, value }, i) => {
    if (member !== undefined) raiseAt(value.at, 'unknown-member', `an array has no member ${member}`);
    bytes.set(encode(value, type.element, evaluate), i * stride);
  });
  return bytes;
}

function textBytes(expression: Extract<Expression, { kind: 'string' }>, type: CArray): Uint8Array {
  const { at, bytes: text } = expression;
  if (sizeOf(type.element) !== 1) return raiseAt(at, 'expression-type', `a text cannot be a ${spell(type)}`);
  if (text.length > type.count)
    return raiseAt(at, 'out-of-range', `${text.length} characters do not fit ${spell(type)}`);
  const bytes = new Uint8Array(type.count);
  bytes.set(text);
  return bytes;
}

function copied(expression: Expression, type: CType, evaluate: Evaluate): Uint8Array {
  const value = evaluate(expression);
  if (spell(value.type) !== spell(type))
    return raiseAt(expression.at, 'expression-type', `a ${spell(value.type)} is not a ${spell(type)}`);
  return bytesOf(value) ?? raiseAt(expression.at, 'unreadable', 'the value cannot be read');
}
