import { raise } from '../../../vm/base/problem.ts';
import { DW_AT } from './constants.ts';
import type { Die } from './die.ts';
import type { Sections } from './sections.ts';
import { readUnitHeader, Unit, type UnitHeader, type Units } from './unit.ts';
import { indexUnit, type UnitIndex } from './unit-index.ts';

const info = '.debug_info';
const deepestNamespace = 32;

/** All units of .debug_info, each indexed when first asked for. */
export class DwarfUnits implements Units {
  readonly sections: Sections;
  readonly units: readonly Unit[];
  readonly #indices = new Map<Unit, UnitIndex>();

  constructor(sections: Sections) {
    this.sections = sections;
    this.units = sections.warnings.attempt(() => this.#headers(), []).flatMap((header) => this.#open(header));
  }

  #headers(): UnitHeader[] {
    const headers: UnitHeader[] = [];
    const cursor = this.sections.cursor(info);
    this.sections.warnings.attempt(() => {
      while (!cursor.done) {
        const header = readUnitHeader(cursor, this.sections);
        if (header !== undefined) headers.push(header);
      }
    }, undefined);
    return headers;
  }

  #open(header: UnitHeader): Unit[] {
    const open = (): Unit[] => [new Unit(header, this)];
    return this.sections.warnings.attempt(open, [], '; its unit is not used');
  }

  index(unit: Unit): UnitIndex {
    let index = this.#indices.get(unit);
    if (index === undefined) this.#indices.set(unit, (index = indexUnit(unit)));
    return index;
  }

  dieAt(offset: number): Die {
    const unit = this.units.find(({ header }) => offset >= header.start && offset < header.end);
    return unit?.die(offset) ?? raise('dwarf', 'there is no unit here', { section: info, offset });
  }

  dieOfSignature(signature: bigint): Die {
    const unit = this.units.find(({ header }) => header.signature === signature);
    if (unit === undefined)
      return raise('dwarf', `there is no type of signature 0x${signature.toString(16)}`, { section: info });
    return unit.die(unit.header.start + unit.header.typeOffset);
  }

  /** Name of a function, with its namespaces where its symbol has them too: one that was not mangled stands for itself. */
  functionName(die: Die): string {
    const named = die.withAttribute(DW_AT.name);
    const name = named?.string(DW_AT.name) ?? '';
    const mangled = [DW_AT.linkage_name, DW_AT.MIPS_linkage_name].some(
      (attribute) => die.withAttribute(attribute) !== undefined,
    );
    if (named === undefined || !mangled) return name;
    return this.path(named, name);
  }

  path({ unit, offset }: Die, name: string): string {
    const { parents } = this.index(unit);
    const names = [name];
    let parent = parents.get(offset);
    while (parent !== undefined && names.length < deepestNamespace) {
      const die = unit.die(parent);
      names.unshift(die.string(DW_AT.name) ?? '');
      parent = parents.get(parent);
    }
    return names.join('::');
  }
}
