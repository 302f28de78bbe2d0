import type { RunResult } from '../../vm/engine/virtual-machine.ts';
import type { BoundBreakpoint } from './breakpoints/breakpoint.ts';
import type { SourcePlace } from './frame.ts';

/** What the debugger tells while the program runs. */
export interface DebuggerEvents {
  readonly output: DebuggerOutput;
  readonly runStarted: RunStart;
  /** Now and then while the program runs: the cycle of the run that it is at. */
  readonly progress: number;
  /** Also for runs after which the debugger does not stop, and for those that a fault has ended. */
  readonly runEnded: RunResult;
  /** A breakpoint is no longer what its request was answered with. */
  readonly breakpointChanged: BoundBreakpoint;
}

export interface DebuggerOutput {
  /** `program`: what a helper such as bpf_trace_printk wrote. `log`: a log point. `note`: what a helper has to say about its answer. `problem`: a condition without a value, a run that did not give what its scenario expects. */
  readonly kind: 'program' | 'log' | 'note' | 'problem';
  /** Without an end of line. */
  readonly text: string;
  /** The call or the log point. */
  readonly source: SourcePlace | undefined;
}

export interface RunStart {
  /** Counted from 0. */
  readonly index: number;
  readonly count: number;
  /** Name of the function. */
  readonly program: string;
}
