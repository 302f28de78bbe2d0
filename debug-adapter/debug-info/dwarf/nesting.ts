import { DW_AT, DW_TAG } from './constants.ts';
import type { Die } from './die.ts';
import { bareOf } from './type-spelling.ts';

/** More dimensions and typedefs than any declaration has. */
const longestChain = 64;

const structs: ReadonlySet<number> = new Set([DW_TAG.structure_type, DW_TAG.class_type, DW_TAG.union_type]);

/**
 * Whether a struct of `size` bytes can have the member: one that is as big as the struct may not lead back to it. Damaged
 * information may nest structs in one another without end.
 */
export function canHold(struct: Die, size: number, member: Die): boolean {
  const inner = structWithin(member);
  if (inner === undefined) return true;
  const innerSize = sizeOfStruct(inner);
  if (innerSize !== size) return innerSize < size;
  return !leadsBack(inner, struct.offset, size);
}

/** Follows members of the same size, each struct once. */
function leadsBack(start: Die, target: number, size: number): boolean {
  const open = [start];
  const seen = new Set<number>();
  for (let struct = open.pop(); struct !== undefined; struct = open.pop()) {
    if (struct.offset === target) return true;
    if (seen.has(struct.offset)) continue;
    seen.add(struct.offset);
    const inner = struct.children().flatMap((child) => structWithin(child) ?? []);
    open.push(...inner.filter((die) => sizeOfStruct(die) === size));
  }
  return false;
}

/** The struct whose bytes are in the member, alone or as elements of an array. */
function structWithin(member: Die): Die | undefined {
  if (member.tag !== DW_TAG.member && member.tag !== DW_TAG.inheritance) return undefined;
  let die = bareOf(member.reference(DW_AT.type));
  for (let steps = 0; die?.tag === DW_TAG.array_type && steps < longestChain; steps++)
    die = bareOf(die.reference(DW_AT.type));
  return die !== undefined && structs.has(die.tag) ? die : undefined;
}

/** What is only declared cannot be in anything. */
function sizeOfStruct(die: Die): number {
  return die.flag(DW_AT.declaration) ? Infinity : (die.constant(DW_AT.byte_size) ?? 0);
}
