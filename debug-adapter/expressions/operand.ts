import type { CallbackFrame } from '../../vm/machine/frames.ts';
import type { KernelMap } from '../../vm/machine/kernel-map.ts';
import type { Value } from '../debugger/inspection/value.ts';

/** What an expression can stand for: a value of C, or something that only the debugger knows as a whole. */
export type Operand =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'map'; readonly map: KernelMap }
  /** `depth` is that of the callback's frame. */
  | { readonly kind: 'traversal'; readonly depth: number; readonly callback: CallbackFrame };

export function valueOperand(value: Value): Operand {
  return { kind: 'value', value };
}
