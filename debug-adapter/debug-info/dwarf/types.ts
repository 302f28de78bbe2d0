import { arrayOf, basic, type CMember, type CStruct, type CType } from '../c-type.ts';
import { DW_AT, DW_ATE, DW_TAG } from './constants.ts';
import type { Die } from './die.ts';
import { enumType } from './enums.ts';
import { dimensionsOf, structMembers } from './members.ts';
import { bareOf, declareType } from './type-spelling.ts';
import { variantsOf } from './variants.ts';
import type { Warnings } from './warnings.ts';

/** Types nested in one another without a struct or pointer between them, deeper than any that is written. */
const deepest = 100;

/** C types of entries, each made once, when first asked for. Nothing raises: what is damaged is a type without size. */
export class TypeReader {
  readonly #warnings: Warnings;
  readonly #definition: (declaration: Die) => Die | undefined;
  readonly #made = new Map<number, CType>();
  #depth = 0;

  /** `definition` finds a struct, union or enum of the same name that is more than declared. */
  constructor(warnings: Warnings, definition: (declaration: Die) => Die | undefined) {
    this.#warnings = warnings;
    this.#definition = definition;
  }

  /** The type that the entry, or what it is a copy of, has. */
  typeOf(die: Die): CType {
    return this.#warnings.attempt(() => {
      const type = die.withAttribute(DW_AT.type)?.reference(DW_AT.type);
      return type === undefined ? basic.void : this.of(type);
    }, unknown);
  }

  /** The type that an entry describes. */
  of(die: Die): CType {
    const made = this.#made.get(die.offset);
    if (made !== undefined) return made;
    if (this.#depth > deepest) return unknown;
    // Stands here meanwhile for a damaged type that is part of itself.
    this.#made.set(die.offset, unknown);
    this.#depth++;
    const spelling = (declarator: string): string =>
      this.#warnings.attempt(() => declareType(die, declarator), '...');
    const type = this.#warnings.attempt(() => this.#make(bareOf(die), spelling), unknown);
    this.#depth--;
    this.#made.set(die.offset, type);
    return type;
  }

  #make(die: Die | undefined, declare: (declarator: string) => string): CType {
    const size = die?.constant(DW_AT.byte_size) ?? 0;
    switch (die?.tag) {
      case undefined:
      case DW_TAG.unspecified_type:
        return { kind: 'void', declare };
      case DW_TAG.base_type:
        return basicType(die, size, declare);
      case DW_TAG.pointer_type:
      case DW_TAG.reference_type:
      case DW_TAG.rvalue_reference_type:
        return { kind: 'pointer', target: () => this.typeOf(die), declare };
      case DW_TAG.array_type:
        return { ...this.#array(die), declare };
      case DW_TAG.structure_type:
      case DW_TAG.class_type:
      case DW_TAG.union_type:
      case DW_TAG.enumeration_type:
        return this.#tagged(die, size, declare);
      case DW_TAG.subroutine_type:
        return { kind: 'function', declare };
      case DW_TAG.subrange_type:
        return { ...this.typeOf(die), declare };
      default:
        return { kind: 'forward', declare };
    }
  }

  #tagged(die: Die, size: number, declare: (declarator: string) => string): CType {
    if (die.flag(DW_AT.declaration)) {
      const definition = this.#definition(die);
      return definition === undefined ? { kind: 'forward', declare } : { ...this.of(definition), declare };
    }
    if (die.tag === DW_TAG.enumeration_type) return { ...enumType(die), declare };
    return this.#struct(die, size, declare);
  }

  /** The first dimension of an array stands outermost. */
  #array(die: Die): CType {
    const element = this.typeOf(die);
    return dimensionsOf(die).reduceRight<CType>((inner, count) => arrayOf(inner, count), element);
  }

  #struct(die: Die, size: number, declare: (declarator: string) => string): CStruct {
    let members: readonly CMember[] | undefined;
    return {
      kind: 'struct',
      union: die.tag === DW_TAG.union_type,
      size,
      members: () => (members ??= this.#warnings.attempt(() => structMembers(die, size, this), [])),
      ...(die.unit.language === 'rust' && {
        variants: () => this.#warnings.attempt(() => variantsOf(die, this), undefined),
      }),
      declare,
    };
  }
}

const unknown: CType = { kind: 'forward', declare: (declarator) => ['...', declarator].join(' ').trim() };

function basicType(die: Die, size: number, declare: (declarator: string) => string): CType {
  const encoding = die.number(DW_AT.encoding);
  switch (encoding) {
    case DW_ATE.float:
      return { kind: 'float', size, declare };
    case DW_ATE.boolean:
      return { kind: 'integer', size, signed: false, form: 'bool', declare };
    case DW_ATE.signed:
    case DW_ATE.signed_char:
    case DW_ATE.unsigned:
    case DW_ATE.unsigned_char:
    case DW_ATE.UTF: {
      const signed = encoding === DW_ATE.signed || encoding === DW_ATE.signed_char;
      const isChar = size === 1 && die.string(DW_AT.name) === 'char';
      return { kind: 'integer', size, signed, form: isChar ? 'char' : 'number', declare };
    }
    default:
      return { ...arrayOf(basic.byte, size), declare };
  }
}
