import { DW_FORM } from './constants.ts';
import type { Cursor } from './cursor.ts';

/** What the sizes of forms depend on. */
export interface UnitFormat {
  /** 8 in 64-bit DWARF. */
  readonly offsetSize: 4 | 8;
  readonly version: number;
}

/** As it is written: indices, offsets and references are not followed. Numbers are exact below 2⁵³. */
export type RawValue = number | bigint | Uint8Array;

const known: ReadonlySet<number> = new Set(Object.values(DW_FORM));

export function isKnownForm(form: number): boolean {
  return known.has(form);
}

/** Bytes of a value; undefined where the value says it itself. Addresses have 8: other units are refused. */
export function fixedSize(form: number, { offsetSize, version }: UnitFormat): number | undefined {
  switch (form) {
    case DW_FORM.flag_present:
    case DW_FORM.implicit_const:
      return 0;
    case DW_FORM.data1:
    case DW_FORM.ref1:
    case DW_FORM.flag:
    case DW_FORM.strx1:
    case DW_FORM.addrx1:
      return 1;
    case DW_FORM.data2:
    case DW_FORM.ref2:
    case DW_FORM.strx2:
    case DW_FORM.addrx2:
      return 2;
    case DW_FORM.strx3:
    case DW_FORM.addrx3:
      return 3;
    case DW_FORM.data4:
    case DW_FORM.ref4:
    case DW_FORM.ref_sup4:
    case DW_FORM.strx4:
    case DW_FORM.addrx4:
      return 4;
    case DW_FORM.addr:
    case DW_FORM.data8:
    case DW_FORM.ref8:
    case DW_FORM.ref_sig8:
    case DW_FORM.ref_sup8:
      return 8;
    case DW_FORM.data16:
      return 16;
    case DW_FORM.strp:
    case DW_FORM.line_strp:
    case DW_FORM.sec_offset:
    case DW_FORM.strp_sup:
    case DW_FORM.GNU_ref_alt:
    case DW_FORM.GNU_strp_alt:
      return offsetSize;
    case DW_FORM.ref_addr:
      return version < 3 ? 8 : offsetSize;
    default:
      return undefined;
  }
}

/** Skips a value whose size is not fixed. */
export function skipForm(cursor: Cursor, form: number, format: UnitFormat): void {
  switch (form) {
    case DW_FORM.string:
      return cursor.skipString();
    case DW_FORM.block1:
      return cursor.skip(cursor.u8());
    case DW_FORM.block2:
      return cursor.skip(cursor.u16());
    case DW_FORM.block4:
      return cursor.skip(cursor.u32());
    case DW_FORM.block:
    case DW_FORM.exprloc:
      return cursor.skip(cursor.uleb());
    case DW_FORM.indirect: {
      const real = indirectForm(cursor);
      const size = fixedSize(real, format);
      return size === undefined ? skipForm(cursor, real, format) : cursor.skip(size);
    }
    default:
      cursor.skipLeb();
  }
}

/** The form that stands before an indirect value; it may not be indirect itself. */
export function indirectForm(cursor: Cursor): number {
  const form = cursor.uleb();
  if (!isKnownForm(form) || form === DW_FORM.indirect || form === DW_FORM.implicit_const)
    cursor.damaged(`form 0x${form.toString(16)} is unknown`);
  return form;
}

/** Of an inline string: its offset in the section. The value of an implicit constant is not here. */
export function readForm(cursor: Cursor, form: number, format: UnitFormat): RawValue {
  switch (form) {
    case DW_FORM.flag_present:
      return 1;
    case DW_FORM.string: {
      const at = cursor.offset;
      cursor.skipString();
      return at;
    }
    case DW_FORM.sdata: {
      const at = cursor.offset;
      const value = cursor.sleb();
      return Number.isSafeInteger(value) ? value : again(cursor, at, () => cursor.bigSleb());
    }
    case DW_FORM.udata: {
      const at = cursor.offset;
      const value = cursor.uleb();
      return Number.isSafeInteger(value) ? value : again(cursor, at, () => cursor.bigUleb());
    }
    case DW_FORM.data8:
    case DW_FORM.ref_sig8:
      return cursor.bigU64();
    case DW_FORM.block1:
      return cursor.take(cursor.u8());
    case DW_FORM.block2:
      return cursor.take(cursor.u16());
    case DW_FORM.block4:
      return cursor.take(cursor.u32());
    case DW_FORM.block:
    case DW_FORM.exprloc:
      return cursor.take(cursor.uleb());
    default:
      return readFixed(cursor, form, format);
  }
}

function readFixed(cursor: Cursor, form: number, format: UnitFormat): RawValue {
  switch (fixedSize(form, format)) {
    case undefined:
      return cursor.uleb();
    case 1:
      return cursor.u8();
    case 2:
      return cursor.u16();
    case 3:
      return cursor.u24();
    case 4:
      return cursor.u32();
    case 8:
      return cursor.u64();
    default:
      return cursor.take(16);
  }
}

function again<T>(cursor: Cursor, offset: number, read: () => T): T {
  cursor.offset = offset;
  return read();
}
