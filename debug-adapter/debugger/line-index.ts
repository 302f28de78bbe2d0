import type { LinkedLine, LineTable } from '../../vm/object/link/line-table.ts';
import type { LinkedFunction } from '../../vm/object/linked-program.ts';
import type { CodeIndex } from './code-index.ts';

/**
 * The line table as stepping and breakpoints need it. A row covers its instruction and those that follow, up to the
 * next row or the end of the function; rows of line 0 (code without a line of its own) are left out.
 */
export class LineIndex {
  readonly #code: CodeIndex;
  readonly #table: LineTable;
  readonly #rows: (LinkedLine | undefined)[];
  readonly #firstRows = new Map<LinkedFunction, number>();
  readonly #jumpTargets = new Set<number>();

  constructor(code: CodeIndex) {
    this.#code = code;
    this.#table = code.program.lines;
    this.#rows = new Array<LinkedLine | undefined>(code.program.code.length / 8).fill(undefined);
    for (const row of this.#table.rows) if (row.line !== 0) this.#rows[row.slot] = row;
    for (const linked of code.functions) this.#spread(linked);
    for (const slot of code.starts) {
      const target = code.jumpTarget(slot);
      if (target !== undefined) this.#jumpTargets.add(target);
    }
  }

  #spread(linked: LinkedFunction): void {
    let row: LinkedLine | undefined;
    for (let slot = linked.firstSlot; slot < linked.firstSlot + linked.slots; slot++) {
      const here = this.#rows[slot];
      if (here !== undefined && !this.#firstRows.has(linked)) this.#firstRows.set(linked, slot);
      row = here ?? row;
      this.#rows[slot] = row;
    }
  }

  /** Names of the source files as the compiler had them. */
  get files(): readonly string[] {
    return this.#table.files;
  }

  /** The row that covers a slot. */
  rowAt(slot: number): LinkedLine | undefined {
    return this.#rows[slot];
  }

  startsRow(slot: number): boolean {
    return this.#rows[slot]?.slot === slot;
  }

  /** Whether a run of rows of one line starts here. */
  startsLine(slot: number): boolean {
    const row = this.#rows[slot];
    if (row?.slot !== slot) return false;
    const before = this.#code.functionFrom(slot) === undefined ? this.#rows[slot - 1] : undefined;
    return before === undefined || !sameLine(before, row);
  }

  /** Slot of a function's first row; undefined for functions without lines. */
  firstRow(linked: LinkedFunction): number | undefined {
    return this.#firstRows.get(linked);
  }

  /** Lines of a file that have code, ascending. */
  linesOf(file: string): readonly number[] {
    return this.#table.linesOfFile(file);
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
   * after instructions of another line were scheduled in between. An inlined or unrolled copy repeats columns of the
   * line and does count.
   */
  entriesOf(file: string, line: number): readonly number[] {
    const entries: number[] = [];
    const before: { slot: number; columns: readonly number[] }[] = [];
    for (const slot of this.#table.slotsOfLine(file, line)) {
      const column = this.#rows[slot]?.column ?? 0;
      const repeats = before.some(({ columns }) => columns.includes(column));
      const continues = !repeats && before.some((earlier) => this.#leadsTo(earlier.slot, slot));
      if (!continues) entries.push(slot);
      before.push({ slot, columns: this.#rowsOfRun(slot).map((row) => row.column) });
    }
    return entries;
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

  /** The rows of a line, ascending by slot. */
  rowsOf(file: string, line: number): readonly LinkedLine[] {
    return this.#table.slotsOfLine(file, line).flatMap((slot) => this.#rowsOfRun(slot));
  }

  #rowsOfRun(start: number): readonly LinkedLine[] {
    const first = this.#rows[start];
    const linked = this.#code.functionOf(start);
    const rows: LinkedLine[] = [];
    if (first === undefined || linked === undefined) return rows;
    for (let slot = start; slot < linked.firstSlot + linked.slots; slot++) {
      const row = this.#rows[slot];
      if (row === undefined || !sameLine(row, first)) break;
      if (row.slot === slot) rows.push(row);
    }
    return rows;
  }

  /** Slots of the rows of a line that begin at `column`, or else at the next column that has code. */
  slotsAtColumn(file: string, line: number, column: number): readonly number[] {
    const rows = this.rowsOf(file, line);
    const nearest = Math.min(...rows.filter((row) => row.column >= column).map((row) => row.column));
    return rows.filter((row) => row.column === nearest).map(({ slot }) => slot);
  }
}

export function sameLine(a: LinkedLine, b: LinkedLine): boolean {
  return a.line === b.line && a.file === b.file;
}
