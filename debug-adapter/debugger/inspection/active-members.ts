import {
  activeVariant,
  spell,
  visibleMembers,
  type CMember,
  type CStruct,
  type CVariant,
} from '../../debug-info/c-type.ts';
import { numberOf, placeMember, type Value } from './value.ts';

/** What is in a struct now. */
export interface ActiveMembers {
  /** As `visibleMembers` gives them: offsets are from the start of the struct. */
  readonly members: readonly CMember[];
  /** Of an enum of Rust. */
  readonly variant?: { readonly name: string } | { readonly problem: string };
}

/** The members of a struct, with those of the variant that its discriminant says. */
export function activeMembers(value: Value, struct: CStruct): ActiveMembers {
  const members = visibleMembers(struct);
  const variants = struct.variants?.();
  if (variants === undefined) return { members };
  const { discriminant } = variants;
  const number = discriminant && numberOf(placeMember(value, discriminant));
  const type = shortName(struct);
  if (discriminant !== undefined && number === undefined)
    return { members, variant: { problem: `the discriminant of ${type} cannot be read` } };
  const variant = activeVariant(variants, number);
  if (variant === undefined)
    return { members, variant: { problem: `no variant of ${type} has discriminant ${number}` } };
  const name = variant.members[0]?.name ?? '';
  return { members: [...members, ...membersOf(variant)], variant: { name: `${type}::${name}` } };
}

/** A member that is there; `anyVariant`: or would be in another variant, where only its type is wanted. */
export function memberOf(value: Value, struct: CStruct, name: string, anyVariant = false): Value | undefined {
  const named = (member: CMember): boolean => member.name === name;
  const others = anyVariant ? (struct.variants?.()?.variants ?? []) : [];
  const member = activeMembers(value, struct).members.find(named) ?? others.flatMap(membersOf).find(named);
  return member && placeMember(value, member);
}

/** What is in the struct that bears the variant's name. */
function membersOf({ members }: CVariant): readonly CMember[] {
  return members.flatMap((outer) =>
    outer.type.kind === 'struct'
      ? visibleMembers(outer.type).map((inner) => ({
          ...inner,
          bitOffset: outer.bitOffset + inner.bitOffset,
        }))
      : [outer],
  );
}

/** `Maybe` for `shapes::Maybe<&u32>`. */
function shortName(struct: CStruct): string {
  return spell(struct).replace(/<.*$/, '').replace(/^.*::/, '');
}
