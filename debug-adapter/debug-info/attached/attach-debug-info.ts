import { firstNamed } from '../first-named.ts';
import type { Problem } from '../../../vm/base/problem.ts';
import type { FunctionSymbol, ProgramObject } from '../../../vm/object/program-object.ts';
import type {
  DebugFunction,
  DebugInfo,
  DebugLine,
  DebugLines,
  DebugVariable,
  NamedTypes,
} from '../debug-info.ts';
import { matchData } from './match-data.ts';
import { matchFunctions, type MovedRange } from './match-functions.ts';
import { MovedAddresses } from './moved-addresses.ts';
import { MovedFunction } from './moved-scope.ts';

/** An object with its debug information: the one that was stripped or linked into what is debugged. */
export interface DebugFile {
  readonly object: ProgramObject;
  readonly info: DebugInfo;
}

export interface Attached {
  readonly info: DebugInfo;
  readonly warnings: readonly Problem[];
}

/**
 * What debug files say of an object that was made from them, stripped (one file) or linked (several, in the order in
 * which they were linked): functions with the same name and code, at the addresses that they have in the object.
 */
export function attachDebugInfo(object: ProgramObject, debugFiles: readonly DebugFile[]): Attached {
  const taken = new Set<FunctionSymbol>();
  const differing = new Set<FunctionSymbol>();
  const takenData = new Set<string>();
  const parts = debugFiles.map((file) => {
    const code: MovedRange[] = [];
    for (const { symbol, moved } of matchFunctions(object, file.object, taken)) {
      if (moved === undefined) {
        differing.add(symbol);
        continue;
      }
      taken.add(symbol);
      code.push(moved);
    }
    return new AttachedFile(file.info, code, matchData(object, file.object, takenData));
  });
  const wrong = [...differing].filter((symbol) => !taken.has(symbol));
  const unknown = object.functions.filter((symbol) => !taken.has(symbol) && !differing.has(symbol));
  const place = { file: object.name };
  const warnings: Problem[] = [];
  if (wrong.length > 0) {
    warnings.push({
      code: 'debug-file-differs',
      message: `the debug file has other code for ${listed(wrong)}: they are shown without it`,
      place,
      hint: 'Name the file that this object was made from in debugFile.',
    });
  }
  if (unknown.length > 0) {
    warnings.push({
      code: 'debug-file-incomplete',
      message: `the debug file does not have ${listed(unknown)}: they are shown without it`,
      place,
      hint: 'Name all files that this object was linked from in debugFile.',
    });
  }
  return { info: new AttachedInfo(parts), warnings };
}

function listed(functions: readonly FunctionSymbol[]): string {
  return functions.map(({ name }) => name).join(', ');
}

/** One debug file at the addresses of the object. */
class AttachedFile {
  readonly info: DebugInfo;
  readonly #code: readonly MovedRange[];
  readonly #moved: MovedAddresses;

  constructor(info: DebugInfo, code: readonly MovedRange[], data: readonly MovedRange[]) {
    this.info = info;
    this.#code = code;
    this.#moved = new MovedAddresses([...code, ...data]);
  }

  functions(): DebugFunction[] {
    return this.info.functions
      .filter(({ low }) => this.#moved.of(low) !== undefined)
      .map((own) => new MovedFunction(own, this.#moved));
  }

  globals(): DebugVariable[] {
    return this.info.globals.map((variable) => this.#moved.variable(variable));
  }

  /** Those of each function, and an end behind it: what follows in the object may be of another file. */
  lines(): DebugLine[] {
    const { rows } = this.info.lines;
    return this.#code.flatMap(({ low, high, shift }) => {
      const own = rows.filter((row) => row.address >= low && row.address < high && !row.endSequence);
      const last = own.at(-1);
      const end = last && { ...last, address: high, isStatement: false, endSequence: true };
      return [...own, ...(end === undefined ? [] : [end])].map((row) => ({
        ...row,
        address: row.address + shift,
      }));
    });
  }
}

class AttachedInfo implements DebugInfo {
  readonly #files: readonly AttachedFile[];
  #functions: readonly DebugFunction[] | undefined;
  #globals: readonly DebugVariable[] | undefined;
  readonly lines: DebugLines;
  readonly types: NamedTypes;

  constructor(files: readonly AttachedFile[]) {
    this.#files = files;
    this.lines = new AttachedLines(files);
    this.types = firstNamed(files.map(({ info }) => info.types));
  }

  get functions(): readonly DebugFunction[] {
    return (this.#functions ??= this.#files
      .flatMap((file) => file.functions())
      .sort((a, b) => a.low - b.low));
  }

  functionAt(address: number): DebugFunction | undefined {
    return this.functions.find(({ ranges }) =>
      ranges.some(({ low, high }) => address >= low && address < high),
    );
  }

  get globals(): readonly DebugVariable[] {
    return (this.#globals ??= this.#files.flatMap((file) => file.globals()));
  }

  get warnings(): readonly string[] {
    return this.#files.flatMap(({ info }) => info.warnings);
  }
}

class AttachedLines implements DebugLines {
  readonly #files: readonly AttachedFile[];
  #rows: readonly DebugLine[] | undefined;

  constructor(files: readonly AttachedFile[]) {
    this.#files = files;
  }

  /** Ends of functions come before the starts of those that follow them. */
  get rows(): readonly DebugLine[] {
    return (this.#rows ??= this.#files
      .flatMap((file) => file.lines())
      .sort((a, b) => a.address - b.address || Number(b.endSequence) - Number(a.endSequence)));
  }

  checksum(file: string): Uint8Array | undefined {
    for (const { info } of this.#files) {
      const found = info.lines.checksum(file);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
