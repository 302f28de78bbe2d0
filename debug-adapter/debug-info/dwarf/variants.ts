import { sizeOf, type CMember, type CVariant, type CVariants } from '../c-type.ts';
import { DW_AT, DW_TAG } from './constants.ts';
import { Cursor } from './cursor.ts';
import type { Die } from './die.ts';
import { memberOf, type Types } from './members.ts';

/** The variants of a struct, as enums of Rust have them (DWARF 5, section 5.7.10); undefined for other structs. */
export function variantsOf(struct: Die, types: Types): CVariants | undefined {
  const part = struct.children().find(({ tag }) => tag === DW_TAG.variant_part);
  if (part === undefined) return undefined;
  const discriminant = part.reference(DW_AT.discr);
  const member = discriminant && memberOf(discriminant, types);
  const variants = part.children().filter(({ tag }) => tag === DW_TAG.variant);
  return { discriminant: member, variants: variants.map((die) => variantOf(die, member, types)) };
}

function variantOf(die: Die, discriminant: CMember | undefined, types: Types): CVariant {
  const members = die
    .children()
    .filter(({ tag }) => tag === DW_TAG.member)
    .map((member) => memberOf(member, types));
  return { values: valuesOf(die, discriminant), members };
}

/** Cut to the size of the discriminant: compilers may write them signed. */
function valuesOf(die: Die, discriminant: CMember | undefined): { low: bigint; high: bigint }[] {
  const type = discriminant?.type;
  const bits = 8 * Math.min((type && sizeOf(type)) ?? 8, 16);
  const signed = type?.kind === 'integer' && type.signed;
  const cut = (value: bigint): bigint => (signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
  const single = die.bigint(DW_AT.discr_value);
  if (single !== undefined) return [{ low: cut(single), high: cut(single) }];
  const list = die.bytes(DW_AT.discr_list);
  if (list === undefined) return [];
  const cursor = new Cursor(list, '.debug_info');
  const next = (): bigint => cut(signed ? cursor.bigSleb() : cursor.bigUleb());
  const values: { low: bigint; high: bigint }[] = [];
  while (!cursor.done) {
    const isRange = cursor.u8() !== 0;
    const low = next();
    values.push({ low, high: isRange ? next() : low });
  }
  return values;
}
