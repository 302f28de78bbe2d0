import { writeInteger } from '../../../vm/base/bytes.ts';
import type { DebugLocation, LocationEntry, LocationExpression } from '../debug-info.ts';
import { DW_AT, DW_ATE, DW_FORM, DW_LLE } from './constants.ts';
import type { Cursor } from './cursor.ts';
import type { Die } from './die.ts';
import { oldPair } from './ranges.ts';
import type { Unit } from './unit.ts';

/** Where the variable of an entry is. `size` is that of its type, asked for where a constant needs it. */
export function locationOf(die: Die, size: () => number): DebugLocation {
  const placed = die.withAttribute(DW_AT.location);
  if (placed !== undefined) return placedAt(placed);
  const constant = die.withAttribute(DW_AT.const_value);
  if (constant === undefined) return { kind: 'none' };
  const bytes = constantBytes(constant, size());
  return bytes === undefined ? { kind: 'none' } : { kind: 'constant', bytes };
}

function placedAt(die: Die): DebugLocation {
  const bytes = die.bytes(DW_AT.location);
  if (bytes === undefined) {
    const entries = locationList(die);
    return entries.length === 0 ? { kind: 'none' } : { kind: 'list', entries };
  }
  // An empty expression says that the value is nowhere.
  if (bytes.length === 0) return { kind: 'none' };
  return { kind: 'expression', expression: expressionOf(die.unit, bytes) };
}

/** Bytes of the widest number, __int128. */
const widestNumber = 16;

/** Numbers are cut to the size: LLVM extends the sign of 32-bit ones, unsigned or not. */
function constantBytes(die: Die, size: number): Uint8Array | undefined {
  const block = die.bytes(DW_AT.const_value);
  if (block !== undefined) return block;
  const text = die.string(DW_AT.const_value);
  if (text !== undefined) return new TextEncoder().encode(`${text}\0`);
  const number = die.bigint(DW_AT.const_value);
  return number === undefined ? undefined : writeInteger(number, Math.min(size, widestNumber));
}

export function expressionOf(unit: Unit, bytes: Uint8Array): LocationExpression {
  const { warnings } = unit.sections;
  return {
    bytes,
    addressAt: (index) => warnings.attempt(() => unit.indexedAddress(index), undefined),
    baseType: (offset) => warnings.attempt(() => baseTypeAt(unit, offset), undefined),
  };
}

function baseTypeAt(unit: Unit, offset: number): { size: number; signed: boolean } | undefined {
  if (offset === 0) return undefined;
  const die = unit.die(unit.header.start + offset);
  const encoding = die.number(DW_AT.encoding);
  return {
    size: die.number(DW_AT.byte_size) ?? 8,
    signed: encoding === DW_ATE.signed || encoding === DW_ATE.signed_char,
  };
}

function locationList(die: Die): LocationEntry[] {
  const { unit } = die;
  const value = die.number(DW_AT.location) ?? 0;
  const entries: LocationEntry[] = [];
  if (unit.header.version < 5) oldList(unit, unit.sections.cursor('.debug_loc', value), entries);
  else {
    const isIndex = die.form(DW_AT.location) === DW_FORM.loclistx;
    const offset = isIndex ? unit.indexedList('.debug_loclists', value) : value;
    newList(unit, unit.sections.cursor('.debug_loclists', offset), entries);
  }
  return entries.filter(({ low, high }) => low < high).sort((a, b) => a.low - b.low);
}

/** DWARF 5, section 7.29. */
function newList(unit: Unit, cursor: Cursor, entries: LocationEntry[]): void {
  let base = unit.lowPc;
  let fallback: LocationExpression | undefined;
  const expression = (): LocationExpression => expressionOf(unit, cursor.take(cursor.uleb()));
  const add = (low: number, high: number): unknown => entries.push({ low, high, expression: expression() });
  for (;;) {
    const kind = cursor.u8();
    switch (kind) {
      case DW_LLE.end_of_list:
        if (fallback !== undefined) fillGaps(entries, fallback);
        return;
      case DW_LLE.base_addressx:
        base = unit.indexedAddress(cursor.uleb());
        break;
      case DW_LLE.startx_endx:
        add(unit.indexedAddress(cursor.uleb()), unit.indexedAddress(cursor.uleb()));
        break;
      case DW_LLE.startx_length: {
        const low = unit.indexedAddress(cursor.uleb());
        add(low, low + cursor.uleb());
        break;
      }
      case DW_LLE.offset_pair:
        add(base + cursor.uleb(), base + cursor.uleb());
        break;
      case DW_LLE.default_location:
        fallback = expression();
        break;
      case DW_LLE.base_address:
        base = cursor.u64();
        break;
      case DW_LLE.start_end:
        add(cursor.u64(), cursor.u64());
        break;
      case DW_LLE.start_length: {
        const low = cursor.u64();
        add(low, low + cursor.uleb());
        break;
      }
      case DW_LLE.GNU_view_pair:
        cursor.skipLeb();
        cursor.skipLeb();
        break;
      default:
        cursor.damaged(`location list entry 0x${kind.toString(16)} is unknown`);
    }
  }
}

/** A default location holds wherever no other entry does. */
function fillGaps(entries: LocationEntry[], expression: LocationExpression): void {
  const sorted = [...entries].sort((a, b) => a.low - b.low);
  let low = 0;
  for (const entry of sorted) {
    if (low < entry.low) entries.push({ low, high: entry.low, expression });
    low = Math.max(low, entry.high);
  }
  entries.push({ low, high: Infinity, expression });
}

/** DWARF 4, section 2.6.2. */
function oldList(unit: Unit, cursor: Cursor, entries: LocationEntry[]): void {
  let base = unit.lowPc;
  for (;;) {
    const pair = oldPair(cursor);
    if (pair === undefined) return;
    if ('base' in pair) base = pair.base;
    else {
      const expression = expressionOf(unit, cursor.take(cursor.u16()));
      entries.push({ low: base + pair.low, high: base + pair.high, expression });
    }
  }
}
