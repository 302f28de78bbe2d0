import type { AluOperation, Width } from '../../isa/row.ts';
import type { Machine } from '../../machine/machine.ts';
import type { Region } from '../../memory/regions.ts';
import { isInterpreted, type CodeInstruction } from './instructions.ts';

/**
 * What is known of the registers while a program is compiled: "start + constant", and how large a number is at most.
 */

/**
 * A start: the frame's stack pointer or an address that an lddw loaded, exactly or with an index; an element of an
 * array, whichever; or anything.
 */
export interface Start {
  readonly kind: 'stack' | 'fixed' | 'element' | 'unknown';
  /** The region; of `unknown`: that of the element that a lookup has found, if the start is not 0. */
  readonly region: Region | undefined;
  /** Of `stack`: the distance from the frame pointer; of `fixed` and `element`: from its first byte. */
  readonly at: number;
  /** An index has been added to `at`, from 0 to this. Infinity: anything. */
  readonly index: number;
  /** Id of the region that the address most likely lies in. A wrong one costs time only. */
  readonly likely: number | undefined;
  /** What the loop that brings this along has to make sure of. */
  readonly guard: Guard | undefined;
}

/** A register that holds the same address all the time that a loop runs; tested where the loop is entered. */
export interface Guard {
  readonly register: number;
  readonly value: Value;
  /** Code relies on it. */
  used: boolean;
}

export interface Value {
  readonly start: Start;
  readonly offset: number;
  /** Of a number: it is from 0 to this. */
  readonly most: number;
  /** Index of the map whose address it is. */
  readonly map?: number;
}

/** r0 to r10. */
export type Registers = readonly Value[];

export function unknown(most = Infinity, likely?: number): Value {
  return { start: unknownStart(likely, undefined), offset: 0, most };
}

function unknownStart(likely: number | undefined, region: Region | undefined): Start {
  return { kind: 'unknown', region, at: 0, index: Infinity, likely, guard: undefined };
}

/** What a lookup in an array has left: 0 or an element of the region. */
export function found(region: Region): Value {
  return { start: unknownStart(region.id, region), offset: 0, most: Infinity };
}

/** The registers where one of them turned out not to be 0. `only`: whether a region holds one element. */
export function whereNotZero(
  registers: Registers,
  tested: number,
  only: (region: Region) => boolean,
): Registers {
  const value = registers[tested];
  const region = value?.start.region;
  if (value?.start.kind !== 'unknown' || region === undefined || value.offset !== 0) return registers;
  const start: Start = { ...value.start, kind: only(region) ? 'fixed' : 'element', index: 0 };
  return registers.map((each) => (each.start === value.start ? { ...each, start } : each));
}

const stackStart: Start = {
  kind: 'stack',
  region: undefined,
  at: 0,
  index: 0,
  likely: undefined,
  guard: undefined,
};
const framePointer: Value = { start: stackStart, offset: 0, most: Infinity };

/** Nothing is known but r10. `likely`: regions by register. */
export function freshRegisters(likely: readonly (number | undefined)[] = []): Value[] {
  return [...Array.from({ length: 10 }, (_, i) => unknown(Infinity, likely[i])), framePointer];
}

/** Whether the value is one address for all the time a frame lives. */
export function isExact(start: Start): boolean {
  return (start.kind === 'stack' || start.kind === 'fixed') && start.index === 0;
}

/** Whether both are the same address or number, whatever that is. */
export function isSame(a: Value, b: Value): boolean {
  if (a.start === b.start) return a.offset === b.offset;
  if (!isExact(a.start) || !isExact(b.start) || a.start.kind !== b.start.kind) return false;
  return a.start.region?.id === b.start.region?.id && a.start.at + a.offset === b.start.at + b.offset;
}

/** What is known where two ways meet. */
export function meet(a: Value, b: Value): Value {
  if (isSame(a, b)) {
    if (a.start.guard !== b.start.guard)
      for (const { start } of [a, b]) if (start.guard) start.guard.used = true;
    return a;
  }
  const likely = a.start.likely === b.start.likely ? a.start.likely : undefined;
  return unknown(Math.max(a.most, b.most), likely);
}

/** The registers that an instruction writes; a callee's r1 to r5 are not the caller's. */
export function writtenRegisters({ work, dst, src }: CodeInstruction, movesControl: boolean): number[] {
  switch (work.kind) {
    case 'alu':
    case 'lddw':
    case 'load':
    case 'byteswap':
    case 'addr_space_cast':
      return [dst];
    case 'atomic':
      if (work.operation === 'load_acquire') return [dst];
      if (work.operation === 'cmpxchg') return [0];
      return work.fetch && src !== undefined ? [src] : [];
    case 'lookup':
    case 'update':
    case 'remove':
      return [0];
    case 'call':
      return work.target === 'helper' && !movesControl ? [0] : [0, 1, 2, 3, 4, 5];
    default:
      return isInterpreted(work) ? [0, 1, 2, 3, 4, 5, dst] : [];
  }
}

/** What a 64-bit or 32-bit operation leaves in `dst`. */
export function computed(
  operation: AluOperation,
  width: Width,
  registers: Registers,
  { dst, src, immediate }: CodeInstruction,
): Value {
  const before = registers[dst] ?? unknown();
  const second = src === undefined ? unknown(immediate < 0 ? Infinity : immediate) : registers[src];
  if (width === 64 && second !== undefined) {
    if (operation === 'mov' && src !== undefined) return second;
    if (operation === 'add' && src === undefined && before.start.kind !== 'unknown')
      return { start: before.start, offset: before.offset + immediate, most: Infinity };
    if (operation === 'add' && src !== undefined) {
      if (before.start.kind !== 'unknown') return indexed(before, second);
      if (second.start.kind !== 'unknown') return indexed(second, before);
    }
  }
  const right = second?.most ?? Infinity;
  const known = src === undefined ? immediate : undefined;
  const most = withinWidth(width, mostOf(operation, width, before.most, right, known));
  if (width === 64 && (operation === 'add' || operation === 'sub')) {
    if (src !== undefined) return unknown(most, operation === 'add' ? likelyOf(before, second) : undefined);
    const offset = before.offset + (operation === 'add' ? immediate : -immediate);
    return { start: before.start, offset, most };
  }
  return unknown(most);
}

/** Global data keeps its place and its permissions; other numbers that happen to be addresses are not trusted. */
export function loaded(machine: Machine, address: bigint): Value {
  if (address >> 32n === 0n) return unknown(Number(address));
  const place = machine.regions.locate(address);
  const region = place?.region;
  if (place === undefined || region === undefined) return unknown();
  if (region.kind === 'map' && place.offset === 0) return { ...unknown(), map: region.owner };
  const fixed =
    region.kind === 'map_value' &&
    machine.maps[region.owner]?.valueBase !== undefined &&
    region.slotMask === 0xffffffff;
  if (!fixed) return unknown();
  const start: Start = {
    kind: 'fixed',
    region,
    at: place.offset,
    index: 0,
    likely: undefined,
    guard: undefined,
  };
  return { start, offset: 0, most: Infinity };
}

/** The region that a pointer plus a number lies in, whichever of the two is the pointer. */
function likelyOf(a: Value, b: Value | undefined): number | undefined {
  const [left, right] = [a.start.likely, b?.start.likely];
  return left === undefined || right === undefined || left === right ? (left ?? right) : undefined;
}

/** A pointer plus a number. */
function indexed({ start, offset }: Value, { most }: Value): Value {
  const indexedStart = { ...start, at: start.at + offset, index: start.index + most };
  return { start: indexedStart, offset: 0, most: Infinity };
}

/** Results beyond the width wrap around, and numbers are exact up to 2⁵³ only. */
function withinWidth(width: Width, most: number): number {
  return most < (width === 64 ? 2 ** 48 : 2 ** 32) ? most : Infinity;
}

/**
 * The largest result where the operands are from 0 to `left` and from 0 to `right`, before it wraps; Infinity: not
 * known. `known`: the second operand where it is an immediate. Division by zero gives 0, its remainder is the dividend.
 */
function mostOf(
  operation: AluOperation,
  width: Width,
  left: number,
  right: number,
  known: number | undefined,
): number {
  const shift = known === undefined ? 0 : 2 ** (known & (width - 1));
  switch (operation) {
    case 'mov':
      return right;
    case 'and':
      return Math.min(left, right);
    case 'add':
      return left + right;
    case 'mul':
      return left * right;
    case 'lsh':
      return known === undefined ? Infinity : left * shift;
    case 'rsh':
      return known === undefined ? left : Math.floor(Math.min(left, 2 ** width - 1) / shift);
    case 'div':
      return left;
    case 'mod':
      return known !== undefined && known > 0 ? Math.min(left, known - 1) : left;
    default:
      return Infinity;
  }
}
