import type { LinearMemory } from '../memory/linear-memory.ts';
import type { RegionPool } from '../memory/region-pool.ts';
import type { Regions } from '../memory/regions.ts';

/** In front of an object: how many pointers own it (u32). */
const headerSize = 16;

/** Objects that programs make with bpf_obj_new, each a region of its own that is gone with its last owner. */
export class Objects {
  readonly #memory: LinearMemory;
  readonly #regions: Regions;
  readonly #pool: RegionPool;

  constructor(memory: LinearMemory, regions: Regions, pool: RegionPool) {
    this.#memory = memory;
    this.#regions = regions;
    this.#pool = pool;
  }

  /** Address of a new object, all zeros, with one owner. Raises `out-of-memory`, `out-of-regions`. */
  create(size: number): bigint {
    const block = this.#memory.allocate(headerSize + size);
    this.#memory.view.setUint32(block, 1, true);
    const id = this.#pool.add({ kind: 'memory', base: block + headerSize, size });
    return this.#regions.addressOf(id);
  }

  /** One owner more. */
  share(address: bigint): void {
    const at = this.#header(address);
    if (at !== undefined) this.#memory.view.setUint32(at, this.#memory.view.getUint32(at, true) + 1, true);
  }

  /** One owner less; the object goes with the last one. */
  drop(address: bigint): void {
    const at = this.#header(address);
    const region = this.#regions.locate(address)?.region;
    if (at === undefined || region === undefined) return;
    const owners = this.#memory.view.getUint32(at, true) - 1;
    this.#memory.view.setUint32(at, owners, true);
    if (owners > 0) return;
    this.#pool.release(region.id);
    this.#memory.free(at, headerSize + region.size);
  }

  /** Undefined where the address is not that of an object that lives. */
  #header(address: bigint): number | undefined {
    const place = this.#regions.locate(address);
    if (place?.region.kind !== 'memory' || place.offset !== 0 || place.region.readLimit === 0)
      return undefined;
    return place.region.base - headerSize;
  }
}
