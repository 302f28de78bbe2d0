import type { LinearMemory } from './linear-memory.ts';
import { maximumRegions, regionBias, regionRow, type NewRegion, type Regions } from './regions.ts';

/** Offsets in the pool's header: the ring of released ids, its capacity, the oldest one's place, how many (u32 each). */
const header = { ring: 0, capacity: 4, first: 8, count: 12 } as const;

const firstCapacity = 256;
/** Released ids that rest before the oldest one is used again. */
const resting = 128;
/** What the low half of a region's addresses moves by, each time its id is used again. */
const generation = 0x10_0000;

/**
 * Regions of things that come and go while programs run. Their ids are used again, the longest unused first and with
 * other low halves, so that old pointers stay recognisable for long. The header is 16 bytes of linear memory.
 */
export class RegionPool {
  readonly #memory: LinearMemory;
  readonly #regions: Regions;
  readonly #header: number;

  constructor(memory: LinearMemory, regions: Regions, headerAt: number) {
    this.#memory = memory;
    this.#regions = regions;
    this.#header = headerAt;
  }

  #get(field: number): number {
    return this.#memory.view.getUint32(this.#header + field, true);
  }

  #set(field: number, value: number): void {
    this.#memory.view.setUint32(this.#header + field, value, true);
  }

  /** As Regions.add; raises `out-of-regions` when all ids are in use. */
  add(region: NewRegion): number {
    const rested = this.#regions.count >= maximumRegions ? 0 : resting;
    if (this.#get(header.count) <= rested) return this.#regions.add(region);
    const id = this.#take();
    const row = this.#regions.rowOf(id);
    const next = this.#memory.view.getUint32(row + regionRow.start, true) + generation;
    const start = next + region.size > 0xffff_ffff ? regionBias : next;
    this.#regions.set(id, { ...region, start });
    return id;
  }

  #take(): number {
    const first = this.#get(header.first);
    const id = this.#memory.view.getUint32(this.#get(header.ring) + 4 * first, true);
    this.#set(header.first, (first + 1) % this.#get(header.capacity));
    this.#set(header.count, this.#get(header.count) - 1);
    return id;
  }

  /** What `id` stands for is gone: it cannot be accessed any more, and may be another region later. */
  release(id: number): void {
    const row = this.#regions.rowOf(id);
    this.#memory.view.setUint32(row + regionRow.readLimit, 0, true);
    this.#memory.view.setUint32(row + regionRow.writeLimit, 0, true);
    const count = this.#get(header.count);
    if (count === this.#get(header.capacity)) this.#grow();
    const place = (this.#get(header.first) + count) % this.#get(header.capacity);
    this.#memory.view.setUint32(this.#get(header.ring) + 4 * place, id, true);
    this.#set(header.count, count + 1);
  }

  #grow(): void {
    const capacity = this.#get(header.capacity);
    const wanted = Math.max(firstCapacity, capacity * 2);
    const ring = this.#memory.allocate(4 * wanted);
    const old = this.#get(header.ring);
    const first = this.#get(header.first);
    const { bytes } = this.#memory;
    bytes.copyWithin(ring, old + 4 * first, old + 4 * capacity);
    bytes.copyWithin(ring + 4 * (capacity - first), old, old + 4 * first);
    if (capacity > 0) this.#memory.free(old, 4 * capacity);
    this.#set(header.ring, ring);
    this.#set(header.first, 0);
    this.#set(header.capacity, wanted);
  }
}
