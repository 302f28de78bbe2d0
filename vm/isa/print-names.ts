/** What only the surroundings of an instruction know: names of helpers, subprograms, maps and targets. */
import type { Instruction } from './row.ts';

/** Each function may return undefined: the printer then writes the number. `slot` is that of the instruction. */
export interface PrintNames {
  /** Of what a call calls. */
  readonly call?: (instruction: Instruction, slot: number) => string | undefined;
  /** What stands for the immediate of an lddw, for instance `map[counts]`. */
  readonly immediate?: (instruction: Instruction, slot: number) => string | undefined;
  /** Of a jump's target, for the LLVM style: `<LBB0_2>`. */
  readonly label?: (targetSlot: number) => string | undefined;
}
