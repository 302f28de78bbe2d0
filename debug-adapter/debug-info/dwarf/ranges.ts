import type { AddressRange } from '../debug-info.ts';
import { DW_AT, DW_FORM, DW_RLE } from './constants.ts';
import type { Cursor } from './cursor.ts';
import type { Die } from './die.ts';
import type { Unit } from './unit.ts';

/** Where the code of an entry is: ascending, neither touching nor empty. */
export function rangesOf(die: Die): AddressRange[] {
  return normalise(die.has(DW_AT.ranges) ? listedRanges(die) : contiguousRange(die));
}

function contiguousRange(die: Die): AddressRange[] {
  const low = die.address(DW_AT.low_pc);
  if (low === undefined) return [];
  const high = die.address(DW_AT.high_pc) ?? low + (die.number(DW_AT.high_pc) ?? 0);
  return [{ low, high }];
}

function listedRanges(die: Die): AddressRange[] {
  const { unit } = die;
  const value = die.number(DW_AT.ranges) ?? 0;
  if (unit.header.version < 5) return oldRanges(unit, unit.sections.cursor('.debug_ranges', value));
  const isIndex = die.form(DW_AT.ranges) === DW_FORM.rnglistx;
  const offset = isIndex ? unit.indexedList('.debug_rnglists', value) : value;
  return newRanges(unit, unit.sections.cursor('.debug_rnglists', offset));
}

/** DWARF 5, section 7.25. */
function newRanges(unit: Unit, cursor: Cursor): AddressRange[] {
  const ranges: AddressRange[] = [];
  let base = unit.lowPc;
  const add = (low: number, high: number): unknown => ranges.push({ low, high });
  for (;;) {
    const kind = cursor.u8();
    switch (kind) {
      case DW_RLE.end_of_list:
        return ranges;
      case DW_RLE.base_addressx:
        base = unit.indexedAddress(cursor.uleb());
        break;
      case DW_RLE.startx_endx:
        add(unit.indexedAddress(cursor.uleb()), unit.indexedAddress(cursor.uleb()));
        break;
      case DW_RLE.startx_length: {
        const low = unit.indexedAddress(cursor.uleb());
        add(low, low + cursor.uleb());
        break;
      }
      case DW_RLE.offset_pair:
        add(base + cursor.uleb(), base + cursor.uleb());
        break;
      case DW_RLE.base_address:
        base = cursor.u64();
        break;
      case DW_RLE.start_end:
        add(cursor.u64(), cursor.u64());
        break;
      case DW_RLE.start_length: {
        const low = cursor.u64();
        add(low, low + cursor.uleb());
        break;
      }
      default:
        cursor.damaged(`range list entry 0x${kind.toString(16)} is unknown`);
    }
  }
}

/** DWARF 4, section 2.17.3. */
function oldRanges(unit: Unit, cursor: Cursor): AddressRange[] {
  const ranges: AddressRange[] = [];
  let base = unit.lowPc;
  for (;;) {
    const pair = oldPair(cursor);
    if (pair === undefined) return ranges;
    if ('base' in pair) base = pair.base;
    else ranges.push({ low: base + pair.low, high: base + pair.high });
  }
}

const largest = 0xffffffff;

/** A pair of addresses of a list before DWARF 5, or a new base for those that follow; undefined for the end. */
export function oldPair(cursor: Cursor): AddressRange | { readonly base: number } | undefined {
  const low = cursor.u32();
  const lowSection = cursor.u32();
  const high = cursor.u64();
  if (low === largest && lowSection === largest) return { base: high };
  if (low === 0 && lowSection === 0 && high === 0) return undefined;
  return { low: lowSection * 2 ** 32 + low, high };
}

function normalise(ranges: readonly AddressRange[]): AddressRange[] {
  const sorted = ranges.filter(({ low, high }) => low < high).sort((a, b) => a.low - b.low);
  const merged: AddressRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && range.low <= last.high)
      merged[merged.length - 1] = { low: last.low, high: Math.max(last.high, range.high) };
    else merged.push(range);
  }
  return merged;
}
