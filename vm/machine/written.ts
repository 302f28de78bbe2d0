import type { LinearMemory } from '../memory/linear-memory.ts';
import { maximumFrames, stacks, stackSize, state } from './layout.ts';

/**
 * Which registers and stack bytes the program has written, for machines that stop at reads of others (strict mode).
 * All of it lies in linear memory, in an area of its own that other machines do not have.
 */

/** Offsets in the area. */
export const written = {
  /** u32: a set bit for each register that cannot be read. */
  unreadable: 0,
  /** The same of the caller, for each frame: u32 each. */
  callers: 16,
  /** A set bit for each byte of all stacks that was written, lowest first. */
  stacks: 64,
  /** For each slot of the code: registers it reads (u16), registers that stay unreadable behind it (u16). */
  slots: 64 + (maximumFrames * stackSize) / 8 + 16,
} as const;

/** Bytes of the masks of one frame's stack. */
export const stackMaskSize = stackSize / 8;
/** Bytes of the masks of one slot. */
export const slotMasksSize = 4;

/** Sets of registers, a bit for each. */
export const registerSet = {
  r0: 0x001,
  /** r1 to r5: arguments, which calls leave unreadable. */
  arguments: 0x03e,
  /** r6 to r9: what a function keeps over calls. */
  saved: 0x3c0,
  r10: 0x400,
  all: 0x7ff,
} as const;

/** r1 to r`count`. */
export function argumentSet(count: number): number {
  return ((1 << count) - 1) << 1;
}

export class Written {
  readonly #memory: LinearMemory;
  readonly #area: number;

  constructor(memory: LinearMemory, slots: number) {
    this.#memory = memory;
    this.#area = memory.allocate(written.slots + slots * slotMasksSize);
    memory.view.setUint32(state.written, this.#area, true);
    for (let slot = 0; slot < slots; slot++) this.setSlot(slot, 0, 0);
  }

  /** What the instruction at `slot` reads and writes, as sets of registers. */
  setSlot(slot: number, reads: number, writes: number): void {
    const at = this.#area + written.slots + slot * slotMasksSize;
    this.#memory.view.setUint16(at, reads, true);
    this.#memory.view.setUint16(at + 2, ~writes & 0xffff, true);
  }

  readsOf(slot: number): number {
    return this.#memory.view.getUint16(this.#area + written.slots + slot * slotMasksSize, true);
  }

  /** Also, at a call of a function: the arguments it gets. */
  writesOf(slot: number): number {
    const at = this.#area + written.slots + slot * slotMasksSize;
    return ~this.#memory.view.getUint16(at + 2, true) & 0xffff;
  }

  get unreadable(): number {
    return this.#memory.view.getUint32(this.#area + written.unreadable, true);
  }

  set unreadable(registers: number) {
    this.#memory.view.setUint32(this.#area + written.unreadable, registers, true);
  }

  /** The program begins in frame 0: nothing but its frame pointer and what is set from now on can be read. */
  begin(): void {
    this.unreadable = registerSet.all & ~registerSet.r10;
    this.#memory.bytes.fill(0, this.#area + written.callers, this.#area + written.stacks);
    this.#forgetStacks(0, maximumFrames);
  }

  /** A value was put into a register from outside the program. */
  setRegister(register: number): void {
    this.unreadable &= ~(1 << register);
  }

  /** A call has pushed the frame at `depth`; `unreadable`: what its caller could not read. */
  enter(depth: number, unreadable: number): void {
    this.#memory.view.setUint32(this.#area + written.callers + 4 * depth, unreadable, true);
  }

  /** The function in the frame at `depth` begins with an unwritten stack, and can read these registers and r10. */
  start(depth: number, readable: number): void {
    this.unreadable = registerSet.all & ~readable & ~registerSet.r10;
    this.#forgetStacks(depth, depth + 1);
  }

  /** The frame at `depth` was left; r0 is what it returned. */
  leave(depth: number): void {
    const caller = this.#memory.view.getUint32(this.#area + written.callers + 4 * depth, true);
    this.unreadable = (caller & registerSet.saved) | registerSet.arguments;
  }

  #forgetStacks(from: number, to: number): void {
    const at = this.#area + written.stacks;
    this.#memory.bytes.fill(0, at + from * stackMaskSize, at + to * stackMaskSize);
  }

  /** The first of `size` bytes at a linear offset that lies in a stack and was not written, counted from 0; -1 for none. */
  firstUnwritten(linear: number, size: number): number {
    if (!isStack(linear)) return -1;
    const { view } = this.#memory;
    for (let i = 0; i < size; i++) {
      const bit = linear - stacks + i;
      if ((view.getUint8(this.#area + written.stacks + (bit >> 3)) & (1 << (bit & 7))) === 0) return i;
    }
    return -1;
  }

  /** `size` bytes at a linear offset were written, or are about to be; nothing where that is no stack. */
  setBytes(linear: number, size: number): void {
    if (!isStack(linear)) return;
    const { view } = this.#memory;
    for (let i = 0; i < size; i++) {
      const bit = linear - stacks + i;
      const at = this.#area + written.stacks + (bit >> 3);
      view.setUint8(at, view.getUint8(at) | (1 << (bit & 7)));
    }
  }
}

function isStack(linear: number): boolean {
  return linear >= stacks && linear < stacks + maximumFrames * stackSize;
}
