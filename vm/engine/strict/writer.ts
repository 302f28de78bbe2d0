import type { AccessSize } from '../../isa/row.ts';
import {
  decoded,
  frame,
  frameKinds,
  frames,
  maximumFrames,
  stackSize,
  stacks,
  state,
} from '../../machine/layout.ts';
import { registerSet, slotMasksSize, stackMaskSize, written } from '../../machine/written.ts';
import type { Label } from '../wasm/function-builder.ts';
import { valueType, wasm } from '../wasm/opcodes.ts';
import type { FunctionBuilder } from '../wasm/function-builder.ts';

/**
 * What the strict interpreter does besides executing, as WebAssembly: looks at what an instruction reads before it
 * does anything, and notes what it has written. Reads of what was not written go the slow way, where faults are made.
 */
export class StrictWriter {
  readonly #f: FunctionBuilder;
  readonly #ip: number;
  /** Linear offset of the area of machine/written.ts. */
  readonly #area: number;
  /** What to add to the index of a decoded instruction, counted from linear offset 0, times the size of masks. */
  readonly #slots: number;
  /** Scratch. */
  readonly #bit: number;

  /** `ip`: the local that holds the linear offset of the decoded instruction. Writes to the function's beginning. */
  constructor(f: FunctionBuilder, ip: number) {
    this.#f = f;
    this.#ip = ip;
    this.#area = f.local(valueType.i32);
    this.#slots = f.local(valueType.i32);
    this.#bit = f.local(valueType.i32);
    f.i32(0);
    f.memory(wasm.i32_load, state.written);
    f.tee(this.#area);
    f.i32(0);
    f.memory(wasm.i32_load, state.code);
    f.i32(shift);
    f.op(wasm.i32_shr_u, wasm.i32_sub);
    f.set(this.#slots);
  }

  /** Before an instruction: goes to `refused` where it reads a register that cannot be read. */
  checkRegisters(refused: Label): void {
    const f = this.#f;
    this.#pushMasks(0);
    this.#pushUnreadable();
    f.op(wasm.i32_and);
    f.brIf(refused);
  }

  /** The registers that the instruction writes can be read from now on. */
  noteRegisters(): void {
    const f = this.#f;
    f.get(this.#area);
    this.#pushMasks(2);
    this.#pushUnreadable();
    f.op(wasm.i32_and);
    f.memory(wasm.i32_store, written.unreadable);
  }

  #pushMasks(offset: number): void {
    const f = this.#f;
    f.get(this.#ip);
    f.i32(shift);
    f.op(wasm.i32_shr_u);
    f.get(this.#slots);
    f.op(wasm.i32_add);
    f.memory(wasm.i32_load16_u, written.slots + offset);
  }

  #pushUnreadable(): void {
    this.#f.get(this.#area);
    this.#f.memory(wasm.i32_load, written.unreadable);
  }

  /**
   * An access of `size` bytes at the linear offset in the local `linear`: where that is a stack, goes to `refused` if
   * it reads bytes that were not written, and notes those that it writes. Nothing may refuse the access after this.
   */
  accessStack(linear: number, size: AccessSize, reads: boolean, refused: Label): void {
    const f = this.#f;
    const mask = (1 << size) - 1;
    f.get(linear);
    f.i32(stacks);
    f.op(wasm.i32_sub);
    f.tee(this.#bit);
    f.i32(maximumFrames * stackSize);
    f.op(wasm.i32_lt_u);
    f.if();
    if (reads) {
      // What is set already needs not be set again: reads of atomics come before their writes.
      this.#pushStackMask();
      this.#pushBitInByte();
      f.op(wasm.i32_shr_u);
      f.i32(mask);
      f.op(wasm.i32_and);
      f.i32(mask);
      f.op(wasm.i32_ne);
      f.brIf(refused);
    } else {
      this.#pushMaskByte();
      this.#pushStackMask();
      f.i32(mask);
      this.#pushBitInByte();
      f.op(wasm.i32_shl, wasm.i32_or);
      f.memory(wasm.i32_store, written.stacks);
    }
    f.end();
  }

  /** 32 bits from the byte that holds the bit of the first byte of the access. */
  #pushStackMask(): void {
    this.#pushMaskByte();
    this.#f.memory(wasm.i32_load, written.stacks);
  }

  #pushMaskByte(): void {
    const f = this.#f;
    f.get(this.#area);
    f.get(this.#bit);
    f.i32(3);
    f.op(wasm.i32_shr_u, wasm.i32_add);
  }

  #pushBitInByte(): void {
    this.#f.get(this.#bit);
    this.#f.i32(7);
    this.#f.op(wasm.i32_and);
  }

  /** A call of a subprogram has pushed the frame at the depth in `depth`. */
  enterSubprogram(depth: number): void {
    const f = this.#f;
    this.#pushCaller(depth);
    this.#pushUnreadable();
    f.memory(wasm.i32_store, written.callers);
    f.get(this.#area);
    this.#pushUnreadable();
    this.#pushMasks(2);
    f.op(wasm.i32_or);
    f.i32(registerSet.arguments);
    f.op(wasm.i32_and);
    f.i32(registerSet.r0 | registerSet.saved);
    f.op(wasm.i32_or);
    f.memory(wasm.i32_store, written.unreadable);
    f.get(this.#area);
    f.get(depth);
    f.i32(Math.log2(stackMaskSize));
    f.op(wasm.i32_shl, wasm.i32_add);
    f.set(this.#bit);
    for (let at = 0; at < stackMaskSize; at += 8) {
      f.get(this.#bit);
      f.i64(0n);
      f.memory(wasm.i64_store, written.stacks + at);
    }
  }

  /** The frame of a subprogram at the depth in `depth` was left: r0 goes to the caller as it is. */
  leaveSubprogram(depth: number): void {
    const f = this.#f;
    f.get(this.#area);
    this.#pushUnreadable();
    f.i32(registerSet.r0);
    f.op(wasm.i32_and);
    this.#pushCaller(depth);
    f.memory(wasm.i32_load, written.callers);
    f.i32(registerSet.saved);
    f.op(wasm.i32_and, wasm.i32_or);
    f.i32(registerSet.arguments);
    f.op(wasm.i32_or);
    f.memory(wasm.i32_store, written.unreadable);
  }

  #pushCaller(depth: number): void {
    const f = this.#f;
    f.get(this.#area);
    f.get(depth);
    f.i32(2);
    f.op(wasm.i32_shl, wasm.i32_add);
  }

  /** Before an exit: programs and callbacks return r0 to the kernel, which reads it. */
  checkExit(refused: Label): void {
    const f = this.#f;
    this.#pushUnreadable();
    f.i32(registerSet.r0);
    f.op(wasm.i32_and);
    f.if();
    f.i32(0);
    f.memory(wasm.i32_load, state.depth);
    f.tee(this.#bit);
    f.op(wasm.i32_eqz);
    f.brIf(refused);
    f.get(this.#bit);
    f.i32(Math.log2(frame.sizeOf));
    f.op(wasm.i32_shl);
    f.memory(wasm.i32_load, frames + frame.kind);
    f.i32(frameKinds.indexOf('callback'));
    f.op(wasm.i32_eq);
    f.brIf(refused);
    f.end();
  }
}

/** From the linear offset of a decoded instruction to that of its masks. */
const shift = decoded.shift - Math.log2(slotMasksSize);
