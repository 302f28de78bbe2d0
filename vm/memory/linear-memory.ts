import { alignUp } from '../base/bytes.ts';
import { raise } from '../base/problem.ts';

const pageSize = 0x10000;
const maximumPages = 0x10000;
/** A hole at the bottom, so that offset 0 is never an allocation. */
const freeListCount = 32;

/** Where the allocator keeps its own state within the memory: top u32, then the heads of `freeListCount` lists. */
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
  #view: DataView;
  #bytes: Uint8Array<ArrayBuffer>;

  constructor(layout: AllocatorLayout) {
    this.#layout = layout;
    this.memory = new WebAssembly.Memory({
      initial: Math.ceil(layout.heap / pageSize) + 1,
      maximum: maximumPages,
    });
    this.#view = new DataView(this.memory.buffer);
    this.#bytes = new Uint8Array(this.memory.buffer);
    this.#view.setUint32(layout.state, alignUp(layout.heap, 16), true);
  }

  /** Valid until the next allocation, which may grow the memory. */
  get view(): DataView {
    if (this.#view.buffer !== this.memory.buffer) this.#refresh();
    return this.#view;
  }

  /** Valid until the next allocation, which may grow the memory. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes.buffer !== this.memory.buffer) this.#refresh();
    return this.#bytes;
  }

  #refresh(): void {
    this.#view = new DataView(this.memory.buffer);
    this.#bytes = new Uint8Array(this.memory.buffer);
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
    }
    const offset = this.view.getUint32(this.#layout.state, true);
    this.#reserve(offset + rounded);
    this.view.setUint32(this.#layout.state, offset + rounded, true);
    return offset;
  }

  /** Gives back what `allocate(size)` returned; big blocks are not reused. */
  free(offset: number, size: number): void {
    const list = freeListOf(this.#layout, allocationSize(size));
    if (list === undefined) return;
    this.view.setUint32(offset, this.view.getUint32(list, true), true);
    this.view.setUint32(list, offset, true);
  }

  #reserve(end: number): void {
    const have = this.memory.buffer.byteLength;
    if (end <= have) return;
    const wanted = Math.ceil((end - have) / pageSize);
    if (have / pageSize + wanted > maximumPages) {
      raise('out-of-memory', `the machine's memory is limited to 4 GiB, ${end} bytes are needed`);
    }
    const spare = Math.min(Math.ceil(have / pageSize / 8), maximumPages - have / pageSize - wanted);
    this.memory.grow(wanted + spare);
    this.#refresh();
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
