import type { DebugScope } from '../debug-info/debug-info.ts';
import type { LinkedFunction } from '../../vm/object/linked-program.ts';
import type { CallbackFrame } from '../../vm/machine/frames.ts';

export interface SourcePlace {
  /** Path as the client should open it. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/**
 * A frame as the user sees it, innermost first; a running callback helper has one of its own below its callback, and a
 * function that a tail call has replaced one below what took its place.
 */
export interface DebugFrame {
  /** Unique within a stop. */
  readonly id: number;
  readonly kind: 'function' | 'helper' | 'tail-call';
  /**
   * `sum_counts`, or `bpf_for_each_map_elem(counts) — element 3 of 17`, or `parse — tail call`, or
   * `parse_ip — inlined`.
   */
  readonly name: string;
  /** Index of the machine frame: of the function itself, or of the callback that a helper frame runs. */
  readonly depth: number;
  /** Instruction to execute next (innermost), or the call that has not returned (outer frames and helper frames). */
  readonly slot: number;
  readonly address: bigint;
  readonly function: LinkedFunction | undefined;
  readonly source: SourcePlace | undefined;
  /** Innermost scope of the source that the frame is in: what names variables. Undefined without DWARF. */
  readonly scope: DebugScope | undefined;
  /** A function's code that was copied into the function of the frames below: it shares their registers and stack. */
  readonly inlined: boolean;
  /** Helper frames: the traversal. */
  readonly callback: CallbackFrame | undefined;
}
