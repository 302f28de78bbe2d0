import { outcome, type Outcome } from '../machine/helper.ts';
import { decoded, frames, stacks, state, watchTable } from '../machine/layout.ts';
import type { AccessListener, Machine } from '../machine/machine.ts';
import { readInstruction } from './compiler/instructions.ts';
import {
  accessBits,
  accessOfWork,
  hullAt,
  longestReach,
  mostWatchRows,
  watchFields,
  watchRow,
  type AccessBits,
} from './watch-code.ts';
import { WatchedRange, type WatchHit, type WatchRange } from './watched-range.ts';

export type { WatchAccess, WatchHit, WatchRange } from './watched-range.ts';

/** Calls of helpers and kernel functions that a run stops behind. */
export interface WatchedCall {
  /**
   * Asked before JavaScript performs an instruction; gives what tells, once it has retired, whether to stop for it.
   * Undefined: not for this one. Changes nothing.
   */
  readonly before: (machine: Machine) => (() => boolean) | undefined;
}

/** A watched call has retired. */
export interface CallHit {
  /** Index among the calls that were set. */
  readonly call: number;
  /** Of the instruction. */
  readonly slot: number;
  /** Cycles of the run before the instruction. */
  readonly cycle: number;
}

const noHits: readonly WatchHit[] = [];
const noCallHits: readonly CallHit[] = [];

/**
 * The watched ranges of a machine and what touches them. Code of the flavour `watch` finds the instructions that may
 * touch a range; each is then performed under observation, by itself. Ranges are addresses: where they lie is looked up
 * whenever the machine may have moved them, at the start of a slice and after every call of the host.
 */
export class Watches {
  readonly #machine: Machine;
  #ranges: readonly WatchedRange[] = [];
  /** Of the last run, in the order of the ranges; empty where it did not stop for them. */
  hits: readonly WatchHit[] = noHits;
  #calls: readonly WatchedCall[] = [];
  /** As `hits`, of the watched calls. */
  callHits: readonly CallHit[] = noCallHits;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  get any(): boolean {
    return this.#ranges.length > 0 || this.#calls.length > 0;
  }

  /** Whether the last run has to stop for what it touched or called. */
  get hit(): boolean {
    return this.hits.length > 0 || this.callHits.length > 0;
  }

  set(ranges: Iterable<WatchRange>, calls: Iterable<WatchedCall> = []): void {
    this.#ranges = Array.from(ranges, (range) => new WatchedRange(range));
    this.#calls = [...calls];
    this.forgetHits();
  }

  /** A run begins. */
  forgetHits(): void {
    this.hits = noHits;
    this.callHits = noCallHits;
  }

  /** Fills the table for code that is about to run. */
  arm(): void {
    const { view } = this.#machine.memory;
    let steps = 1;
    for (const range of this.#ranges) {
      range.locate(this.#machine);
      range.setArmed();
      // Keys of array elements lie in frames.
      if (range.low < stacks && range.high > frames) steps = 0;
    }
    view.setUint32(watchTable + watchFields.armed, 1, true);
    view.setUint32(watchTable + watchFields.pending, 0, true);
    view.setUint32(watchTable + watchFields.steps, steps, true);
    for (const accesses of [1, 2, 3] as const) this.#fillHull(accesses);
    this.#fillRows();
  }

  #fillHull(accesses: AccessBits): void {
    const { view } = this.#machine.memory;
    let low = Infinity;
    let high = 0;
    for (const range of this.#ranges) {
      if ((range.accesses & accesses) === 0 || range.low === range.high) continue;
      low = Math.min(low, range.low);
      high = Math.max(high, range.high);
    }
    const base = high === 0 ? 0 : low - longestReach;
    view.setUint32(hullAt(accesses), base, true);
    view.setUint32(hullAt(accesses) + 4, high - base, true);
  }

  /** More ranges than there are rows: the last one covers the rest; what it finds too much is found out later. */
  #fillRows(): void {
    const { view } = this.#machine.memory;
    let count = 0;
    let at = watchTable + watchFields.ranges;
    for (const { low, high, accesses } of this.#ranges) {
      if (low === high) continue;
      if (count < mostWatchRows) {
        at = watchTable + watchFields.ranges + count++ * watchRow.sizeOf;
        view.setUint32(at + watchRow.low, low, true);
        view.setUint32(at + watchRow.high, high, true);
        view.setUint32(at + watchRow.accesses, accesses, true);
        continue;
      }
      view.setUint32(at + watchRow.low, Math.min(low, view.getUint32(at + watchRow.low, true)), true);
      view.setUint32(at + watchRow.high, Math.max(high, view.getUint32(at + watchRow.high, true)), true);
      const had = view.getUint32(at + watchRow.accesses, true);
      view.setUint32(at + watchRow.accesses, accesses | had, true);
    }
    view.setUint32(watchTable + watchFields.count, count, true);
  }

  disarm(): void {
    const end = watchTable + watchFields.ranges + mostWatchRows * watchRow.sizeOf;
    this.#machine.memory.bytes.fill(0, watchTable, end);
  }

  /**
   * Performs the instruction where the machine stands, with the table empty, by `step`. `retired` says of its answer
   * whether the instruction has retired; then `hits` has what it touched.
   */
  observeInstruction<T>(step: () => T, retired: (answer: T) => boolean): T {
    const machine = this.#machine;
    const { work, base, off } = readInstruction(machine, machine.slot);
    const access = accessOfWork(work);
    if (access === undefined) return this.#observeHost(step, retired);
    const { slot, cycle } = machine;
    const address = BigInt.asUintN(64, machine.register(base) + BigInt(off));
    const linear = machine.regions.peek(address)?.linear;
    for (const range of this.#ranges) {
      range.locate(machine);
      range.begin();
      if (linear === undefined) continue;
      const { bytes } = machine.memory;
      if ((access.accesses & accessBits.read) !== 0) range.note(linear, access.size, false, bytes);
      if ((access.accesses & accessBits.write) !== 0) range.note(linear, access.size, true, bytes);
    }
    return this.#finish(slot, cycle, step(), retired);
  }

  /** What JavaScript does for an instruction: it says which memory it accesses; changes that it does not tell of count too. */
  #observeHost<T>(perform: () => T, retired: (answer: T) => boolean): T {
    const machine = this.#machine;
    const { slot, cycle } = machine;
    const { bytes } = machine.memory;
    for (const range of this.#ranges) {
      range.locate(machine);
      range.begin();
      if ((range.accesses & accessBits.write) !== 0) range.keep(bytes);
    }
    const asked = this.#calls.map((call) => call.before(machine));
    machine.accessListener = this.#listener;
    let answer: T;
    try {
      answer = perform();
    } finally {
      machine.accessListener = undefined;
    }
    this.#finish(slot, cycle, answer, retired);
    if (!retired(answer)) return answer;
    asked.forEach((after, call) => {
      if (after?.() === true) this.callHits = [...this.callHits, { call, slot, cycle }];
    });
    return answer;
  }

  readonly #listener: AccessListener = (linear, size, access) => {
    const machine = this.#machine;
    for (const range of this.#ranges) {
      // The helper may have moved it.
      range.locate(machine);
      range.note(linear, size, access === 'write', machine.memory.bytes);
    }
  };

  #finish<T>(slot: number, cycle: number, answer: T, retired: (answer: T) => boolean): T {
    this.forgetHits();
    if (!retired(answer)) return answer;
    const machine = this.#machine;
    this.#ranges.forEach((range, index) => {
      range.locate(machine);
      const hit = range.hit(index, slot, cycle, machine.memory.bytes);
      if (hit !== undefined) this.hits = [...this.hits, hit];
    });
    return answer;
  }

  /**
   * A call of the host from compiled code, which goes on at state.ip where something was touched: it leaves there, as
   * the table says that a stop is pending.
   */
  callFromCompiled(perform: () => Outcome): Outcome {
    const machine = this.#machine;
    const answer = this.#observeHost(perform, isNoFault);
    if (answer === outcome.fault) return answer;
    if (this.#ranges.some(({ isArmed }) => !isArmed)) this.arm();
    if (!this.hit) return answer;
    const { view } = machine.memory;
    view.setUint32(watchTable + watchFields.pending, 1, true);
    if (answer === outcome.next)
      view.setUint32(state.ip, view.getUint32(state.ip, true) + decoded.sizeOf, true);
    return outcome.reload;
  }
}

function isNoFault(answer: Outcome): boolean {
  return answer !== outcome.fault;
}
