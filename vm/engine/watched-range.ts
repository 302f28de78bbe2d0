import type { Machine } from '../machine/machine.ts';
import { regionRow } from '../memory/regions.ts';
import { accessBits, type AccessBits } from './watch-code.ts';

export type WatchAccess = 'read' | 'write' | 'access';

/** Bytes of the machine's memory that a run stops behind an access of. */
export interface WatchRange {
  /** Machine address of the first byte; all of the range is meant for the region of that address. */
  readonly address: bigint;
  /**
   * Of bytes that the machine moves: what is asked for their address, instead, whenever it may have moved them;
   * undefined while there are none.
   */
  readonly find?: () => bigint | undefined;
  /** With `find`: bytes that lie elsewhere than before, the same or not, were written. Default: false. */
  readonly moveIsWrite?: boolean;
  /**
   * False, for ranges too large to be copied: a hit has the bytes of the access, not those of the range, and what
   * helpers change without saying is not seen. Default: true.
   */
  readonly whole?: boolean;
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
  /** Machine address and bytes of the access. What a helper changes without saying is the bytes that have changed. */
  readonly address: bigint;
  readonly size: number;
  /**
   * Of writes: the bytes of the range, those that its region has; undefined where there were none: before, where the
   * element of a map was made by the access, after, where it was taken away.
   */
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

interface Note {
  readonly write: boolean;
  readonly address: bigint;
  readonly size: number;
}

/** A watched range: where it lies, and during an observation what happens to it. */
export class WatchedRange {
  readonly accesses: AccessBits;
  readonly #range: WatchRange;
  readonly #size: number;
  #address = 0n;
  #region = 0;
  /** Low half of the address. */
  #at = 0;
  /** Linear offsets of the first byte that is there and of the end; the same where nothing is. */
  low = 0;
  high = 0;
  /** Linear offset that the range's first byte has or would have. */
  #start = 0;
  #armedLow = 0;
  #armedHigh = 0;
  readonly #notes: Note[] = [];
  /** The bytes before, `keptSize` of them; -1: not kept. */
  #kept = new Uint8Array(16);
  #keptSize = -1;
  #keptLow = 0;

  constructor(range: WatchRange) {
    this.#range = range;
    this.accesses = accessBits[range.access];
    this.#size = range.size >= 1 ? Math.floor(range.size) : 0;
    this.#setAddress(range.address);
  }

  #setAddress(address: bigint): void {
    this.#address = BigInt.asUintN(64, address);
    this.#region = Number(this.#address >> 32n);
    this.#at = Number(this.#address & 0xffffffffn);
  }

  /** Looks up where the range lies now. */
  locate({ regions, memory }: Machine): void {
    let low = 0;
    let high = 0;
    const { find } = this.#range;
    const found = find?.();
    if (found !== undefined) this.#setAddress(found);
    if ((find === undefined || found !== undefined) && this.#region < regions.count) {
      const { view } = memory;
      const row = regions.rowOf(this.#region);
      const base = view.getUint32(row + regionRow.base, true);
      this.#start = base + this.#at - view.getUint32(row + regionRow.start, true);
      low = Math.max(this.#start, base);
      // Map pointers and absent packets are addresses without memory.
      if (base !== 0)
        high = Math.min(this.#start + this.#size, base + view.getUint32(row + regionRow.size, true));
    }
    this.low = low < high ? low : 0;
    this.high = low < high ? high : 0;
  }

  /** The table has the range as it lies now. */
  setArmed(): void {
    this.#armedLow = this.low;
    this.#armedHigh = this.high;
  }

  get isArmed(): boolean {
    return this.low === this.#armedLow && this.high === this.#armedHigh;
  }

  /** An observation begins. */
  begin(): void {
    this.#notes.length = 0;
    this.#keptSize = -1;
  }

  /** Keeps the bytes as they are before. */
  keep(bytes: Uint8Array): void {
    if (this.#range.whole !== false) this.#keepFrom(this.low, this.high - this.low, bytes);
  }

  #keepFrom(low: number, size: number, bytes: Uint8Array): void {
    if (this.#keptSize >= 0) return;
    if (size > this.#kept.length) this.#kept = new Uint8Array(size);
    for (let i = 0; i < size; i++) this.#kept[i] = bytes[low + i] ?? 0;
    this.#keptSize = size;
    this.#keptLow = low;
  }

  /** An access is about to be made. */
  note(linear: number, size: number, write: boolean, bytes: Uint8Array): void {
    if (linear >= this.high || linear + size <= this.low) return;
    if (write && this.#range.whole === false) this.#keepFrom(linear, size, bytes);
    else if (write) this.keep(bytes);
    this.#notes.push({ write, address: this.#addressOf(linear), size });
  }

  #addressOf(linear: number): bigint {
    return BigInt.asUintN(64, this.#address + BigInt(linear - this.#start));
  }

  /** What the observation has found; undefined where the range was not touched so that it counts. */
  hit(range: number, slot: number, cycle: number, bytes: Uint8Array): WatchHit | undefined {
    if (!this.#notes.some(({ write }) => write)) this.#noteChange(bytes);
    if (this.#notes.length === 0) return undefined;
    const writes = this.#notes.filter(({ write }) => write);
    const reads = this.#notes.filter(({ write }) => !write);
    const [first] = [
      ...((this.accesses & accessBits.write) !== 0 ? writes : []),
      ...((this.accesses & accessBits.read) !== 0 ? reads : []),
    ];
    if (first === undefined) return undefined;
    const { address, size } = first;
    const access = writes.length === 0 ? 'read' : reads.length === 0 ? 'write' : 'access';
    const written = access !== 'read';
    const before = written && this.#keptSize > 0 ? this.#kept.slice(0, this.#keptSize) : undefined;
    const after = written ? this.#after(bytes) : undefined;
    return { range, slot, cycle, access, address, size, before, after };
  }

  #after(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#range.whole === false) return bytes.slice(this.#keptLow, this.#keptLow + this.#keptSize);
    return this.low < this.high ? bytes.slice(this.low, this.high) : undefined;
  }

  /** The bytes from the first to the last that are others now are a write. */
  #noteChange(bytes: Uint8Array): void {
    const { low } = this;
    const size = this.#keptSize;
    if (size < 0 || this.#range.whole === false) return;
    const moved = low !== this.#keptLow && this.#range.moveIsWrite === true;
    if (moved || size !== this.high - low) {
      if (this.#range.find !== undefined)
        this.#notes.push({ write: true, address: this.#address, size: this.#size });
      return;
    }
    const same = (i: number): boolean => this.#kept[i] === bytes[low + i];
    let first = 0;
    while (first < size && same(first)) first++;
    if (first >= size) return;
    let last = size - 1;
    while (same(last)) last--;
    this.#notes.push({ write: true, address: this.#addressOf(low + first), size: last - first + 1 });
  }
}
