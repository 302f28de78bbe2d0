import type { SourcePlace } from '../frame.ts';
import type { SourceLine } from '../line-index.ts';
import type { HitCondition } from './hit-condition.ts';
import type { LogPart } from './log-message.ts';

/** What any breakpoint may have beside its place, as DAP has it. */
export interface Modifiers {
  /** Stops only where this expression is not 0. */
  readonly condition?: string | undefined;
  /** Which hits stop: see hit-condition.ts. */
  readonly hitCondition?: string | undefined;
  /** Writes this and goes on: see log-message.ts. */
  readonly logMessage?: string | undefined;
}

export interface SourceBreakpoint extends Modifiers {
  /** Counted from 1. */
  readonly line: number;
  readonly column?: number | undefined;
}

export interface FunctionBreakpoint extends Modifiers {
  /** A function, a program section, a helper (stops before each call), or a pattern with `*`. */
  readonly name: string;
}

export interface InstructionBreakpoint extends Modifiers {
  readonly address: bigint;
  /** Bytes. */
  readonly offset?: number | undefined;
}

export type BreakpointKind = 'source' | 'function' | 'instruction';

/** What a breakpoint has become; for the client. */
export interface BoundBreakpoint {
  /** The same for the same place in all requests of a session. */
  readonly id: number;
  readonly verified: boolean;
  /** Why it is not verified, or what is special about where it is. */
  readonly message: string | undefined;
  readonly source: SourcePlace | undefined;
  /** Of its first instruction. */
  readonly address: bigint | undefined;
}

/** Where a breakpoint stops; no slots: nowhere, and `message` says why. */
export interface Binding {
  readonly slots: readonly number[];
  /** Of a source breakpoint: its line, by the name that the line table has for the file. */
  readonly line?: SourceLine;
  readonly source: SourcePlace | undefined;
  readonly message: string | undefined;
  /** Of a function breakpoint, by slot where inlined copies of the function begin: see InlinePlace. */
  readonly hidden?: ReadonlyMap<number, number>;
  /** Whether an arrival at one of the slots is what is meant, in words. Asked at every arrival, once; none: each is. */
  readonly occurs?: (slot: number) => string | undefined;
}

/** Modifiers that were read, and how often the breakpoint was hit. */
export interface Conditional {
  readonly condition: string | undefined;
  readonly hitCondition: HitCondition | undefined;
  readonly log: readonly LogPart[] | undefined;
  hits: number;
}

export interface ActiveBreakpoint extends Conditional {
  readonly id: number;
  readonly kind: BreakpointKind;
  readonly slots: ReadonlySet<number>;
  /** See Binding. */
  readonly line: SourceLine | undefined;
  readonly hidden?: ReadonlyMap<number, number> | undefined;
  readonly occurs: Binding['occurs'];
}

export function unbound(message: string): Binding {
  return { slots: [], source: undefined, message };
}
