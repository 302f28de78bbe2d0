import type { Result } from '../../vm/base/problem.ts';
import type { Debugger } from '../debugger/debugger.ts';
import type { DebugFrame } from '../debugger/frame.ts';
import type { Inspector } from '../debugger/inspection/inspector.ts';
import type { Progress, Stop } from '../debugger/stop.ts';
import type { ValueFormat, VariableNode } from '../debugger/variable.ts';
import type { Evaluator } from '../expressions/evaluator.ts';

/** What a command sees: the program stands still. */
export interface ConsoleContext {
  readonly debugger: Debugger;
  readonly inspector: Inspector;
  readonly evaluator: Evaluator;
  /** The frame that is chosen, and all of them, innermost first. */
  readonly frame: DebugFrame;
  readonly frames: readonly DebugFrame[];
  readonly stop: Stop;
  readonly format: ValueFormat;
  /** Shows integers in hexadecimal or not from now on. */
  setHex(hex: boolean): void;
}

export interface ConsoleAnswer {
  readonly text: string;
  /** What the text is about, to be opened by the client. */
  readonly node?: VariableNode;
  /** Lets the program go on once the text is shown. */
  readonly run?: (target: Debugger) => Promise<Result<Progress>>;
}

/**
 * A command of the debug console, for what no button and no view of a client shows. Commands begin with a dot, as in
 * the consoles of Node and SQLite: no expression of C does, so that neither needs a prefix to be told from the other.
 */
export interface ConsoleCommand {
  /** With the dot. */
  readonly name: string;
  /** What follows the name. */
  readonly usage: string;
  readonly summary: string;
  /** Lines of `.help NAME` below usage and summary. */
  readonly help: readonly string[];
  /** Words that may follow; `expression`: what an expression may be made of. */
  readonly complete?: 'expression' | ((context: ConsoleContext) => readonly string[]);
  /** Raises. `words` is the text after the name, without spaces around it. */
  readonly run: (context: ConsoleContext, words: string) => ConsoleAnswer | string;
}

/** The name and what follows it; undefined for what is no command. */
export function splitCommand(text: string): { readonly name: string; readonly words: string } | undefined {
  const [, name, words = ''] = /^\s*(\.[^\s/]*)((?:\/|\s)[^]*)?$/.exec(text) ?? [];
  return name === undefined ? undefined : { name, words: words.trim() };
}

/** Columns of text, as wide as their widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, i) => Math.max(cell.length, all[i] ?? 0)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
