import { readUnsigned, writeInteger } from '../../../vm/base/bytes.ts';
import { failed, type Result } from '../../../vm/base/problem.ts';
import { sizeOf, type CArray, type CType } from '../../debug-info/c-type.ts';

/** Bytes somewhere: in memory, in a register, or computed. */
export interface Storage {
  /** Undefined for what is not in memory. */
  readonly address: bigint | undefined;
  /** Undefined where not all of the bytes exist. */
  read(offset: number, size: number): Uint8Array | undefined;
  /** Of bytes some of which do not exist while others do: what stands for them. */
  readonly gap?: (offset: number, size: number) => string | undefined;
  /** Undefined: read-only. */
  readonly write: ((offset: number, bytes: Uint8Array) => Result<void>) | undefined;
}

export interface Value {
  readonly type: CType;
  readonly storage: Storage;
  /** Of a bit field: its lowest bit, from the start of the storage, and its width. */
  readonly bits?: { readonly offset: number; readonly size: number };
}

export function constant(bytes: Uint8Array): Storage {
  return {
    address: undefined,
    read: (offset, size) =>
      offset >= 0 && offset + size <= bytes.length ? bytes.subarray(offset, offset + size) : undefined,
    write: undefined,
  };
}

/** A computed number of a type that has the size of one. */
export function numberValue(type: CType, number: bigint): Value {
  return { type, storage: constant(writeInteger(number, sizeOf(type) ?? 8)) };
}

function part(storage: Storage, offset: number): Storage {
  if (offset === 0) return storage;
  const { write, gap } = storage;
  return {
    address: storage.address === undefined ? undefined : storage.address + BigInt(offset),
    read: (at, size) => storage.read(offset + at, size),
    ...(gap && { gap: (at, size) => gap(offset + at, size) }),
    write: write && ((at, bytes) => write(offset + at, bytes)),
  };
}

export function readOnly(storage: Storage): Storage {
  return { ...storage, read: (offset, size) => storage.read(offset, size), write: undefined };
}

export function bytesOf(value: Value): Uint8Array | undefined {
  const size = sizeOf(value.type);
  return size === undefined ? undefined : value.storage.read(0, size);
}

/** A member with its offset from the start of `value`, as `visibleMembers` gives it. */
export function placeMember(
  value: Value,
  member: { readonly type: CType; readonly bitOffset: number; readonly bitSize: number | undefined },
): Value {
  const { type, bitOffset, bitSize } = member;
  const bytes = Math.floor(bitOffset / 8);
  const placed = { type, storage: part(value.storage, bytes) };
  return bitSize === undefined ? placed : { ...placed, bits: { offset: bitOffset % 8, size: bitSize } };
}

export function elementOf(value: Value, array: CArray, index: number): Value {
  return { type: array.element, storage: part(value.storage, index * (sizeOf(array.element) ?? 0)) };
}

/** The number that an integer, enum or pointer holds; undefined for other types and where its bytes do not exist. */
export function numberOf(value: Value): bigint | undefined {
  const { type, bits } = value;
  if (type.kind !== 'integer' && type.kind !== 'enum' && type.kind !== 'pointer') return undefined;
  const signed = type.kind !== 'pointer' && type.signed;
  const size = bits === undefined ? (sizeOf(type) ?? 8) : Math.ceil((bits.offset + bits.size) / 8);
  const bytes = value.storage.read(0, size);
  if (bytes === undefined) return undefined;
  const whole = readUnsigned(bytes) >> BigInt(bits?.offset ?? 0);
  const width = bits?.size ?? size * 8;
  return signed ? BigInt.asIntN(width, whole) : BigInt.asUintN(width, whole);
}

/** Stores the low bits of `number` in an integer, enum or pointer. */
export function storeNumber(value: Value, number: bigint): Result<void> {
  const { bits, storage } = value;
  if (storage.write === undefined)
    return failed({ code: 'read-only', message: 'this value cannot be changed' });
  if (bits === undefined) return storage.write(0, writeInteger(number, sizeOf(value.type) ?? 8));
  const size = Math.ceil((bits.offset + bits.size) / 8);
  const before = storage.read(0, size);
  if (before === undefined) return failed({ code: 'unreadable', message: 'the bytes do not exist' });
  const mask = ((1n << BigInt(bits.size)) - 1n) << BigInt(bits.offset);
  const whole = (readUnsigned(before) & ~mask) | ((number << BigInt(bits.offset)) & mask);
  return storage.write(0, writeInteger(whole, size));
}

/** Stores bytes as they are, from the start of the value. */
export function storeBytes(value: Value, bytes: Uint8Array): Result<void> {
  if (value.storage.write === undefined)
    return failed({ code: 'read-only', message: 'this value cannot be changed' });
  return value.storage.write(0, bytes);
}
