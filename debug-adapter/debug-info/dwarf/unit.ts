import { raise } from '../../../vm/base/problem.ts';
import { readAbbreviations, type Abbreviations } from './abbreviations.ts';
import { DW_AT, DW_FORM, DW_UT, languageOf } from './constants.ts';
import { Cursor } from './cursor.ts';
import { Die } from './die.ts';
import type { UnitFormat } from './forms.ts';
import { LineHeader } from './line-header.ts';
import type { Sections } from './sections.ts';

/** What the header of a unit says (DWARF 5, section 7.5.1); offsets within .debug_info. */
export interface UnitHeader extends UnitFormat {
  readonly start: number;
  /** Of the first entry. */
  readonly firstDie: number;
  readonly end: number;
  readonly abbreviationsAt: number;
  /** Of a type unit: what DW_FORM_ref_sig8 names, and the offset of the type within the unit. */
  readonly signature: bigint | undefined;
  readonly typeOffset: number;
}

/** Finds entries that lie in other units. */
export interface Units {
  readonly sections: Sections;
  dieAt(offset: number): Die;
  dieOfSignature(signature: bigint): Die;
  /** The name of an entry behind those of its namespaces: `rules::classify`. */
  path(die: Die, name: string): string;
}

const info = '.debug_info';

export class Unit {
  readonly header: UnitHeader;
  readonly units: Units;
  readonly abbreviations: Abbreviations;
  readonly root: Die;
  readonly language: 'c' | 'rust' | 'other';
  /** What addresses in lists of ranges and locations count from, until a list says otherwise. */
  readonly lowPc: number;
  #files: LineHeader | undefined;
  #producer: string | undefined;

  constructor(header: UnitHeader, units: Units) {
    this.header = header;
    this.units = units;
    const abbreviations = units.sections.cursor('.debug_abbrev', header.abbreviationsAt);
    this.abbreviations = readAbbreviations(abbreviations, header);
    this.root = this.die(header.firstDie);
    this.language = languageOf(this.root.number(DW_AT.language));
    this.lowPc = this.root.address(DW_AT.low_pc) ?? 0;
  }

  get sections(): Sections {
    return this.units.sections;
  }

  get producer(): string {
    return (this.#producer ??= this.root.string(DW_AT.producer) ?? '');
  }

  cursor(offset: number): Cursor {
    const { firstDie, end } = this.header;
    if (!(offset >= firstDie && offset < end)) {
      raise('dwarf', 'there is no entry outside of its unit', { section: info, offset });
    }
    return new Cursor(this.sections.bytes(info), info, offset, end);
  }

  /** The entry at an offset within .debug_info; raises where there is none. */
  die(offset: number): Die {
    return Die.read(this, this.cursor(offset));
  }

  /** What a value of a form for strings means; undefined for other forms. */
  string(form: number, value: number): string | undefined {
    switch (form) {
      case DW_FORM.string:
        return this.sections.cursor(info, value).cstring();
      case DW_FORM.strp:
        return this.sections.cursor('.debug_str', value).cstring();
      case DW_FORM.line_strp:
        return this.sections.cursor('.debug_line_str', value).cstring();
      case DW_FORM.strx:
      case DW_FORM.strx1:
      case DW_FORM.strx2:
      case DW_FORM.strx3:
      case DW_FORM.strx4:
        return this.#indexedString(value);
      default:
        return undefined;
    }
  }

  /** A string of .debug_str by its index. */
  #indexedString(index: number): string {
    const { offsetSize } = this.header;
    const base = this.root.number(DW_AT.str_offsets_base) ?? 2 * offsetSize;
    const entry = this.sections.cursor('.debug_str_offsets', base + index * offsetSize);
    return this.sections.cursor('.debug_str', entry.sized(offsetSize)).cstring();
  }

  /** An address of .debug_addr by its index. */
  indexedAddress(index: number): number {
    const base = this.root.number(DW_AT.addr_base) ?? 8;
    return this.sections.cursor('.debug_addr', base + index * 8).u64();
  }

  /** Offset of a list within its section by its index. */
  indexedList(section: '.debug_rnglists' | '.debug_loclists', index: number): number {
    const { offsetSize } = this.header;
    const attribute = section === '.debug_rnglists' ? DW_AT.rnglists_base : DW_AT.loclists_base;
    const base = this.root.number(attribute) ?? (offsetSize === 4 ? 12 : 20);
    return base + this.sections.cursor(section, base + index * offsetSize).sized(offsetSize);
  }

  /** Names of source files by their number. */
  get files(): LineHeader | undefined {
    const offset = this.root.number(DW_AT.stmt_list);
    if (offset === undefined) return undefined;
    return (this.#files ??= this.sections.warnings.attempt(
      () => LineHeader.read(this.sections, offset, this.root.string(DW_AT.comp_dir) ?? ''),
      LineHeader.none,
    ));
  }
}

/** Reads the header at the cursor, which then stands behind the unit; undefined, and a warning, where it is not usable. */
export function readUnitHeader(cursor: Cursor, sections: Sections): UnitHeader | undefined {
  const start = cursor.offset;
  const short = cursor.u32();
  const offsetSize = short === 0xffffffff ? 8 : 4;
  const length = offsetSize === 8 ? cursor.u64() : short;
  const end = cursor.offset + length;
  const unit = new Cursor(cursor.bytes, cursor.section, cursor.offset, end);
  cursor.offset = Math.min(end, cursor.end);
  return sections.warnings.attempt(
    () => ({ start, end: unit.end, offsetSize, ...readHeaderFields(unit, offsetSize) }),
    undefined,
    '; this unit is not used',
  );
}

function readHeaderFields(unit: Cursor, offsetSize: 4 | 8): Omit<UnitHeader, 'start' | 'end' | 'offsetSize'> {
  const version = unit.u16();
  if (version < 2 || version > 5) unit.damaged(`DWARF version ${version} is not supported`);
  const type: number = version >= 5 ? unit.u8() : DW_UT.compile;
  const newAddressSize = version >= 5 ? unit.u8() : undefined;
  const abbreviationsAt = unit.sized(offsetSize);
  const addressSize = newAddressSize ?? unit.u8();
  if (addressSize !== 8) unit.damaged(`addresses of BPF have 8 bytes, here ${addressSize}`);
  if (type === DW_UT.skeleton || type === DW_UT.split_compile) unit.skip(8);
  const isType = type === DW_UT.type || type === DW_UT.split_type;
  const signature = isType ? unit.bigU64() : undefined;
  const typeOffset = isType ? unit.sized(offsetSize) : 0;
  return { version, abbreviationsAt, signature, typeOffset, firstDie: unit.offset };
}
