import type { CType } from '../c-type.ts';
import type { NamedTypeKind, NamedTypes } from '../debug-info.ts';
import { DW_AT, DW_TAG } from './constants.ts';
import { readAbbreviationCode, seekAttribute, type Die } from './die.ts';
import { enumType } from './enums.ts';
import { readForm } from './forms.ts';
import { TypeReader } from './types.ts';
import type { Unit } from './unit.ts';
import type { DwarfUnits } from './units.ts';

const kinds: ReadonlyMap<number, NamedTypeKind> = new Map([
  [DW_TAG.structure_type, 'struct'],
  [DW_TAG.class_type, 'struct'],
  [DW_TAG.union_type, 'union'],
  [DW_TAG.enumeration_type, 'enum'],
  [DW_TAG.typedef, 'typedef'],
  [DW_TAG.base_type, 'basic'],
]);

interface Entry {
  readonly unit: Unit;
  readonly offset: number;
  readonly kind: NamedTypeKind;
}

/** The types of all units by name; the table is made when it is first asked. */
export class DwarfTypes implements NamedTypes {
  readonly reader: TypeReader;
  readonly #units: DwarfUnits;
  #byName: ReadonlyMap<string, readonly Entry[]> | undefined;
  #enumerators: ReadonlyMap<string, { readonly die: Die; readonly value: bigint }> | undefined;

  constructor(units: DwarfUnits) {
    this.#units = units;
    this.reader = new TypeReader(units.sections.warnings, (declaration) => this.#definition(declaration));
  }

  named(name: string, wanted: readonly NamedTypeKind[]): CType | undefined {
    const entry = this.#entries(name).find(({ kind }) => wanted.includes(kind));
    return entry && this.#attempt(() => this.reader.of(entry.unit.die(entry.offset)), undefined);
  }

  enumerator(name: string): { readonly type: CType; readonly value: bigint } | undefined {
    this.#enumerators ??= this.#collectEnumerators();
    const found = this.#enumerators.get(name);
    return found && { type: this.reader.of(found.die), value: found.value };
  }

  list(): ReturnType<NamedTypes['list']> {
    this.#byName ??= this.#collect();
    this.#enumerators ??= this.#collectEnumerators();
    return [
      ...[...this.#enumerators.keys()].map((name) => ({ name, kind: 'enumerator' as const })),
      ...[...this.#byName].flatMap(([name, entries]) => entries.map(({ kind }) => ({ name, kind }))),
    ];
  }

  #attempt<T>(body: () => T, fallback: T): T {
    return this.#units.sections.warnings.attempt(body, fallback);
  }

  #entries(name: string): readonly Entry[] {
    this.#byName ??= this.#collect();
    return this.#byName.get(name) ?? [];
  }

  #definition(declaration: Die): Die | undefined {
    const name = declaration.string(DW_AT.name);
    const kind = kinds.get(declaration.tag);
    if (name === undefined) return undefined;
    const entry = this.#entries(name).find((candidate) => candidate.kind === kind);
    return entry?.unit.die(entry.offset);
  }

  #collect(): ReadonlyMap<string, readonly Entry[]> {
    const byName = new Map<string, Entry[]>();
    for (const unit of this.#units.units) {
      for (const offset of this.#units.index(unit).types) {
        const found = this.#attempt(() => nameOfDefinition(unit, offset), undefined);
        if (found === undefined) continue;
        const entry = { unit, offset, kind: found.kind };
        const entries = byName.get(found.name);
        if (entries === undefined) byName.set(found.name, [entry]);
        else entries.push(entry);
      }
    }
    return byName;
  }

  #collectEnumerators(): ReadonlyMap<string, { readonly die: Die; readonly value: bigint }> {
    const found = new Map<string, { readonly die: Die; readonly value: bigint }>();
    for (const unit of this.#units.units) {
      for (const offset of this.#units.index(unit).types) {
        this.#attempt(() => {
          if (readAbbreviationCode(unit, unit.cursor(offset))?.tag !== DW_TAG.enumeration_type) return;
          const die = unit.die(offset);
          for (const { name, value } of enumType(die).values)
            if (!found.has(name)) found.set(name, { die, value });
        }, undefined);
      }
    }
    return found;
  }
}

/** Undefined for what has no name or is only declared. */
function nameOfDefinition(
  unit: Unit,
  offset: number,
): { readonly name: string; readonly kind: NamedTypeKind } | undefined {
  const cursor = unit.cursor(offset);
  const abbreviation = readAbbreviationCode(unit, cursor);
  const kind = kinds.get(abbreviation?.tag ?? 0);
  if (abbreviation === undefined || kind === undefined) return undefined;
  if (abbreviation.attributes.includes(DW_AT.declaration)) return undefined;
  if (!seekAttribute(cursor, abbreviation, unit, DW_AT.name)) return undefined;
  const form = abbreviation.forms[abbreviation.attributes.indexOf(DW_AT.name)] ?? 0;
  const value = readForm(cursor, form, unit.header);
  const name = typeof value === 'number' ? unit.string(form, value) : undefined;
  return name === undefined ? undefined : { name, kind };
}
