import type { LinearMemory } from '../memory/linear-memory.ts';
import type { Frames } from './frames.ts';
import { stacks, stackSize, state } from './layout.ts';

/**
 * Dynptrs as programs have them: 16 bytes of stack that only helpers read, laid out as struct bpf_dynptr_kern
 * (include/linux/bpf.h): address of the data u64, size and kind u32, offset u32. Which places of the stacks hold one is
 * noted beside them: the verifier knows it, and what a program writes there ends them.
 */

/** BPF_DYNPTR_TYPE_* */
export const dynptrType = { none: 0, local: 1, ringbuf: 2, skb: 3, xdp: 4 } as const;
export type DynptrType = (typeof dynptrType)[keyof typeof dynptrType];

/** DYNPTR_MAX_SIZE of kernel/bpf/helpers.c. */
export const largestDynptr = 2 ** 24 - 1;
export const dynptrSize = 16;

const sizeMask = largestDynptr;
const typeShift = 28;
const typeMask = 7;
const readOnlyBit = 0x8000_0000;

export interface Dynptr {
  /** Address of the data, for skb and xdp of the context; 0n: it holds nothing. */
  readonly data: bigint;
  readonly size: number;
  readonly type: DynptrType;
  readonly readOnly: boolean;
  /** Where it begins in the data. */
  readonly offset: number;
}

export const nullDynptr: Dynptr = { data: 0n, size: 0, type: dynptrType.none, readOnly: false, offset: 0 };

export function readDynptr({ view }: LinearMemory, at: number): Dynptr {
  const word = view.getUint32(at + 8, true);
  return {
    data: view.getBigUint64(at, true),
    size: word & sizeMask,
    // Three bits: types that are not named here do not come about.
    type: ((word >>> typeShift) & typeMask) as DynptrType,
    readOnly: word >= readOnlyBit,
    offset: view.getUint32(at + 12, true),
  };
}

export function writeDynptr({ view }: LinearMemory, at: number, dynptr: Dynptr): void {
  const { data, size, type, readOnly, offset } = dynptr;
  view.setBigUint64(at, data, true);
  view.setUint32(at + 8, (size | (type << typeShift) | (readOnly ? readOnlyBit : 0)) >>> 0, true);
  view.setUint32(at + 12, offset, true);
}

/** Offsets in `state.dynptrs` (u32 each). */
const header = { count: 0, table: 4, capacity: 8 } as const;

/** A note: linear offset u32, type u32, entry cycle of the frame u64, the 16 bytes. */
const note = { linear: 0, type: 4, cycle: 8, bytes: 16, sizeOf: 32 } as const;

const firstCapacity = 32;

/** Which places of the stacks hold a dynptr. */
export class Dynptrs {
  readonly #memory: LinearMemory;
  readonly #frames: Frames;

  constructor(memory: LinearMemory, frames: Frames) {
    this.#memory = memory;
    this.#frames = frames;
  }

  #get(field: number): number {
    return this.#memory.view.getUint32(state.dynptrs + field, true);
  }

  #set(field: number, value: number): void {
    this.#memory.view.setUint32(state.dynptrs + field, value, true);
  }

  /** A run begins. */
  reset(): void {
    this.#set(header.count, 0);
  }

  /** Type that a dynptr was made with at a linear offset; undefined where there is none, or not any more. */
  typeAt(linear: number): DynptrType | undefined {
    const at = this.#find(linear);
    // As it was noted.
    return at < 0 ? undefined : (this.#memory.view.getUint32(at + note.type, true) as DynptrType);
  }

  #find(linear: number): number {
    for (let i = 0; i < this.#get(header.count); i++) {
      const at = this.#get(header.table) + i * note.sizeOf;
      if (this.#memory.view.getUint32(at, true) === linear) return this.#stands(at) ? at : -1;
    }
    return -1;
  }

  /** Whether the frame that had it lives, and the program has left it alone. */
  #stands(at: number): boolean {
    const { view } = this.#memory;
    const linear = view.getUint32(at + note.linear, true);
    if (view.getBigUint64(at + note.cycle, true) !== this.#cycleOf(linear)) return false;
    return [0, 8].every(
      (half) => view.getBigUint64(at + note.bytes + half, true) === view.getBigUint64(linear + half, true),
    );
  }

  /** Entry cycle of the frame whose stack a linear offset is in; none for frames that have returned. */
  #cycleOf(linear: number): bigint | undefined {
    const depth = Math.floor((linear - stacks) / stackSize);
    return depth <= this.#frames.depth ? BigInt(this.#frames.entryCycle(depth)) : undefined;
  }

  /** Linear offsets of the dynptrs that lie in the 16 bytes at `linear`, wholly or in part. */
  overlapping(linear: number): number[] {
    const { view } = this.#memory;
    const table = this.#get(header.table);
    const places = Array.from({ length: this.#get(header.count) }, (_, i) => table + i * note.sizeOf);
    return places
      .filter(
        (at) => Math.abs(view.getUint32(at + note.linear, true) - linear) < dynptrSize && this.#stands(at),
      )
      .map((at) => view.getUint32(at + note.linear, true));
  }

  /** A dynptr of a type is made, or changed, at a linear offset of a stack. It may be a null one. */
  put(linear: number, type: DynptrType, dynptr: Dynptr): void {
    for (const other of this.overlapping(linear)) if (other !== linear) this.remove(other);
    writeDynptr(this.#memory, linear, dynptr);
    const at = this.#place(linear);
    const { view, bytes } = this.#memory;
    view.setUint32(at + note.linear, linear, true);
    view.setUint32(at + note.type, type, true);
    view.setBigUint64(at + note.cycle, this.#cycleOf(linear) ?? 0n, true);
    bytes.copyWithin(at + note.bytes, linear, linear + dynptrSize);
  }

  /** Where the note of a place is or goes; what is stale is dropped. */
  #place(linear: number): number {
    const { view, bytes } = this.#memory;
    for (let i = this.#get(header.count) - 1; i >= 0; i--) {
      const at = this.#get(header.table) + i * note.sizeOf;
      const own = view.getUint32(at + note.linear, true) === linear;
      if (!own && this.#stands(at)) continue;
      const end = this.#get(header.table) + this.#get(header.count) * note.sizeOf;
      bytes.copyWithin(at, at + note.sizeOf, end);
      this.#set(header.count, this.#get(header.count) - 1);
    }
    const count = this.#get(header.count);
    if (count === this.#get(header.capacity)) this.#grow();
    this.#set(header.count, count + 1);
    return this.#get(header.table) + count * note.sizeOf;
  }

  #grow(): void {
    const capacity = this.#get(header.capacity);
    const wanted = Math.max(firstCapacity, capacity * 2);
    const table = this.#memory.allocate(wanted * note.sizeOf);
    const old = this.#get(header.table);
    this.#memory.bytes.copyWithin(table, old, old + capacity * note.sizeOf);
    if (capacity > 0) this.#memory.free(old, capacity * note.sizeOf);
    this.#set(header.table, table);
    this.#set(header.capacity, wanted);
  }

  /** The place holds no dynptr any more. */
  remove(linear: number): void {
    const at = this.#find(linear);
    if (at < 0) return;
    const end = this.#get(header.table) + this.#get(header.count) * note.sizeOf;
    this.#memory.bytes.copyWithin(at, at + note.sizeOf, end);
    this.#set(header.count, this.#get(header.count) - 1);
  }
}
