import type { LinearMemory } from '../memory/linear-memory.ts';
import { regionBias, regionRow, type Regions } from '../memory/regions.ts';
import {
  frame,
  frameKinds,
  frames,
  maximumFrames,
  stackSize,
  stacks,
  state,
  type FrameKind,
} from './layout.ts';
import { noteTailCall, readTailCalls, type TailCall } from './tail-calls.ts';

export interface CallbackFrame {
  readonly helper: number;
  /** Undefined without a map. */
  readonly map: number | undefined;
  readonly flags: bigint;
  readonly context: bigint;
  readonly index: number;
  readonly visited: number;
  readonly lastReturn: bigint;
  readonly key: bigint;
  readonly value: bigint;
  readonly total: number;
}

/** A frame read for the debugger; ips are linear offsets of decoded instructions. */
export interface FrameView {
  readonly depth: number;
  readonly kind: FrameKind;
  readonly returnIp: number;
  readonly callIp: number;
  readonly entryIp: number;
  readonly entryCycle: number;
  readonly stackTop: bigint;
  /** r6 to r10 of the caller. */
  readonly saved: readonly bigint[];
  readonly callback: CallbackFrame | undefined;
  /** What tail calls have replaced in the frame, the last one first. */
  readonly tailCalls: readonly TailCall[];
}

export type { TailCall };

const noMap = 0xffffffff;

/** The call frames, in machine memory. Stack regions are readable and writable while their frame is alive. */
export class Frames {
  readonly #memory: LinearMemory;
  readonly #regions: Regions;
  /** A program may write to the key of an array that it is given: the verifier does not let it. */
  keysWritable = false;

  constructor(memory: LinearMemory, regions: Regions) {
    this.#memory = memory;
    this.#regions = regions;
    for (let depth = 0; depth < maximumFrames; depth++) this.#prepare(depth);
  }

  #prepare(depth: number): void {
    const base = stacks + depth * stackSize;
    const stack = this.#regions.add({ kind: 'stack', owner: depth, base, size: stackSize, readLimit: 0 });
    const record = frames + depth * frame.sizeOf;
    const key = this.#regions.add({
      kind: 'frame_key',
      owner: depth,
      base: record + frame.keyStorage,
      size: 8,
      readLimit: 0,
    });
    const { view } = this.#memory;
    view.setBigUint64(record + frame.stackTop, (BigInt(stack) << 32n) + BigInt(regionBias + stackSize), true);
    view.setUint32(record + frame.stackRow, this.#regions.rowOf(stack), true);
    view.setUint32(record + frame.keyRegion, key, true);
  }

  get depth(): number {
    return this.#memory.view.getUint32(state.depth, true);
  }

  /** Cycle at which the function in the frame at `depth` began. */
  entryCycle(depth: number): number {
    return Number(this.#memory.view.getBigUint64(this.record(depth) + frame.entryCycle, true));
  }

  /** Linear offset of the record of the frame at `depth`. */
  record(depth: number): number {
    return frames + depth * frame.sizeOf;
  }

  /** Starts a run: one frame, all stacks cleared. */
  reset(entryIp: number): void {
    for (let depth = 0; depth < maximumFrames; depth++) {
      this.#setAlive(depth, false);
      this.shareKey(depth, 0);
      // No activation of this run begins at cycle 0 but the program's own.
      const at = this.record(depth);
      this.#memory.bytes.fill(0, at + frame.mayGotoRounds, at + frame.mayGotoCycle + 8);
    }
    this.#memory.bytes.fill(0, stacks, stacks + maximumFrames * stackSize);
    const { view } = this.#memory;
    view.setUint32(state.depth, 0, true);
    view.setUint32(state.tailCalls, 0, true);
    const record = this.record(0);
    view.setUint32(record + frame.kind, frameKinds.indexOf('program'), true);
    view.setUint32(record + frame.entryIp, entryIp, true);
    view.setBigUint64(record + frame.entryCycle, 0n, true);
    view.setBigUint64(state.registers + 80, view.getBigUint64(record + frame.stackTop, true), true);
    this.#setAlive(0, true);
  }

  /**
   * Pushes a frame for a callback: saves r6 to r10, sets r10, clears the callback part. The caller sets the helper's
   * own fields and the arguments. False where the call stack is full.
   */
  pushCallback(callIp: number, returnIp: number, entryIp: number, cycle: number): boolean {
    if (!this.#push('callback', callIp, returnIp, entryIp, cycle)) return false;
    const { view, bytes } = this.#memory;
    const record = this.record(this.depth);
    bytes.fill(0, record + frame.helper, record + frame.sizeOf);
    view.setUint32(record + frame.map, noMap, true);
    return true;
  }

  /** Pushes a frame for a call of a subprogram; false where the call stack is full. */
  pushSubprogram(callIp: number, returnIp: number, entryIp: number, cycle: number): boolean {
    return this.#push('subprogram', callIp, returnIp, entryIp, cycle);
  }

  #push(kind: FrameKind, callIp: number, returnIp: number, entryIp: number, cycle: number): boolean {
    const depth = this.depth + 1;
    if (depth >= maximumFrames) return false;
    const { view, bytes } = this.#memory;
    const record = this.record(depth);
    view.setUint32(record + frame.kind, frameKinds.indexOf(kind), true);
    view.setUint32(record + frame.returnIp, returnIp, true);
    view.setUint32(record + frame.callIp, callIp, true);
    view.setUint32(record + frame.entryIp, entryIp, true);
    bytes.copyWithin(record + frame.saved, state.registers + 48, state.registers + 88);
    view.setBigUint64(record + frame.entryCycle, BigInt(cycle), true);
    view.setBigUint64(state.registers + 80, view.getBigUint64(record + frame.stackTop, true), true);
    view.setUint32(state.depth, depth, true);
    view.setUint32(state.ip, entryIp, true);
    this.#setAlive(depth, true);
    return true;
  }

  /** A tail call at `callIp`: the function at `entryIp` takes the place of the innermost frame's, from `cycle` on. */
  replace(callIp: number, entryIp: number, cycle: number): void {
    const { view } = this.#memory;
    const { depth } = this;
    const record = this.record(depth);
    const ended = {
      callIp,
      entryIp: view.getUint32(record + frame.entryIp, true),
      entryCycle: Number(view.getBigUint64(record + frame.entryCycle, true)),
    };
    noteTailCall(this.#memory, depth, ended, cycle);
    view.setUint32(record + frame.entryIp, entryIp, true);
    view.setBigUint64(record + frame.entryCycle, BigInt(cycle), true);
    view.setUint32(state.ip, entryIp, true);
  }

  /** See FrameView.tailCalls. */
  tailCalls(depth: number): readonly TailCall[] {
    const entryCycle = Number(this.#memory.view.getBigUint64(this.record(depth) + frame.entryCycle, true));
    return readTailCalls(this.#memory, depth, entryCycle);
  }

  /** Makes the key storage of a callback frame readable to the program (array keys). */
  shareKey(depth: number, size: number): void {
    const { view } = this.#memory;
    const row = this.#regions.rowOf(view.getUint32(this.record(depth) + frame.keyRegion, true));
    view.setUint32(row + regionRow.readLimit, size, true);
    if (this.keysWritable) view.setUint32(row + regionRow.writeLimit, size, true);
  }

  /** Pops the innermost frame: restores r6 to r10 of the caller and goes on at its return point. */
  pop(): void {
    const { view, bytes } = this.#memory;
    const { depth } = this;
    const record = this.record(depth);
    bytes.copyWithin(state.registers + 48, record + frame.saved, record + frame.saved + 40);
    view.setUint32(state.ip, view.getUint32(record + frame.returnIp, true), true);
    view.setUint32(state.depth, depth - 1, true);
    this.#setAlive(depth, false);
    this.shareKey(depth, 0);
  }

  #setAlive(depth: number, alive: boolean): void {
    const { view } = this.#memory;
    const row = view.getUint32(this.record(depth) + frame.stackRow, true);
    view.setUint32(row + regionRow.readLimit, alive ? stackSize : 0, true);
    view.setUint32(row + regionRow.writeLimit, alive ? stackSize : 0, true);
  }

  kindOf(depth: number): FrameKind {
    return frameKinds[this.#memory.view.getUint32(this.record(depth) + frame.kind, true)] ?? 'program';
  }

  read(depth: number): FrameView {
    const { view } = this.#memory;
    const at = this.record(depth);
    const kind = this.kindOf(depth);
    return {
      depth,
      kind,
      returnIp: view.getUint32(at + frame.returnIp, true),
      callIp: view.getUint32(at + frame.callIp, true),
      entryIp: view.getUint32(at + frame.entryIp, true),
      entryCycle: Number(view.getBigUint64(at + frame.entryCycle, true)),
      stackTop: view.getBigUint64(at + frame.stackTop, true),
      saved: [0, 1, 2, 3, 4].map((i) => view.getBigUint64(at + frame.saved + 8 * i, true)),
      callback: kind === 'callback' ? this.#readCallback(at) : undefined,
      tailCalls: this.tailCalls(depth),
    };
  }

  #readCallback(at: number): CallbackFrame {
    const { view } = this.#memory;
    const map = view.getUint32(at + frame.map, true);
    return {
      helper: view.getUint32(at + frame.helper, true),
      map: map === noMap ? undefined : map,
      flags: view.getBigUint64(at + frame.flags, true),
      context: view.getBigUint64(at + frame.context, true),
      index: Number(view.getBigUint64(at + frame.index, true)),
      visited: Number(view.getBigUint64(at + frame.visited, true)),
      lastReturn: view.getBigInt64(at + frame.lastReturn, true),
      key: view.getBigUint64(at + frame.key, true),
      value: view.getBigUint64(at + frame.value, true),
      total: Number(view.getBigUint64(at + frame.total, true)),
    };
  }
}
