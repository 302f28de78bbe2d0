import type { DebugScope, SourcePosition } from '../debug-info/debug-info.ts';
import type { LinkedFunction } from '../../vm/object/linked-program.ts';
import type { CodeIndex } from './code-index.ts';
import type { CodeScopes } from './code-scopes.ts';
import { lineRows, type LineRow } from './line-rows.ts';

/** What a line is told apart by. */
export type SourceLine = Pick<SourcePosition, 'file' | 'line'>;

/** Code of one line, of one inlined copy, without code of another between. */
interface LineRun {
  /** Where its first statement begins. */
  readonly slot: number;
  readonly instance: DebugScope | undefined;
  readonly rows: LineRow[];
}

/**
 * The line table as stepping and breakpoints need it. A row covers its instruction and those that follow, up to the
 * next row or the end of the function. Code of line 0 belongs to the row before it of the same inlined copy.
 */
export class LineIndex {
  readonly #code: CodeIndex;
  readonly #scopes: CodeScopes;
  /** By slot. */
  readonly #rows: (LineRow | undefined)[];
  /** By file and line, ascending by slot. */
  readonly #runs = new Map<string, Map<number, LineRun[]>>();
  /** Calls that were inlined, by file and line. */
  readonly #calls = new Map<string, Map<number, DebugScope[]>>();
  readonly #entries = new Map<LinkedFunction, number>();
  readonly #jumpTargets = new Set<number>();

  constructor(code: CodeIndex, scopes: CodeScopes) {
    this.#code = code;
    this.#scopes = scopes;
    this.#rows = new Array<LineRow | undefined>(code.program.code.length / 8).fill(undefined);
    for (const row of lineRows(code, scopes)) this.#rows[row.slot] = row;
    for (const linked of code.functions) this.#spread(linked);
    for (const copy of scopes.copies) if (copy.call !== undefined) listOf(this.#calls, copy.call).push(copy);
    for (const slot of code.starts) {
      const target = code.jumpTarget(slot);
      if (target !== undefined) this.#jumpTargets.add(target);
    }
  }

  #spread(linked: LinkedFunction): void {
    const last = new Map<DebugScope | undefined, LineRow>();
    let run: LineRun | undefined;
    let row: LineRow | undefined;
    let firstStatement: number | undefined;
    for (let slot = linked.firstSlot; slot < linked.firstSlot + linked.slots; slot++) {
      const instance = this.#instanceAt(slot);
      const here = this.#rows[slot];
      if (here === undefined) {
        this.#rows[slot] = row;
        continue;
      }
      if (here.line === 0) {
        row = last.get(instance) ?? declarationRow(slot, instance) ?? row;
        this.#rows[slot] = row;
        continue;
      }
      row = here;
      last.set(instance, here);
      run = this.#extendRun(run, here, instance);
      if (here.prologueEnd && here.statement) this.#entries.set(linked, this.#entries.get(linked) ?? slot);
      if (here.statement) firstStatement ??= slot;
    }
    if (firstStatement !== undefined && !this.#entries.has(linked)) this.#entries.set(linked, firstStatement);
  }

  /** The run that `row` belongs to: the one before it, or one that begins with it. Before its first statement it has none. */
  #extendRun(run: LineRun | undefined, row: LineRow, instance: DebugScope | undefined): LineRun | undefined {
    const [first] = run?.rows ?? [];
    if (run !== undefined && first !== undefined && sameLine(first, row) && run.instance === instance) {
      run.rows.push(row);
      return run;
    }
    if (!row.statement) return undefined;
    const begun: LineRun = { slot: row.slot, instance, rows: [row] };
    listOf(this.#runs, row).push(begun);
    return begun;
  }

  #instanceAt(slot: number): DebugScope | undefined {
    return this.#scopes.chainAt(slot).at(-1);
  }

  /** Names of the source files as the compiler had them. */
  get files(): readonly string[] {
    return [...this.#runs.keys()];
  }

  /** Every row that has a line, ascending by slot. */
  get rows(): readonly LineRow[] {
    return this.#rows.filter((row, slot): row is LineRow => row?.slot === slot);
  }

  /** The row that covers a slot. */
  rowAt(slot: number): LineRow | undefined {
    return this.#rows[slot];
  }

  /** Whether a statement begins here: where a step may end. */
  startsRow(slot: number): boolean {
    const row = this.#rows[slot];
    return row?.slot === slot && row.statement;
  }

  /** Whether code of another line, or of another inlined copy, begins here. */
  startsLine(slot: number): boolean {
    const row = this.#rows[slot];
    if (row?.slot !== slot) return false;
    if (this.#code.functionFrom(slot) !== undefined) return true;
    const before = this.#rows[slot - 1];
    return (
      before === undefined || !sameLine(before, row) || this.#instanceAt(slot - 1) !== this.#instanceAt(slot)
    );
  }

  /** Where a function is set up and its first statement begins; undefined for functions without lines. */
  firstRow(linked: LinkedFunction): number | undefined {
    return this.#entries.get(linked);
  }

  /** Lines of a file that have statements or calls that were inlined, ascending. */
  linesOf(file: string): readonly number[] {
    const lines = new Set([
      ...(this.#runs.get(file)?.keys() ?? []),
      ...(this.#calls.get(file)?.keys() ?? []),
    ]);
    return [...lines].sort((a, b) => a - b);
  }

  /** First and last line of a file for each function that has code of it: its own lines, and those inlined into it. */
  extentsOf(file: string): readonly { readonly first: number; readonly last: number }[] {
    return this.#code.functions.flatMap((linked) => {
      let first = Infinity;
      let last = 0;
      for (let slot = linked.firstSlot; slot < linked.firstSlot + linked.slots; slot++) {
        const row = this.#rows[slot];
        if (row?.file !== file) continue;
        first = Math.min(first, row.line);
        last = Math.max(last, row.line);
      }
      return last === 0 ? [] : [{ first, last }];
    });
  }

  /**
   * Where a line is entered, ascending: the start of each of its runs, without those that only continue the line
   * after instructions of another line were scheduled in between. Each inlined copy counts, and so does an unrolled
   * one: it repeats columns of the line. A call that was inlined and left no code of its own on its line is entered
   * where its copy begins.
   */
  entriesOf(file: string, line: number): readonly number[] {
    const entries: number[] = [];
    const before: { run: LineRun; columns: readonly number[] }[] = [];
    for (const run of this.#runsOf(file, line)) {
      const earlier = before.filter((other) => other.run.instance === run.instance);
      const column = run.rows[0]?.column ?? 0;
      const repeats = earlier.some(({ columns }) => columns.includes(column));
      const continues = !repeats && earlier.some((other) => this.#leadsTo(other.run.slot, run.slot));
      if (!continues) entries.push(run.slot);
      before.push({ run, columns: run.rows.map((row) => row.column) });
    }
    return [...entries, ...this.#callEntries(file, line)].sort((a, b) => a - b);
  }

  #callEntries(file: string, line: number): readonly number[] {
    const runs = this.#runsOf(file, line);
    const calls = this.#calls.get(file)?.get(line) ?? [];
    const bare = calls.filter((copy) => !runs.some(({ instance }) => instance === callerOf(copy)));
    return [...new Set(bare.flatMap((copy) => this.#scopes.startsOf(copy)[0] ?? []))].filter((slot) =>
      this.startsRow(slot),
    );
  }

  #runsOf(file: string, line: number): readonly LineRun[] {
    return this.#runs.get(file)?.get(line) ?? [];
  }

  /** Whether whoever executes `to` has executed `from` just before, with no loop in between. */
  #leadsTo(from: number, to: number): boolean {
    for (let slot = from; slot < to; slot = this.#code.next(slot)) {
      if (slot !== from && this.#jumpTargets.has(slot)) return false;
      const kind = this.#code.instruction(slot)?.row.semantics.kind;
      if (kind === undefined || kind === 'exit' || kind === 'goto') return false;
    }
    return !this.#jumpTargets.has(to);
  }

  /** The rows of a line, ascending by slot: parts of a statement too, which columns tell apart. */
  rowsOf(file: string, line: number): readonly LineRow[] {
    return this.#runsOf(file, line).flatMap((run) => run.rows);
  }

  /** Slots of the rows of a line that begin at `column`, or else at the next column that has code. */
  slotsAtColumn(file: string, line: number, column: number): readonly number[] {
    const rows = this.rowsOf(file, line);
    const nearest = Math.min(...rows.filter((row) => row.column >= column).map((row) => row.column));
    return rows.filter((row) => row.column === nearest).map(({ slot }) => slot);
  }
}

/** The list of a line, made where it is new. */
function listOf<T>(lists: Map<string, Map<number, T[]>>, { file, line }: SourceLine): T[] {
  const lines = lists.get(file) ?? new Map<number, T[]>();
  lists.set(file, lines);
  const list = lines.get(line) ?? [];
  lines.set(line, list);
  return list;
}

/** The function or copy that an inlined call stands in. */
function callerOf(copy: DebugScope): DebugScope | undefined {
  let scope = copy.parent;
  while (scope?.kind === 'block') scope = scope.parent;
  return scope;
}

/** For code without a line in a copy that has had none before: the line of the function it is a copy of. */
function declarationRow(slot: number, instance: DebugScope | undefined): LineRow | undefined {
  const declaration = instance?.kind === 'inlined' ? instance.declaration : undefined;
  return declaration && { ...declaration, slot: slot - 1, text: '', statement: false, prologueEnd: false };
}

export function sameLine(a: SourceLine, b: SourceLine): boolean {
  return a.line === b.line && a.file === b.file;
}
