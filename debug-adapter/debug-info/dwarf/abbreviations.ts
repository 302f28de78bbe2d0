import { DW_AT, DW_FORM } from './constants.ts';
import type { Cursor } from './cursor.ts';
import { fixedSize, isKnownForm, type UnitFormat } from './forms.ts';

/** What entries of one kind look like: tag and attributes with their forms (DWARF 5, section 7.5.3). */
export interface Abbreviation {
  readonly tag: number;
  readonly hasChildren: boolean;
  /** DW_AT_*, in the order of their values. */
  readonly attributes: readonly number[];
  /** DW_FORM_*. */
  readonly forms: readonly number[];
  /** Values of DW_FORM_implicit_const. */
  readonly constants: readonly (bigint | undefined)[];
  /** How to come behind the values: bytes to skip, or minus a form whose size its value says. */
  readonly skips: readonly number[];
  readonly hasCode: boolean;
}

export type Abbreviations = ReadonlyMap<number, Abbreviation>;

/** One table; raises at a form that is unknown, since nothing behind its value could be found. */
export function readAbbreviations(cursor: Cursor, format: UnitFormat): Abbreviations {
  const table = new Map<number, Abbreviation>();
  for (;;) {
    const code = cursor.uleb();
    if (code === 0) return table;
    table.set(code, readAbbreviation(cursor, format));
  }
}

function readAbbreviation(cursor: Cursor, format: UnitFormat): Abbreviation {
  const tag = cursor.uleb();
  const hasChildren = cursor.u8() !== 0;
  const attributes: number[] = [];
  const forms: number[] = [];
  const constants: (bigint | undefined)[] = [];
  for (;;) {
    const at = cursor.offset;
    const attribute = cursor.uleb();
    const form = cursor.uleb();
    if (attribute === 0 && form === 0) break;
    if (!isKnownForm(form)) {
      cursor.damaged(`form 0x${form.toString(16)} of attribute 0x${attribute.toString(16)} is unknown`, at);
    }
    constants[attributes.length] = form === DW_FORM.implicit_const ? cursor.bigSleb() : undefined;
    attributes.push(attribute);
    forms.push(form);
  }
  return {
    ...{ tag, hasChildren, attributes, forms, constants },
    skips: skipsOf(forms, format),
    hasCode: attributes.includes(DW_AT.low_pc) || attributes.includes(DW_AT.ranges),
  };
}

function skipsOf(forms: readonly number[], format: UnitFormat): number[] {
  const skips: number[] = [];
  let bytes = 0;
  for (const form of forms) {
    const size = fixedSize(form, format);
    if (size !== undefined) {
      bytes += size;
      continue;
    }
    if (bytes > 0) skips.push(bytes);
    bytes = 0;
    skips.push(-form);
  }
  if (bytes > 0) skips.push(bytes);
  return skips;
}
