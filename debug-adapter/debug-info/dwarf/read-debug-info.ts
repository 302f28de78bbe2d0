import type { ProgramObject } from '../../../vm/object/program-object.ts';
import { readUnsigned } from '../../../vm/base/bytes.ts';
import type { DebugFunction, DebugInfo, DebugVariable } from '../debug-info.ts';
import { DW_OP } from './constants.ts';
import { Cursor } from './cursor.ts';
import type { LineHeader } from './line-header.ts';
import { LineTable } from './line-table.ts';
import { DwarfTypes } from './named-types.ts';
import { FunctionScope, type ScopeContext } from './scopes.ts';
import { Sections } from './sections.ts';
import { DwarfUnits } from './units.ts';
import { Variable } from './variables.ts';
import { Warnings } from './warnings.ts';

/** Undefined where the object has no DWARF. What is damaged is left out, and `warnings` says so. */
export function readDebugInfo(object: ProgramObject): DebugInfo | undefined {
  const warnings = new Warnings();
  const sections = new Sections(object.debugSections, warnings);
  return sections.has('.debug_info') ? new DwarfInfo(sections) : undefined;
}

class DwarfInfo implements DebugInfo {
  readonly lines: LineTable;
  readonly types: DwarfTypes;
  readonly warnings: readonly string[];
  readonly #units: DwarfUnits;
  readonly #context: ScopeContext;
  #functions: readonly FunctionScope[] | undefined;
  #globals: readonly DebugVariable[] | undefined;

  constructor(sections: Sections) {
    const { warnings } = sections;
    this.warnings = warnings.list;
    this.#units = new DwarfUnits(sections);
    this.types = new DwarfTypes(this.#units);
    this.lines = new LineTable(sections, () => this.#lineHeaders());
    this.#context = { units: this.#units, types: this.types.reader, warnings };
  }

  get functions(): readonly DebugFunction[] {
    return (this.#functions ??= this.#readFunctions());
  }

  functionAt(address: number): DebugFunction | undefined {
    const { functions } = this;
    let low = 0;
    let high = functions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((functions[middle]?.low ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    const candidate = functions[low - 1];
    const within = candidate?.ranges.some((range) => address >= range.low && address < range.high);
    return within === true ? candidate : undefined;
  }

  get globals(): readonly DebugVariable[] {
    return (this.#globals ??= this.#readGlobals());
  }

  #readFunctions(): readonly FunctionScope[] {
    return this.#units.units
      .flatMap((unit) =>
        this.#units.index(unit).functions.flatMap((offset) => {
          const read = (): FunctionScope[] => [new FunctionScope(this.#context, unit.die(offset))];
          return this.#context.warnings.attempt(read, []);
        }),
      )
      .filter(({ ranges }) => ranges.length > 0)
      .sort((a, b) => a.low - b.low);
  }

  /** Each once: copies of a function may repeat its static variables. */
  #readGlobals(): readonly DebugVariable[] {
    const seen = new Set<string>();
    return this.#units.units
      .flatMap((unit) =>
        this.#units.index(unit).variables.flatMap((offset) => {
          const read = (): Variable[] => [new Variable(this.#context, unit.die(offset))];
          return this.#context.warnings.attempt(read, []);
        }),
      )
      .filter((variable) => {
        const address = this.#context.warnings.attempt(() => fixedAddress(variable), undefined);
        const key = `${variable.name} ${address ?? ''}`;
        if (seen.has(key)) return false;
        seen.add(key);
        return true;
      });
  }

  #lineHeaders(): LineHeader[] {
    return this.#units.units.flatMap(({ files }) => files ?? []);
  }
}

/** The address that the location of a global variable begins with. */
function fixedAddress({ location }: DebugVariable): number | undefined {
  if (location.kind !== 'expression') return undefined;
  const { bytes } = location.expression;
  if (bytes[0] === DW_OP.addr) return Number(readUnsigned(bytes.subarray(1, 9)));
  if (bytes[0] !== DW_OP.addrx || bytes.length < 2) return undefined;
  return location.expression.addressAt(new Cursor(bytes, 'expression', 1).uleb());
}
