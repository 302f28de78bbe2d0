import type { DebugScope, SourcePosition } from '../debug-info/debug-info.ts';
import type { CodeScopes } from './code-scopes.ts';
import { sameLine, type LineIndex, type SourceLine } from './line-index.ts';

/**
 * Where a user is within the inlined copies of an instruction. At the first instruction of a copy one may be inside of
 * it, or still at the call that it stands for: `hidden` copies, counted from the innermost, are not yet entered.
 */
export interface InlinePlace {
  readonly slot: number;
  readonly hidden: number;
}

/** What a step compares places with. */
export interface StepOrigin {
  /** The function and the copies that the user is in, outermost first. */
  readonly chain: readonly DebugScope[];
  readonly line: SourceLine | undefined;
}

/** Lines and copies as the user sees them. */
export class InlineView {
  readonly #lines: LineIndex;
  readonly #scopes: CodeScopes;
  readonly #entries = new Map<DebugScope, readonly number[]>();

  constructor(lines: LineIndex, scopes: CodeScopes) {
    this.#lines = lines;
    this.#scopes = scopes;
  }

  originOf({ slot, hidden }: InlinePlace): StepOrigin {
    const all = this.#scopes.chainAt(slot);
    const chain = all.slice(0, all.length - hidden);
    const line = hidden === 0 ? this.#lines.rowAt(slot) : all[chain.length]?.call;
    return { chain, line };
  }

  /**
   * Where an inlined copy is entered: at its lowest instruction, and where another of its ranges begins with the same
   * row, as in a loop that was unrolled. Other ranges only go on after code that was scheduled in between.
   */
  entriesOf(copy: DebugScope): readonly number[] {
    let entries = this.#entries.get(copy);
    if (entries === undefined) {
      const starts = this.#scopes.startsOf(copy);
      const first = this.#lines.rowAt(starts[0] ?? -1);
      entries = starts.filter((slot, index) => {
        const row = this.#lines.rowAt(slot);
        const same = first !== undefined && row !== undefined && sameLine(row, first);
        return index === 0 || (same && row.slot === slot && row.column === first.column);
      });
      this.#entries.set(copy, entries);
    }
    return entries;
  }

  /** Where inlined copies of functions are entered, as they are seen from within. */
  copiesOf(meant: (name: string) => boolean): readonly InlinePlace[] {
    return this.#scopes.copies
      .filter(({ name }) => meant(name))
      .flatMap((copy) =>
        this.entriesOf(copy).map((slot) => {
          const chain = this.#scopes.chainAt(slot);
          return { slot, hidden: chain.length - 1 - chain.indexOf(copy) };
        }),
      );
  }

  /** A place at which all copies that begin there are still to be entered. */
  outermost(slot: number): InlinePlace {
    const chain = this.#scopes.chainAt(slot);
    const beginning = chain.filter(
      (scope) => scope.kind === 'inlined' && this.entriesOf(scope).includes(slot),
    );
    // Without knowing where the call is, there is nothing to be shown but the copy.
    const known = beginning.findLastIndex((scope) => scope.call === undefined);
    return { slot, hidden: beginning.length - known - 1 };
  }

  /** The place at a slot that shows a line, or else the innermost. */
  showing(slot: number, line: SourceLine): InlinePlace {
    const { hidden: most } = this.outermost(slot);
    for (let hidden = 0; hidden <= most; hidden++) {
      const shown = this.originOf({ slot, hidden }).line;
      if (shown !== undefined && sameLine(shown, line)) return { slot, hidden };
    }
    return { slot, hidden: 0 };
  }

  /**
   * Where a step that has come to `slot`, in the activation where it began, ends; undefined: it goes on. `again`: it
   * has jumped back, so that its own line counts as another one.
   */
  stepEnd(
    slot: number,
    origin: StepOrigin,
    kind: 'over' | 'in' | 'out',
    again: boolean,
  ): InlinePlace | undefined {
    if (!this.#lines.startsRow(slot)) return undefined;
    const chain = this.#scopes.chainAt(slot);
    const common = commonLength(chain, origin.chain);
    const within = common === origin.chain.length;
    if (kind === 'out' && within) return undefined;
    const entered = chain[common];
    if (entered === undefined) {
      const row = this.#lines.rowAt(slot);
      const moved = !within || again || row === undefined || !isLine(row, origin.line);
      return moved ? { slot, hidden: 0 } : undefined;
    }
    if (!this.entriesOf(entered).includes(slot)) return kind === 'in' ? { slot, hidden: 0 } : undefined;
    const deeper = chain.length - common;
    const { call } = entered;
    if (call !== undefined && (!within || again || !isLine(call, origin.line)))
      return { slot, hidden: deeper };
    return kind === 'in' ? { slot, hidden: deeper - 1 } : undefined;
  }
}

function isLine(line: SourceLine, from: SourcePosition | SourceLine | undefined): boolean {
  return from !== undefined && sameLine(line, from);
}

function commonLength(a: readonly DebugScope[], b: readonly DebugScope[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
