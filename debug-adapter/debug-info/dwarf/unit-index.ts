import { DW_AT, DW_FORM, DW_OP, DW_TAG } from './constants.ts';
import type { Cursor } from './cursor.ts';
import { readAbbreviationCode, seekAttribute, skipValues } from './die.ts';
import type { Abbreviation } from './abbreviations.ts';
import type { Unit } from './unit.ts';

/** Offsets of the entries of a unit that are looked for by name or address; all within .debug_info. */
export interface UnitIndex {
  /** Functions that have code. */
  readonly functions: readonly number[];
  /** Variables at a fixed address: those of files and static ones of functions. */
  readonly variables: readonly number[];
  /** Structs, unions, enums, typedefs and basic types, anonymous enums too. */
  readonly types: readonly number[];
  /** For entries in a namespace or a struct: the entry it stands in. */
  readonly parents: ReadonlyMap<number, number>;
}

const typeTags: ReadonlySet<number> = new Set([
  DW_TAG.structure_type,
  DW_TAG.class_type,
  DW_TAG.union_type,
  DW_TAG.enumeration_type,
  DW_TAG.typedef,
  DW_TAG.base_type,
]);

const spaces: ReadonlySet<number> = new Set([
  DW_TAG.namespace,
  DW_TAG.structure_type,
  DW_TAG.class_type,
  DW_TAG.union_type,
  DW_TAG.enumeration_type,
]);

/** Passes over all entries of a unit without keeping them; what stands before a damaged place is found. */
export function indexUnit(unit: Unit): UnitIndex {
  const scan = new UnitScan(unit);
  unit.sections.warnings.attempt(() => scan.run(), undefined, '; what follows in this unit is not used');
  return scan;
}

class UnitScan implements UnitIndex {
  readonly functions: number[] = [];
  readonly variables: number[] = [];
  readonly types: number[] = [];
  readonly parents = new Map<number, number>();
  readonly #unit: Unit;
  readonly #cursor: Cursor;
  /** For each entry that is open: its offset where it is a namespace or a struct, else 0. */
  readonly #open: number[] = [];

  constructor(unit: Unit) {
    this.#unit = unit;
    this.#cursor = unit.cursor(unit.header.firstDie);
  }

  run(): void {
    const cursor = this.#cursor;
    const unit = this.#unit;
    while (!cursor.done) {
      const { offset } = cursor;
      const abbreviation = readAbbreviationCode(unit, cursor);
      if (abbreviation === undefined) {
        this.#open.pop();
        if (this.#open.length === 0) return;
        continue;
      }
      this.#note(abbreviation, offset);
      skipValues(cursor, abbreviation, unit);
      if (abbreviation.hasChildren) this.#open.push(spaces.has(abbreviation.tag) ? offset : 0);
      else if (this.#open.length === 0) return;
    }
  }

  #note(abbreviation: Abbreviation, offset: number): void {
    const { tag, hasCode } = abbreviation;
    if (tag === DW_TAG.variable) {
      if (this.#hasAddress(abbreviation)) this.variables.push(offset);
    } else if (tag === DW_TAG.subprogram) {
      if (hasCode) this.functions.push(offset);
      this.#noteParent(offset);
    } else if (typeTags.has(tag)) this.types.push(offset);
    if (spaces.has(tag)) this.#noteParent(offset);
  }

  #noteParent(offset: number): void {
    const parent = this.#open.at(-1) ?? 0;
    if (parent !== 0) this.parents.set(offset, parent);
  }

  /** Whether the location begins with an address; the cursor stays where it is. */
  #hasAddress(abbreviation: Abbreviation): boolean {
    const index = abbreviation.attributes.indexOf(DW_AT.location);
    if (index < 0 || abbreviation.forms[index] !== DW_FORM.exprloc) return false;
    const cursor = this.#cursor;
    const { offset } = cursor;
    seekAttribute(cursor, abbreviation, this.#unit, DW_AT.location);
    const length = cursor.uleb();
    const operation = length === 0 ? 0 : cursor.u8();
    cursor.offset = offset;
    return operation === DW_OP.addr || operation === DW_OP.addrx;
  }
}
