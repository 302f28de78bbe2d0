import { DW_AT, DW_TAG } from './constants.ts';
import type { Die } from './die.ts';
import { dimensionsOf } from './members.ts';

/** Deeper, and made of more types, than any that is read; damaged information may go in circles. */
const deepest = 32;
const mostParts = 1000;
/** More typedefs and qualifiers in a row than any compiler writes: the chain is a circle. */
const longestChain = 64;

const modifiers: ReadonlyMap<number, string> = new Map([
  [DW_TAG.const_type, 'const'],
  [DW_TAG.immutable_type, 'const'],
  [DW_TAG.volatile_type, 'volatile'],
  [DW_TAG.restrict_type, 'restrict'],
  [DW_TAG.atomic_type, '_Atomic'],
]);

/** The type behind typedefs and qualifiers; undefined for void. */
export function bareOf(die: Die | undefined): Die | undefined {
  let bare = die;
  for (
    let steps = 0;
    bare !== undefined && (bare.tag === DW_TAG.typedef || modifiers.has(bare.tag));
    steps++
  ) {
    if (steps === longestChain) return undefined;
    bare = bare.reference(DW_AT.type);
  }
  return bare;
}

/**
 * C declaration of `declarator` with the type of an entry (undefined: void), as `declare` of vm/object/btf spells the
 * same type. Types of Rust have the names that the compiler gives them.
 */
export function declareType(die: Die | undefined, declarator: string): string {
  return spell(die, declarator, '', 0, { parts: 0 });
}

function spell(
  die: Die | undefined,
  inner: string,
  qualifiers: string,
  depth: number,
  count: { parts: number },
): string {
  if (depth > deepest || ++count.parts > mostParts) return '...';
  const base = (name: string): string => joinWords(`${qualifiers}${name}`, inner);
  if (die === undefined) return base('void');
  const next = (declarator: string, carried = ''): string =>
    spell(die.reference(DW_AT.type), declarator, carried, depth + 1, count);

  const modifier = modifiers.get(die.tag);
  if (modifier !== undefined) {
    // A qualifier of a pointer stands after its star.
    if (bareOf(die)?.tag === DW_TAG.pointer_type) return next(joinWords(modifier, inner), qualifiers);
    return next(inner, qualifiers.includes(modifier) ? qualifiers : `${qualifiers}${modifier} `);
  }
  const name = die.string(DW_AT.name);
  switch (die.tag) {
    case DW_TAG.pointer_type:
    case DW_TAG.reference_type:
    case DW_TAG.rvalue_reference_type: {
      if (name !== undefined) return base(name);
      const target = bareOf(die.reference(DW_AT.type))?.tag;
      const pointer = `*${inner}`;
      const parenthesised = target === DW_TAG.array_type || target === DW_TAG.subroutine_type;
      return next(parenthesised ? `(${pointer})` : pointer);
    }
    case DW_TAG.array_type:
      if (die.unit.language === 'rust') return base(rustArray(die, depth, count));
      return next(
        inner +
          dimensionsOf(die)
            .map((length) => `[${length}]`)
            .join(''),
        qualifiers,
      );
    case DW_TAG.subroutine_type:
    case DW_TAG.subprogram: {
      const parameters = die.children().flatMap((parameter) => {
        if (parameter.tag === DW_TAG.unspecified_parameters) return ['...'];
        if (parameter.tag !== DW_TAG.formal_parameter) return [];
        const parameterName = parameter.string(DW_AT.name) ?? '';
        return [spell(parameter.reference(DW_AT.type), parameterName, '', depth + 1, count)];
      });
      return next(`${inner}(${parameters.length === 0 ? 'void' : parameters.join(', ')})`);
    }
    default:
      return base(taggedName(die, name));
  }
}

function rustArray(die: Die, depth: number, count: { parts: number }): string {
  const element = spell(die.reference(DW_AT.type), '', '', depth + 1, count);
  return dimensionsOf(die).reduceRight((inner, length) => `[${inner}; ${length}]`, element);
}

const tagWords: ReadonlyMap<number, string> = new Map([
  [DW_TAG.structure_type, 'struct'],
  [DW_TAG.class_type, 'class'],
  [DW_TAG.union_type, 'union'],
  [DW_TAG.enumeration_type, 'enum'],
]);

function taggedName(die: Die, name: string | undefined): string {
  const word = tagWords.get(die.tag);
  if (word === undefined) return name ?? '...';
  if (name === undefined) return `${word} {...}`;
  return die.unit.language === 'rust' ? die.unit.units.path(die, name) : `${word} ${name}`;
}

function joinWords(left: string, right: string): string {
  return right === '' || right.startsWith('[') ? left + right : `${left} ${right}`;
}
