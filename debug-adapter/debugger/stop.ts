import type { Fault } from '../../vm/machine/fault.ts';
import type { RunResult } from '../../vm/engine/virtual-machine.ts';

/** Why and where the debugger stands still. */
export type Stop =
  | { readonly reason: 'entry' | 'step' | 'pause' | 'goto' }
  | {
      readonly reason: 'breakpoint' | 'function breakpoint' | 'instruction breakpoint';
      /** Ids of the breakpoints that were hit, as their BoundBreakpoint says. */
      readonly breakpoints: readonly number[];
    }
  | { readonly reason: 'exception'; readonly fault: Fault }
  /** The program has ended; everything can still be looked at. `result` is what it gave. */
  | { readonly reason: 'exit'; readonly result: RunResult };

/** What an execution request ends in: a stop, or the end of the last run (no stop at exit wanted). */
export type Progress = Stop | { readonly reason: 'ended'; readonly result: RunResult };

/** `caller`: out of the traversal that the innermost callback belongs to. */
export type StepKind = 'over' | 'in' | 'out' | 'caller';
/** `line` and `statement` are the same here: a row of the line table. */
export type Granularity = 'statement' | 'line' | 'instruction';
