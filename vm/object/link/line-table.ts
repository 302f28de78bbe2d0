/** A row of the line table: it holds from its slot to the next row's, or to the end of its function. */
export interface LinkedLine {
  readonly slot: number;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1; 0 where the compiler gave none. */
  readonly column: number;
  /** The line's text as the compiler saw it, with its indentation; may be empty. */
  readonly text: string;
}

interface Extent {
  readonly firstSlot: number;
  readonly slots: number;
}

/** Slots of a source line, as a breakpoint needs them. */
export interface LineSlots {
  readonly line: number;
  /** The first slot of each run of the line, ascending. */
  readonly slots: readonly number[];
}

/** Source lines by slot and back, from .BTF.ext. */
export class LineTable {
  readonly rows: readonly LinkedLine[];
  readonly #extents: readonly Extent[];
  readonly #runs: ReadonlyMap<string, ReadonlyMap<number, number[]>>;

  /** `rows` ascending by slot; `extents` are the functions (or sections, where no function is known), ascending. */
  constructor(rows: readonly LinkedLine[], extents: readonly Extent[]) {
    this.rows = rows;
    this.#extents = extents;
    this.#runs = findRuns(rows, (slot) => this.#extentAt(slot));
  }

  /** File names as the compiler wrote them, in the order of their first code. */
  get files(): readonly string[] {
    return [...this.#runs.keys()];
  }

  /** The row that says what source line a slot belongs to. */
  rowAt(slot: number): LinkedLine | undefined {
    const row = lastAtOrBefore(this.rows, slot, (candidate) => candidate.slot);
    const extent = this.#extentAt(slot);
    return row !== undefined && extent !== undefined && row.slot >= extent.firstSlot ? row : undefined;
  }

  /** The first slot of each run of a line, ascending; a line that was inlined or unrolled has several. */
  slotsOfLine(file: string, line: number): readonly number[] {
    return this.#runs.get(file)?.get(line) ?? [];
  }

  /** Lines of a file that have code, ascending. */
  linesOfFile(file: string): readonly number[] {
    return [...(this.#runs.get(file)?.keys() ?? [])].sort((a, b) => a - b);
  }

  /** The line itself or the next one below that has code: where a breakpoint on it lands. */
  nearestLine(file: string, line: number): LineSlots | undefined {
    const nearest = this.linesOfFile(file).find((candidate) => candidate >= line);
    return nearest === undefined ? undefined : { line: nearest, slots: this.slotsOfLine(file, nearest) };
  }

  #extentAt(slot: number): Extent | undefined {
    const extent = lastAtOrBefore(this.#extents, slot, (candidate) => candidate.firstSlot);
    return extent !== undefined && slot < extent.firstSlot + extent.slots ? extent : undefined;
  }
}

/** A run starts where the row before, in the same function, is of another line. */
function findRuns(
  rows: readonly LinkedLine[],
  extentAt: (slot: number) => Extent | undefined,
): Map<string, Map<number, number[]>> {
  const files = new Map<string, Map<number, number[]>>();
  let before: LinkedLine | undefined;
  let extentBefore: Extent | undefined;
  for (const row of rows) {
    const extent = extentAt(row.slot);
    const continues = before?.line === row.line && before.file === row.file && extent === extentBefore;
    before = row;
    extentBefore = extent;
    // Line 0 is code that the compiler could give no line.
    if (continues || row.line === 0) continue;
    const lines = files.get(row.file) ?? new Map<number, number[]>();
    files.set(row.file, lines);
    const slots = lines.get(row.line);
    if (slots) slots.push(row.slot);
    else lines.set(row.line, [row.slot]);
  }
  return files;
}

/** The last item whose key is not above `slot`; `items` ascending by key. */
export function lastAtOrBefore<T>(
  items: readonly T[],
  slot: number,
  key: (item: T) => number,
): T | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && key(item) <= slot) low = middle + 1;
    else high = middle;
  }
  return items[low - 1];
}
