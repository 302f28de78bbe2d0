import { raise } from '../base/problem.ts';
import { roundUpPowerOfTwo } from '../base/bytes.ts';
import type { Machine } from '../machine/machine.ts';
import { hashNode, type HashChanges, type HashLayout } from '../machine/map-layout.ts';
import type { LinearMemory } from '../memory/linear-memory.ts';
import { regionBias, regionRow } from '../memory/regions.ts';

/** Linear offsets in the header of a store. */
const header = {
  /** Elements there is room for (u32). */
  capacity: 0,
  /** Elements numbered so far (u32): numbers 1 to `used`. */
  used: 4,
  nodes: 8,
  links: 12,
  sizeOf: 16,
} as const;

/** Entry of an LRU list: see `lru-list.ts`. */
export const linkSize = 12;
const firstCapacity = 16;
/** Larger arrays grow in fewer steps: what they leave behind is seldom of use, and untouched memory costs nothing. */
const manyElements = 1 << 16;
/** Bytes of a region with its bias. */
const largestRegion = 2 ** 32 - regionBias;

export interface ElementStoreOptions {
  readonly index: number;
  readonly keySize: number;
  readonly valueSize: number;
  /** Values of one element: CPUs, or 1. */
  readonly values: number;
  /** Most elements there can be, those in free lists included. */
  readonly limit: number;
  readonly readable: boolean;
  readonly writable: boolean;
  /** Sentinels of LRU lists; undefined for maps without. */
  readonly sentinels: number | undefined;
}

/** A slot is a power of two with 8 bytes to spare, so that an access which leaves it for the next one is seen. */
export function slotSizeOf(size: number): number {
  return roundUpPowerOfTwo(size + 8);
}

interface Block {
  readonly offset: number;
  readonly size: number;
}

/**
 * The elements of a hash map, numbered from 1 in the order of their first use: a node, a key slot and value slots
 * each, in arrays that grow by doubling. When an array moves, only the base in its region's row changes: addresses
 * of keys and values stay.
 */
export class ElementStore {
  readonly #memory: LinearMemory;
  readonly #options: ElementStoreOptions;
  readonly #header: number;
  readonly #keyRow: number;
  readonly #valueRow: number;
  readonly #keySlot: number;
  readonly #valueSlot: number;
  /** Addresses of the first key and the first value. */
  readonly keyBase: number;
  readonly valueBase: number;
  /** Blocks that were left in this operation: pointers into them are still in use. */
  #left: Block[] = [];

  constructor(machine: Machine, options: ElementStoreOptions) {
    const { memory, regions } = machine;
    const { index, keySize, valueSize, readable, writable } = options;
    this.#memory = memory;
    this.#options = options;
    this.#header = memory.allocate(header.sizeOf);
    this.#keySlot = slotSizeOf(keySize);
    this.#valueSlot = slotSizeOf(valueSize);
    const empty = { owner: index, base: 0, size: 0 };
    const keys = regions.add({
      ...empty,
      kind: 'map_key',
      slotSize: this.#keySlot,
      readLimit: keySize,
      writeLimit: machine.kernelRules ? 0 : keySize,
    });
    const values = regions.add({
      ...empty,
      kind: 'map_value',
      slotSize: this.#valueSlot,
      readLimit: readable ? valueSize : 0,
      writeLimit: writable ? valueSize : 0,
    });
    this.#keyRow = regions.rowOf(keys);
    this.#valueRow = regions.rowOf(values);
    this.keyBase = Number(regions.addressOf(keys));
    this.valueBase = Number(regions.addressOf(values));
    this.#grow(Math.min(firstCapacity, options.limit));
    this.releaseLeft();
  }

  /** What of a hash map's layout the store decides. */
  get layout(): Pick<
    HashLayout,
    'nodesAt' | 'keysAt' | 'keySlot' | 'keyAddress' | 'valueAddress' | 'elementSize'
  > {
    return {
      nodesAt: this.#header + header.nodes,
      keysAt: this.#keyRow + regionRow.base,
      keySlot: this.#keySlot,
      keyAddress: this.keyBase,
      valueAddress: this.valueBase,
      elementSize: this.#valueSlot * this.#options.values,
    };
  }

  /** What of a map's changes the store decides. */
  get changes(): Pick<
    HashChanges,
    'valuesAt' | 'capacityAt' | 'usedAt' | 'keyBytesAt' | 'valueBytesAt' | 'limit'
  > {
    return {
      valuesAt: this.#valueRow + regionRow.base,
      capacityAt: this.#header + header.capacity,
      usedAt: this.#header + header.used,
      keyBytesAt: this.#keyRow + regionRow.size,
      valueBytesAt: this.#valueRow + regionRow.size,
      limit: this.#options.limit,
    };
  }

  /** Bytes from one CPU's value to the next. */
  get cpuStride(): number {
    return this.#valueSlot;
  }

  /** Linear offset of the u32 that `links` is. */
  get linksAt(): number {
    return this.#header + header.links;
  }

  get used(): number {
    return this.#memory.view.getUint32(this.#header + header.used, true);
  }

  /** A new element, all zeros; raises `out-of-memory`. */
  add(): number {
    const { view } = this.#memory;
    const number = view.getUint32(this.#header + header.used, true) + 1;
    const capacity = view.getUint32(this.#header + header.capacity, true);
    if (number > capacity)
      this.#grow(Math.min(this.#options.limit, capacity * (capacity < manyElements ? 2 : 16)));
    this.#setUsed(number);
    return number;
  }

  /** Linear offset of an element's node. */
  node(number: number): number {
    return this.#memory.view.getUint32(this.#header + header.nodes, true) + number * hashNode.sizeOf;
  }

  key(number: number): number {
    return this.#memory.view.getUint32(this.#keyRow + regionRow.base, true) + (number - 1) * this.#keySlot;
  }

  value(number: number, which: number): number {
    const slot = (number - 1) * this.#options.values + which;
    return this.#memory.view.getUint32(this.#valueRow + regionRow.base, true) + slot * this.#valueSlot;
  }

  keyAddress(number: number): number {
    return this.keyBase + (number - 1) * this.#keySlot;
  }

  valueAddress(number: number, which: number): number {
    return this.valueBase + ((number - 1) * this.#options.values + which) * this.#valueSlot;
  }

  /** Linear offset of the LRU links: sentinels first, then element 1. */
  get links(): number {
    return this.#memory.view.getUint32(this.#header + header.links, true);
  }

  /** Gives back what `add` has moved away from; until then linear offsets into it can be read. */
  releaseLeft(): void {
    if (this.#left.length === 0) return;
    for (const { offset, size } of this.#left) this.#memory.free(offset, size);
    this.#left = [];
  }

  #setUsed(used: number): void {
    const { view } = this.#memory;
    view.setUint32(this.#header + header.used, used, true);
    view.setUint32(this.#keyRow + regionRow.size, used * this.#keySlot, true);
    view.setUint32(this.#valueRow + regionRow.size, used * this.#options.values * this.#valueSlot, true);
  }

  #grow(capacity: number): void {
    const { view } = this.#memory;
    const { values, sentinels } = this.#options;
    const had = view.getUint32(this.#header + header.capacity, true);
    const valueBytes = this.#valueSlot * values;
    if (capacity * Math.max(valueBytes, this.#keySlot) > largestRegion) {
      raise('out-of-memory', `${capacity} map elements need more than the 4 GiB of a memory region`);
    }
    // The biggest first: they may fit into what earlier arrays have left.
    this.#move(this.#valueRow + regionRow.base, valueBytes, had, capacity);
    this.#move(this.#keyRow + regionRow.base, this.#keySlot, had, capacity);
    if (sentinels !== undefined) {
      this.#move(this.#header + header.links, linkSize, had + sentinels, capacity + sentinels);
    }
    this.#move(this.#header + header.nodes, hashNode.sizeOf, had + 1, capacity + 1);
    this.#memory.view.setUint32(this.#header + header.capacity, capacity, true);
  }

  /** Moves the array whose linear offset is the u32 at `pointer` to a bigger block. */
  #move(pointer: number, size: number, had: number, wanted: number): void {
    const memory = this.#memory;
    const from = memory.view.getUint32(pointer, true);
    const to = memory.allocate(wanted * size);
    if (from !== 0) {
      memory.bytes.copyWithin(to, from, from + had * size);
      this.#left.push({ offset: from, size: had * size });
    }
    memory.view.setUint32(pointer, to, true);
  }
}
