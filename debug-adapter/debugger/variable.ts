import type { Result } from '../../vm/base/problem.ts';
import type { KernelMap } from '../../vm/machine/kernel-map.ts';
import type { CType } from '../debug-info/c-type.ts';
import type { SourcePosition } from '../debug-info/debug-info.ts';

/** How values are shown that a `,x` after an expression asks for: see inspection/display-format.ts. */
export type DisplayFormat = 'x' | 'd' | 'u' | 'o' | 'b' | 'c' | 's' | 'ip' | 'mac' | 'bytes';

/** How integers are shown. */
export interface ValueFormat {
  readonly hex: boolean;
  /** Goes before `hex`. */
  readonly as?: DisplayFormat;
}

/**
 * Something with a name and a value that may have parts. Nodes are made for one stop and thrown away; they read the
 * machine when asked.
 */
export interface VariableNode {
  /** Unique among its siblings. */
  readonly name: string;
  /** C spelling of its type. */
  readonly type: string | undefined;
  value(format: ValueFormat): string;
  /** An expression that evaluates to this variable. */
  readonly evaluateName: string | undefined;
  /** Address of its bytes, where it has one. */
  readonly address: bigint | undefined;
  readonly size: number | undefined;
  /** Parts with names (members) come first, then parts with numbers (elements). */
  readonly named: number;
  readonly indexed: number;
  /** Some of the named or indexed parts; beyond the end: nothing. */
  children(filter: 'named' | 'indexed', start: number, count: number): readonly VariableNode[];
  /** Undefined: read-only. The problem says what was wrong with the text. */
  readonly assign: ((text: string) => Result<void>) | undefined;
  /** What a data breakpoint on it would watch; undefined: nothing. */
  readonly data?: DataSubject | undefined;
  /** Where the variable is declared. */
  readonly declaration?: SourcePosition | undefined;
  /** Shown dimmed by clients: not part of the program, but of the machine. */
  readonly virtual?: boolean;
}

/** What can be watched of a variable. */
export type DataSubject =
  | {
      readonly kind: 'memory';
      readonly address: bigint;
      readonly size: number;
      readonly type: CType | undefined;
    }
  /** A map, or the element with a key. */
  | { readonly kind: 'map'; readonly map: KernelMap; readonly key: Uint8Array | undefined }
  | { readonly kind: 'none'; readonly reason: string };

export interface VariableScope {
  readonly name: string;
  /** DAP's presentation hint. */
  readonly hint: 'arguments' | 'locals' | 'registers' | undefined;
  readonly expensive: boolean;
  readonly root: VariableNode;
}
