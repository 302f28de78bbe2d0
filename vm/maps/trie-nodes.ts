import { raise } from '../base/problem.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinearMemory } from '../memory/linear-memory.ts';
import { regionBias, regionRow } from '../memory/regions.ts';
import { slotSizeOf } from './element-store.ts';

/** Linear offsets in the header of a store (u32 each). */
const header = {
  /** Nodes there is room for, and those numbered so far: numbers 1 to `used`. */
  capacity: 0,
  used: 4,
  nodes: 8,
  /** Nodes that were given back, the first one the longest ago: first and last, and how many. */
  firstFree: 12,
  lastFree: 16,
  free: 20,
  sizeOf: 24,
} as const;

/** Offsets in a node. */
const node = {
  /** Numbers of the two children (u32 each); 0 without. Of a free node, the first is the next free one. */
  children: 0,
  /** 1: it has no value and stands for where two others part (u32). */
  intermediate: 8,
  /** The run in which the node was given back, plus 1 (u32). */
  freedIn: 12,
  sizeOf: 16,
} as const;

const firstCapacity = 16;
/** Nodes given back in one run that are kept from use; programs that update without end must not fill the memory. */
const mostKept = 1 << 16;
const largestRegion = 2 ** 32 - regionBias;

interface Block {
  readonly offset: number;
  readonly size: number;
}

/**
 * The nodes of a trie: links, key and value of each, in arrays that grow by doubling. What is given back is not used
 * again in the same run (up to `mostKept`): the kernel waits for all programs that may still read it.
 */
export class TrieNodes {
  readonly #machine: Machine;
  readonly #memory: LinearMemory;
  readonly #header: number;
  readonly #keySlot: number;
  readonly #valueSlot: number;
  readonly #keyRow: number;
  readonly #valueRow: number;
  readonly #keyBase: number;
  readonly #valueBase: number;
  #left: Block[] = [];

  constructor(
    machine: Machine,
    owner: number,
    sizes: { readonly key: number; readonly value: number },
    allowed: { readonly readable: boolean; readonly writable: boolean },
  ) {
    const { memory, regions } = machine;
    this.#machine = machine;
    this.#memory = memory;
    this.#header = memory.allocate(header.sizeOf);
    this.#keySlot = slotSizeOf(sizes.key);
    this.#valueSlot = slotSizeOf(sizes.value);
    const keys = regions.add({
      kind: 'map_key',
      owner,
      base: 0,
      size: 0,
      slotSize: this.#keySlot,
      readLimit: sizes.key,
      writeLimit: 0,
    });
    const values = regions.add({
      kind: 'map_value',
      owner,
      base: 0,
      size: 0,
      slotSize: this.#valueSlot,
      readLimit: allowed.readable ? sizes.value : 0,
      writeLimit: allowed.writable ? sizes.value : 0,
    });
    this.#keyRow = regions.rowOf(keys);
    this.#valueRow = regions.rowOf(values);
    this.#keyBase = Number(regions.addressOf(keys));
    this.#valueBase = Number(regions.addressOf(values));
  }

  /** A node without children; its key and value are to be set. Raises `out-of-memory`. */
  take(): number {
    const number = this.#takeFree() ?? this.#add();
    const at = this.#at(number);
    this.#memory.bytes.fill(0, at, at + node.sizeOf);
    return number;
  }

  give(number: number): void {
    const { view } = this.#memory;
    const at = this.#at(number);
    const last = this.#field(header.lastFree);
    view.setUint32(at + node.children, 0, true);
    view.setUint32(at + node.freedIn, this.#machine.run + 1, true);
    if (last === 0) this.#setField(header.firstFree, number);
    else view.setUint32(this.#at(last) + node.children, number, true);
    this.#setField(header.lastFree, number);
    this.#setField(header.free, this.#field(header.free) + 1);
  }

  #takeFree(): number | undefined {
    const first = this.#field(header.firstFree);
    if (first === 0) return undefined;
    const { view } = this.#memory;
    const at = this.#at(first);
    const isOfThisRun = view.getUint32(at + node.freedIn, true) === this.#machine.run + 1;
    if (isOfThisRun && this.#field(header.free) < mostKept) return undefined;
    const next = view.getUint32(at + node.children, true);
    this.#setField(header.firstFree, next);
    if (next === 0) this.#setField(header.lastFree, 0);
    this.#setField(header.free, this.#field(header.free) - 1);
    return first;
  }

  #add(): number {
    const number = this.#field(header.used) + 1;
    const capacity = this.#field(header.capacity);
    if (number > capacity) this.#grow(capacity === 0 ? firstCapacity : capacity * 2);
    const { view } = this.#memory;
    this.#setField(header.used, number);
    view.setUint32(this.#keyRow + regionRow.size, number * this.#keySlot, true);
    view.setUint32(this.#valueRow + regionRow.size, number * this.#valueSlot, true);
    return number;
  }

  child(number: number, bit: number): number {
    return this.#memory.view.getUint32(this.#at(number) + node.children + 4 * bit, true);
  }

  setChild(number: number, bit: number, child: number): void {
    this.#memory.view.setUint32(this.#at(number) + node.children + 4 * bit, child, true);
  }

  isIntermediate(number: number): boolean {
    return this.#memory.view.getUint32(this.#at(number) + node.intermediate, true) !== 0;
  }

  makeIntermediate(number: number): void {
    this.#memory.view.setUint32(this.#at(number) + node.intermediate, 1, true);
  }

  /** Linear offset of the key: a u32, the length of the prefix, and the bytes. */
  key(number: number): number {
    return this.#memory.view.getUint32(this.#keyRow + regionRow.base, true) + (number - 1) * this.#keySlot;
  }

  value(number: number): number {
    const base = this.#memory.view.getUint32(this.#valueRow + regionRow.base, true);
    return base + (number - 1) * this.#valueSlot;
  }

  keyAddress(number: number): number {
    return this.#keyBase + (number - 1) * this.#keySlot;
  }

  valueAddress(number: number): number {
    return this.#valueBase + (number - 1) * this.#valueSlot;
  }

  /** Gives back what growing has moved away from; until then linear offsets into it can be read. */
  releaseLeft(): void {
    for (const { offset, size } of this.#left) this.#memory.free(offset, size);
    this.#left = [];
  }

  #at(number: number): number {
    return this.#field(header.nodes) + (number - 1) * node.sizeOf;
  }

  #field(offset: number): number {
    return this.#memory.view.getUint32(this.#header + offset, true);
  }

  #setField(offset: number, value: number): void {
    this.#memory.view.setUint32(this.#header + offset, value, true);
  }

  #grow(capacity: number): void {
    const had = this.#field(header.capacity);
    if (capacity * Math.max(this.#valueSlot, this.#keySlot) > largestRegion) {
      raise('out-of-memory', `${capacity} nodes of a trie need more than the 4 GiB of a memory region`);
    }
    this.#move(this.#valueRow + regionRow.base, this.#valueSlot, had, capacity);
    this.#move(this.#keyRow + regionRow.base, this.#keySlot, had, capacity);
    this.#move(this.#header + header.nodes, node.sizeOf, had, capacity);
    this.#setField(header.capacity, capacity);
  }

  /** Moves the array whose linear offset is the u32 at `pointer` to a bigger block. */
  #move(pointer: number, size: number, had: number, wanted: number): void {
    const memory = this.#memory;
    const to = memory.allocate(wanted * size);
    const from = memory.view.getUint32(pointer, true);
    if (had > 0) {
      memory.bytes.copyWithin(to, from, from + had * size);
      this.#left.push({ offset: from, size: had * size });
    }
    memory.view.setUint32(pointer, to, true);
  }
}
