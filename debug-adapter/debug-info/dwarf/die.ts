import { raise } from '../../../vm/base/problem.ts';
import type { Abbreviation } from './abbreviations.ts';
import { DW_AT, DW_FORM } from './constants.ts';
import type { Cursor } from './cursor.ts';
import { fixedSize, indirectForm, readForm, skipForm, type RawValue } from './forms.ts';
import type { Unit } from './unit.ts';

/** Longer chains of origins than any compiler writes go in circles. */
const longestOrigin = 8;

const constantForms: ReadonlySet<number> = new Set([
  DW_FORM.data1,
  DW_FORM.data2,
  DW_FORM.data4,
  DW_FORM.data8,
  DW_FORM.sdata,
  DW_FORM.udata,
  DW_FORM.implicit_const,
]);

/** A debugging information entry: tag, attributes as they are written, and the way to its children. */
export class Die {
  readonly unit: Unit;
  /** Within .debug_info. */
  readonly offset: number;
  readonly abbreviation: Abbreviation;
  /** Where the first child begins, if there is one. */
  readonly childrenAt: number;
  readonly #values: readonly RawValue[];
  readonly #forms: readonly number[];

  private constructor(
    unit: Unit,
    offset: number,
    abbreviation: Abbreviation,
    values: readonly RawValue[],
    forms: readonly number[],
    childrenAt: number,
  ) {
    this.unit = unit;
    this.offset = offset;
    this.abbreviation = abbreviation;
    this.childrenAt = childrenAt;
    this.#values = values;
    this.#forms = forms;
  }

  /** Raises where there is no entry (the end of a list of children is none). */
  static read(unit: Unit, cursor: Cursor): Die {
    const { offset } = cursor;
    const abbreviation = readAbbreviationCode(unit, cursor);
    if (abbreviation === undefined) return cursor.damaged('there is no entry', offset);
    const { forms: written, constants } = abbreviation;
    const values: RawValue[] = [];
    let forms = written;
    written.forEach((form, i) => {
      const real = form === DW_FORM.indirect ? indirectForm(cursor) : form;
      if (real !== form) forms = forms.with(i, real);
      values.push(constants[i] ?? readForm(cursor, real, unit.header));
    });
    return new Die(unit, offset, abbreviation, values, forms, cursor.offset);
  }

  get tag(): number {
    return this.abbreviation.tag;
  }

  #index(attribute: number): number {
    return this.abbreviation.attributes.indexOf(attribute);
  }

  has(attribute: number): boolean {
    return this.abbreviation.attributes.includes(attribute);
  }

  form(attribute: number): number | undefined {
    return this.#forms[this.#index(attribute)];
  }

  /** Of a constant, an offset or an index: as a number; exact below 2⁵³. */
  number(attribute: number): number | undefined {
    const value = this.#values[this.#index(attribute)];
    if (typeof value === 'number') return value;
    return typeof value === 'bigint' ? Number(value) : undefined;
  }

  bigint(attribute: number): bigint | undefined {
    const value = this.#values[this.#index(attribute)];
    if (typeof value === 'bigint') return value;
    return typeof value === 'number' ? BigInt(value) : undefined;
  }

  flag(attribute: number): boolean {
    return (this.number(attribute) ?? 0) !== 0;
  }

  /** Of a block or an expression. */
  bytes(attribute: number): Uint8Array | undefined {
    const value = this.#values[this.#index(attribute)];
    return value instanceof Uint8Array ? value : undefined;
  }

  string(attribute: number): string | undefined {
    const value = this.number(attribute);
    return value === undefined ? undefined : this.unit.string(this.form(attribute) ?? 0, value);
  }

  /** Of a constant; undefined where the attribute is an expression or refers to another entry. */
  constant(attribute: number): number | undefined {
    return constantForms.has(this.form(attribute) ?? 0) ? this.number(attribute) : undefined;
  }

  address(attribute: number): number | undefined {
    const value = this.number(attribute);
    if (value === undefined) return undefined;
    switch (this.form(attribute)) {
      case DW_FORM.addr:
        return value;
      case DW_FORM.addrx:
      case DW_FORM.addrx1:
      case DW_FORM.addrx2:
      case DW_FORM.addrx3:
      case DW_FORM.addrx4:
        return this.unit.indexedAddress(value);
      default:
        return undefined;
    }
  }

  /** The entry an attribute refers to; raises where there is none. */
  reference(attribute: number): Die | undefined {
    const value = this.number(attribute);
    if (value === undefined) return undefined;
    switch (this.form(attribute)) {
      case DW_FORM.ref1:
      case DW_FORM.ref2:
      case DW_FORM.ref4:
      case DW_FORM.ref8:
      case DW_FORM.ref_udata:
        return this.unit.die(this.unit.header.start + value);
      case DW_FORM.ref_addr:
        return this.unit.units.dieAt(value);
      case DW_FORM.ref_sig8:
        return this.unit.units.dieOfSignature(this.bigint(attribute) ?? 0n);
      default:
        return undefined;
    }
  }

  /** The entry whose attributes count where this has none of its own: DW_AT_abstract_origin or DW_AT_specification. */
  origin(): Die | undefined {
    return this.reference(DW_AT.abstract_origin) ?? this.reference(DW_AT.specification);
  }

  /** This entry or the first of its origins that has the attribute. */
  withAttribute(attribute: number): Die | undefined {
    if (this.has(attribute)) return this;
    let die = this.origin();
    for (let steps = 0; die !== undefined && steps < longestOrigin; steps++) {
      if (die.has(attribute)) return die;
      die = die.origin();
    }
    return undefined;
  }

  /** Direct children. */
  children(): Die[] {
    const children: Die[] = [];
    if (!this.abbreviation.hasChildren) return children;
    const cursor = this.unit.cursor(this.childrenAt);
    let depth = 0;
    while (!cursor.done) {
      const at = cursor.offset;
      const abbreviation = readAbbreviationCode(this.unit, cursor);
      if (abbreviation === undefined) {
        if (depth === 0) break;
        depth--;
        continue;
      }
      if (depth === 0) {
        cursor.offset = at;
        children.push(Die.read(this.unit, cursor));
      } else skipValues(cursor, abbreviation, this.unit);
      if (abbreviation.hasChildren) depth++;
    }
    return children;
  }
}

/** Undefined for the end of a list of children; raises for a code that is not in the table. */
export function readAbbreviationCode(unit: Unit, cursor: Cursor): Abbreviation | undefined {
  const at = cursor.offset;
  const code = cursor.uleb();
  if (code === 0) return undefined;
  const abbreviation = unit.abbreviations.get(code);
  if (abbreviation === undefined) {
    return raise('dwarf', `abbreviation ${code} is not there`, { section: cursor.section, offset: at });
  }
  return abbreviation;
}

export function skipValues(cursor: Cursor, { skips }: Abbreviation, { header }: Unit): void {
  for (const step of skips) {
    if (step >= 0) cursor.skip(step);
    else skipForm(cursor, -step, header);
  }
}

/** Skips the values up to that of an attribute; false where there is none, then the cursor is behind all. */
export function seekAttribute(
  cursor: Cursor,
  { attributes, forms }: Abbreviation,
  { header }: Unit,
  attribute: number,
): boolean {
  for (let i = 0; i < attributes.length; i++) {
    if (attributes[i] === attribute) return true;
    const form = forms[i] ?? 0;
    const size = fixedSize(form, header);
    if (size === undefined) skipForm(cursor, form, header);
    else cursor.skip(size);
  }
  return false;
}
