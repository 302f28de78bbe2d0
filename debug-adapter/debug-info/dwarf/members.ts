import { sizeOf, type CMember, type CType } from '../c-type.ts';
import { DW_AT, DW_OP, DW_TAG } from './constants.ts';
import { Cursor } from './cursor.ts';
import type { Die } from './die.ts';
import { canHold } from './nesting.ts';

/** More elements than any address space has bytes: the bound of an array without one. */
const mostElements = 2 ** 32;

/** Counts of elements, outermost first; 0 where there is no bound, as of a flexible array. */
export function dimensionsOf(array: Die): number[] {
  const dimensions = array.children().filter(({ tag }) => tag === DW_TAG.subrange_type);
  if (dimensions.length === 0) return [0];
  return dimensions.map((die) => {
    const upper = die.constant(DW_AT.upper_bound);
    const fromBounds = upper === undefined ? 0 : upper - (die.constant(DW_AT.lower_bound) ?? 0) + 1;
    const count = die.constant(DW_AT.count) ?? fromBounds;
    return count >= 0 && count < mostElements ? count : 0;
  });
}

export interface Types {
  typeOf(die: Die): CType;
}

/** Members of a struct or union of `size` bytes. What would make the struct part of itself is left out. */
export function structMembers(struct: Die, size: number, types: Types): CMember[] {
  return struct
    .children()
    .filter(({ tag }) => tag === DW_TAG.member || tag === DW_TAG.inheritance)
    .filter((die) => !die.flag(DW_AT.external) && !die.flag(DW_AT.declaration))
    .filter((die) => canHold(struct, size, die))
    .map((die) => memberOf(die, types));
}

export function memberOf(die: Die, types: Types): CMember {
  const type = types.typeOf(die);
  const bitSize = die.constant(DW_AT.bit_size);
  return { name: die.string(DW_AT.name) ?? '', type, bitOffset: bitOffset(die, type, bitSize), bitSize };
}

function bitOffset(die: Die, type: CType, bitSize: number | undefined): number {
  const fromStart = die.constant(DW_AT.data_bit_offset);
  if (fromStart !== undefined) return fromStart;
  const base = byteOffset(die) * 8;
  const fromTop = die.constant(DW_AT.bit_offset);
  if (fromTop === undefined || bitSize === undefined) return base;
  // Until DWARF 3: counted from the most significant bit of a unit of storage.
  const storage = die.constant(DW_AT.byte_size) ?? sizeOf(type) ?? 0;
  return base + storage * 8 - fromTop - bitSize;
}

/** A number, or in DWARF 2 an expression that adds one. */
function byteOffset(die: Die): number {
  const expression = die.bytes(DW_AT.data_member_location);
  if (expression === undefined) return die.constant(DW_AT.data_member_location) ?? 0;
  const cursor = new Cursor(expression, '.debug_info');
  return cursor.u8() === DW_OP.plus_uconst ? cursor.uleb() : 0;
}
