import type { Fault } from '../../vm/machine/fault.ts';
import type { RunResult } from '../../vm/engine/virtual-machine.ts';
import type { HelperError } from './breakpoints/watched-calls.ts';

/** Why and where the debugger stands still. */
export type Stop =
  | { readonly reason: 'entry' | 'step' | 'pause' | 'goto' }
  | {
      readonly reason: 'breakpoint' | 'function breakpoint' | 'instruction breakpoint';
      /** Ids of the breakpoints that were hit, as their BoundBreakpoint says. */
      readonly breakpoints: readonly number[];
    }
  | {
      /** Behind the instruction that did it. `function breakpoint`: of a name such as `map:counts`. */
      readonly reason: 'data breakpoint' | 'function breakpoint';
      readonly breakpoints: readonly number[];
      /** What was done, and by what, a line for each breakpoint. */
      readonly text: string;
    }
  | { readonly reason: 'exception'; readonly fault: Fault; readonly breakpoints: readonly number[] }
  /** Behind the call. */
  | { readonly reason: 'helper error'; readonly error: HelperError; readonly breakpoints: readonly number[] }
  /** The program has ended; everything can still be looked at. `result` is what it gave. */
  | { readonly reason: 'exit'; readonly result: RunResult };

/** What an execution request ends in: a stop, or the end of the last run (no stop at exit wanted). */
export type Progress = Stop | { readonly reason: 'ended'; readonly result: RunResult };

/** `caller`: out of the traversal that the innermost callback belongs to. */
export type StepKind = 'over' | 'in' | 'out' | 'caller';
/** `line` and `statement` are the same here: a row of the line table. */
export type Granularity = 'statement' | 'line' | 'instruction';
