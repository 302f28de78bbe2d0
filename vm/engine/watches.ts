import { outcome, type Outcome } from '../machine/helper.ts';
import { decoded, state, watchTable } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { regionRow } from '../memory/regions.ts';
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

export type WatchAccess = 'read' | 'write' | 'access';

/** Bytes of the machine's memory that a run stops behind an access of. */
export interface WatchRange {
  /** Machine address of the first byte; all of the range is meant for the region of that address. */
  readonly address: bigint;
  /** Bytes; a range of less than one is never touched. */
  readonly size: number;
  /** `access`: reads and writes. */
  readonly access: WatchAccess;
}

/** An instruction has touched a watched range, and has retired. */
export interface WatchHit {
  /** Index among the ranges that were set. */
  readonly range: number;
  /** Of the instruction. */
  readonly slot: number;
  /** Cycles of the run before the instruction. */
  readonly cycle: number;
  /** What the instruction, or the helper it calls, did with the range; `access`: both, as atomics do. */
  readonly access: WatchAccess;
  /** Machine address and bytes of the access. What a helper changes of itself counts from the first byte it changed. */
  readonly address: bigint;
  readonly size: number;
  /**
   * Of writes: the bytes of the range, those that its region has; before is undefined where it had none, as where the
   * element of a map was made by the access.
   */
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

/** Where a range lies now. */
interface Place {
  /** Linear offsets of the first byte that is there and of the end. */
  readonly low: number;
  readonly high: number;
  /** Linear offset that the range's first byte has or would have. */
  readonly start: number;
}

const noHits: readonly WatchHit[] = [];

interface Note {
  readonly write: boolean;
  readonly address: bigint;
  readonly size: number;
}

/**
 * The watched ranges of a machine and what touches them. Code of the flavour `watch` finds the instructions that may
 * touch a range; each is then performed under observation, by itself. Ranges are addresses: where they lie is looked up
 * whenever the machine may have moved them, at the start of a slice and after every call of the host.
 */
export class Watches {
  readonly #machine: Machine;
  #ranges: readonly WatchRange[] = [];
  /** Of the last run, in the order of the ranges; empty where it did not stop for them. */
  hits: readonly WatchHit[] = noHits;
  /** During an observation: notes by range, and the bytes of ranges before. */
  #notes: Note[][] = [];
  #before: (Uint8Array | undefined)[] = [];

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  get any(): boolean {
    return this.#ranges.length > 0;
  }

  set(ranges: Iterable<WatchRange>): void {
    this.#ranges = [...ranges];
    this.hits = noHits;
  }

  /** A run begins. */
  forgetHits(): void {
    this.hits = noHits;
  }

  /** Fills the table for code that is about to run. */
  arm(): void {
    const { view } = this.#machine.memory;
    this.disarm();
    view.setUint32(watchTable + watchFields.armed, 1, true);
    const rows: (Place & { readonly accesses: AccessBits })[] = [];
    for (const range of this.#ranges) {
      const place = this.#placeOf(range);
      if (place !== undefined) rows.push({ ...place, accesses: accessBits[range.access] });
    }
    for (const accesses of [1, 2, 3] as const) {
      const touched = rows.filter((row) => (row.accesses & accesses) !== 0);
      if (touched.length === 0) continue;
      const base = Math.min(...touched.map(({ low }) => low)) - longestReach;
      view.setUint32(hullAt(accesses), base, true);
      view.setUint32(hullAt(accesses) + 4, Math.max(...touched.map(({ high }) => high)) - base, true);
    }
    this.#fillRows(rows);
  }

  /** More ranges than there are rows: the last one covers the rest; what it finds too much is found out later. */
  #fillRows(rows: readonly (Place & { readonly accesses: AccessBits })[]): void {
    const { view } = this.#machine.memory;
    view.setUint32(watchTable + watchFields.count, Math.min(rows.length, mostWatchRows), true);
    rows.forEach(({ low, high, accesses }, index) => {
      const at = watchTable + watchFields.ranges + Math.min(index, mostWatchRows - 1) * watchRow.sizeOf;
      const covers = index >= mostWatchRows;
      const had = (field: number): number => view.getUint32(at + field, true);
      view.setUint32(at + watchRow.low, covers ? Math.min(low, had(watchRow.low)) : low, true);
      view.setUint32(at + watchRow.high, covers ? Math.max(high, had(watchRow.high)) : high, true);
      view.setUint32(at + watchRow.accesses, covers ? accesses | had(watchRow.accesses) : accesses, true);
    });
  }

  disarm(): void {
    const end = watchTable + watchFields.ranges + mostWatchRows * watchRow.sizeOf;
    this.#machine.memory.bytes.fill(0, watchTable, end);
  }

  /** The part of a range that its region has; undefined where that is nothing. */
  #placeOf({ address, size }: WatchRange): Place | undefined {
    const { regions, memory } = this.#machine;
    const id = Number(BigInt.asUintN(64, address) >> 32n);
    if (!(id < regions.count)) return undefined;
    const { view } = memory;
    const row = regions.rowOf(id);
    const base = view.getUint32(row + regionRow.base, true);
    const start = base + Number(address & 0xffffffffn) - view.getUint32(row + regionRow.start, true);
    const low = Math.max(start, base);
    const high = Math.min(start + size, base + view.getUint32(row + regionRow.size, true));
    return low < high ? { low, high, start } : undefined;
  }

  #bytesOf(place: Place): Uint8Array {
    return this.#machine.memory.bytes.slice(place.low, place.high);
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
    const { accesses, size } = access;
    const address = BigInt.asUintN(64, machine.register(base) + BigInt(off));
    const place = machine.regions.peek(address);
    this.#begin();
    if (place !== undefined) {
      if ((accesses & accessBits.read) !== 0) this.#note(place.linear, size, 'read');
      if ((accesses & accessBits.write) !== 0) this.#note(place.linear, size, 'write');
    }
    return this.#finish(machine.slot, machine.cycle, step, retired);
  }

  /** What JavaScript does for an instruction: it says which memory it accesses; changes that it does not tell of count too. */
  #observeHost<T>(perform: () => T, retired: (answer: T) => boolean): T {
    const machine = this.#machine;
    this.#begin();
    this.#ranges.forEach((range, index) => {
      if (range.access !== 'read') this.#keep(index);
    });
    machine.accessListener = (linear, size, access) => this.#note(linear, size, access);
    try {
      return this.#finish(machine.slot, machine.cycle, perform, retired);
    } finally {
      machine.accessListener = undefined;
    }
  }

  /**
   * A call of the host from compiled code, which goes on at state.ip where something was touched: it leaves there, as
   * the table says that a stop is pending.
   */
  callFromCompiled(perform: () => Outcome): Outcome {
    const machine = this.#machine;
    const left = this.#observeHost(perform, (answer) => answer !== outcome.fault);
    if (left === outcome.fault) return left;
    this.arm();
    if (this.hits.length === 0) return left;
    const { view } = machine.memory;
    view.setUint32(watchTable + watchFields.pending, 1, true);
    if (left === outcome.next)
      view.setUint32(state.ip, view.getUint32(state.ip, true) + decoded.sizeOf, true);
    return outcome.reload;
  }

  #begin(): void {
    this.hits = noHits;
    this.#notes = this.#ranges.map(() => []);
    this.#before = this.#ranges.map(() => undefined);
  }

  #keep(index: number): void {
    const range = this.#ranges[index];
    if (range === undefined || this.#before[index] !== undefined) return;
    const place = this.#placeOf(range);
    if (place !== undefined) this.#before[index] = this.#bytesOf(place);
  }

  /** An access that is about to be made. */
  #note(linear: number, size: number, access: 'read' | 'write'): void {
    const write = access === 'write';
    this.#ranges.forEach((range, index) => {
      const place = this.#placeOf(range);
      if (place === undefined || linear >= place.high || linear + size <= place.low) return;
      if (write) this.#keep(index);
      const address = BigInt.asUintN(64, range.address + BigInt(linear - place.start));
      this.#notes[index]?.push({ write, address, size });
    });
  }

  #finish<T>(slot: number, cycle: number, perform: () => T, retired: (answer: T) => boolean): T {
    const answer = perform();
    if (!retired(answer)) return answer;
    this.hits = this.#ranges.flatMap((range, index): WatchHit[] => {
      const hit = this.#hitOf(range, index);
      return hit === undefined ? [] : [{ range: index, slot, cycle, ...hit }];
    });
    return answer;
  }

  #hitOf(range: WatchRange, index: number): Omit<WatchHit, 'range' | 'slot' | 'cycle'> | undefined {
    const notes = this.#notes[index] ?? [];
    const before = this.#before[index];
    const place = this.#placeOf(range);
    const after = place && this.#bytesOf(place);
    const changed = notes.some(({ write }) => write)
      ? undefined
      : this.#changeOf(range, place, before, after);
    if (changed !== undefined) notes.push(changed);
    const writes = notes.filter(({ write }) => write);
    const reads = notes.filter(({ write }) => !write);
    const [first] =
      range.access === 'read' ? reads : range.access === 'write' ? writes : [...writes, ...reads];
    if (first === undefined) return undefined;
    const { address, size } = first;
    const access = writes.length === 0 ? 'read' : reads.length === 0 ? 'write' : 'access';
    return access === 'read'
      ? { access, address, size, before: undefined, after: undefined }
      : { access, address, size, before, after };
  }

  /** The bytes from the first to the last that are others now. */
  #changeOf(
    range: WatchRange,
    place: Place | undefined,
    before: Uint8Array | undefined,
    after: Uint8Array | undefined,
  ): Note | undefined {
    if (place === undefined || before?.length !== after?.length || before === undefined) return undefined;
    const first = before.findIndex((byte, i) => byte !== after?.[i]);
    if (first < 0) return undefined;
    const last = before.findLastIndex((byte, i) => byte !== after?.[i]);
    const address = BigInt.asUintN(64, range.address + BigInt(place.low - place.start + first));
    return { write: true, address, size: last - first + 1 };
  }
}
