import { alignUp } from '../base/bytes.ts';
import { raise } from '../base/problem.ts';

const pageSize = 0x10000;
/** One page less than WebAssembly has, so that the end of the memory is a u32 too. */
const maximumPages = 0xffff;
const freeListCount = 32;

/**
 * Where the allocator keeps its own state within the memory: top u32, then the heads of `freeListCount` lists: list n
 * has blocks of 2ⁿ bytes, list 0 those above 64 KiB.
 */
export interface AllocatorLayout {
  readonly state: number;
  readonly heap: number;
}

/**
 * The one WebAssembly memory that holds the whole state of a machine, with its allocator. Offsets into it are called
 * linear offsets; the program under debug never sees them (it sees addresses: `regions.ts`).
 */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  readonly #layout: AllocatorLayout;
  /** Valid until the next allocation, which may grow the memory. Nothing else grows it. */
  view: DataView;
  /** Valid until the next allocation, which may grow the memory. */
  bytes: Uint8Array<ArrayBuffer>;

  constructor(layout: AllocatorLayout) {
    this.#layout = layout;
    this.memory = new WebAssembly.Memory({
      initial: Math.ceil(layout.heap / pageSize) + 1,
      maximum: maximumPages,
    });
    this.view = new DataView(this.memory.buffer);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.view.setUint32(layout.state, alignUp(layout.heap, 16), true);
  }

  #refresh(): void {
    this.view = new DataView(this.memory.buffer);
    this.bytes = new Uint8Array(this.memory.buffer);
  }

  /** Bytes in use: everything behind them is zero. */
  get used(): number {
    return this.view.getUint32(this.#layout.state, true);
  }

  /** A copy of all bytes in use: in `buffer` where it is big enough, which is quicker than new memory. */
  save(buffer?: Uint8Array): Uint8Array {
    const { used } = this;
    if (buffer === undefined || buffer.length < used) return this.bytes.slice(0, used);
    buffer.set(this.bytes.subarray(0, used));
    return buffer.subarray(0, used);
  }

  /** Brings back what `save` gave; views stay valid where the memory is big enough, as it is for its own past. */
  restore(saved: Uint8Array): void {
    this.#reserve(saved.length);
    const { used } = this;
    this.bytes.set(saved);
    if (used > saved.length) this.bytes.fill(0, saved.length, used);
  }

  /** Zeroed memory, 16-byte aligned; raises `out-of-memory` past 4 GiB. Sizes are rounded up to a power of two below 64 KiB. */
  allocate(size: number): number {
    const rounded = allocationSize(size);
    const list = freeListOf(this.#layout, rounded);
    if (list !== undefined) {
      const head = this.view.getUint32(list, true);
      if (head !== 0) {
        this.view.setUint32(list, this.view.getUint32(head, true), true);
        this.bytes.fill(0, head, head + rounded);
        return head;
      }
    } else {
      const reused = this.#takeBig(rounded);
      if (reused !== undefined) return reused;
    }
    const offset = this.view.getUint32(this.#layout.state, true);
    this.#reserve(offset + rounded);
    this.view.setUint32(this.#layout.state, offset + rounded, true);
    return offset;
  }

  /** Gives back what `allocate(size)` returned. */
  free(offset: number, size: number): void {
    const rounded = allocationSize(size);
    const list = freeListOf(this.#layout, rounded);
    if (list === undefined) {
      this.#freeBig(offset, rounded);
      return;
    }
    this.view.setUint32(offset, this.view.getUint32(list, true), true);
    this.view.setUint32(list, offset, true);
  }

  /*
   * Free blocks above 64 KiB form one list in the order of their offsets, neighbours joined: next u32, size u32 at the
   * start of each. There are few of them: they come from arrays that grow.
   */

  /** First fit; what is left of the block stays in the list. */
  #takeBig(size: number): number | undefined {
    const { view } = this;
    let link = this.#layout.state + 4;
    for (let block = view.getUint32(link, true); block !== 0; block = view.getUint32(link, true)) {
      const have = view.getUint32(block + 4, true);
      if (have < size) {
        link = block;
        continue;
      }
      const next = view.getUint32(block, true);
      const rest = block + size;
      if (have > size) {
        view.setUint32(rest, next, true);
        view.setUint32(rest + 4, have - size, true);
      }
      view.setUint32(link, have > size ? rest : next, true);
      this.bytes.fill(0, block, rest);
      return block;
    }
    return undefined;
  }

  #freeBig(offset: number, size: number): void {
    const { view } = this;
    const head = this.#layout.state + 4;
    let link = head;
    let next = view.getUint32(head, true);
    while (next !== 0 && next < offset) {
      link = next;
      next = view.getUint32(next, true);
    }
    view.setUint32(offset, next, true);
    view.setUint32(offset + 4, size, true);
    view.setUint32(link, offset, true);
    this.#join(offset);
    if (link !== head) this.#join(link);
  }

  /** Joins a free block with the next one where they touch. */
  #join(block: number): void {
    const { view } = this;
    const next = view.getUint32(block, true);
    const size = view.getUint32(block + 4, true);
    if (next === 0 || block + size !== next) return;
    view.setUint32(block, view.getUint32(next, true), true);
    view.setUint32(block + 4, size + view.getUint32(next + 4, true), true);
  }

  #reserve(end: number): void {
    const have = this.memory.buffer.byteLength;
    if (end <= have) return;
    const wanted = Math.ceil((end - have) / pageSize);
    if (have / pageSize + wanted > maximumPages) {
      raise('out-of-memory', `the machine's memory is limited to 4 GiB, ${end} bytes are needed`);
    }
    const spare = Math.min(Math.ceil(have / pageSize / 8), maximumPages - have / pageSize - wanted);
    if (!this.#grow(wanted + spare) && !this.#grow(wanted)) {
      raise('out-of-memory', `this computer has no room for the ${end} bytes that the machine needs`);
    }
    this.#refresh();
  }

  /** False where the host has no memory left. */
  #grow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }
}

function allocationSize(size: number): number {
  if (size > pageSize) return alignUp(size, 16);
  let rounded = 16;
  while (rounded < size) rounded *= 2;
  return rounded;
}

function freeListOf(layout: AllocatorLayout, rounded: number): number | undefined {
  if (rounded > pageSize) return undefined;
  return layout.state + 4 + 4 * (Math.log2(rounded) % freeListCount);
}

/** Bytes of `AllocatorLayout.state`. */
export const allocatorStateSize = 4 + 4 * freeListCount;
