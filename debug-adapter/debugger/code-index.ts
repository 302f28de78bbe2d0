import { decode } from '../../vm/isa/decode.ts';
import type { Instruction } from '../../vm/isa/row.ts';
import { functionAt } from '../../vm/object/link/lookup.ts';
import type { LinkedFunction, LinkedProgram } from '../../vm/object/linked-program.ts';

/** The code of a linked program by slot: its instructions, and which function each belongs to. */
export class CodeIndex {
  readonly program: LinkedProgram;
  /** Slots where instructions start, ascending. */
  readonly starts: readonly number[];
  readonly #indexOfSlot: Int32Array;

  constructor(program: LinkedProgram) {
    this.program = program;
    const starts: number[] = [];
    this.#indexOfSlot = new Int32Array(program.code.length / 8).fill(-1);
    for (const { firstSlot, slots } of program.sections) {
      for (let slot = firstSlot; slot < firstSlot + slots;) {
        this.#indexOfSlot[slot] = starts.push(slot) - 1;
        const decoded = decode(program.code, slot);
        slot += decoded.ok ? decoded.value.slots : 1;
      }
    }
    this.starts = starts;
  }

  get functions(): readonly LinkedFunction[] {
    return this.program.functions;
  }

  /** Undefined where no instruction starts, and for bytes that are no instruction. */
  instruction(slot: number): Instruction | undefined {
    if (this.indexOf(slot) === undefined) return undefined;
    const decoded = decode(this.program.code, slot);
    return decoded.ok ? decoded.value : undefined;
  }

  /** Position in `starts`; undefined where no instruction starts. */
  indexOf(slot: number): number | undefined {
    const index = this.#indexOfSlot[slot] ?? -1;
    return index < 0 ? undefined : index;
  }

  /** Slot after the instruction at `slot`. */
  next(slot: number): number {
    return slot + (this.instruction(slot)?.slots ?? 1);
  }

  bytes(slot: number): Uint8Array {
    return this.program.code.subarray(slot * 8, this.next(slot) * 8);
  }

  functionOf(slot: number): LinkedFunction | undefined {
    return functionAt(this.program, slot);
  }

  /** The function that starts at a slot. */
  functionFrom(slot: number): LinkedFunction | undefined {
    const linked = this.functionOf(slot);
    return linked?.firstSlot === slot ? linked : undefined;
  }

  /** The slot an instruction may jump to instead of going on; undefined for what does not jump. */
  jumpTarget(slot: number): number | undefined {
    const instruction = this.instruction(slot);
    if (instruction === undefined) return undefined;
    const { row, off, imm } = instruction;
    switch (row.semantics.kind) {
      case 'jump':
      case 'may_goto':
        return slot + 1 + off;
      case 'goto':
        return slot + 1 + (row.semantics.displacement === 'off' ? off : imm);
      default:
        return undefined;
    }
  }
}
