import type { LinearMemory } from '../memory/linear-memory.ts';
import type { RegionPool } from '../memory/region-pool.ts';
import { regionRow, type Regions } from '../memory/regions.ts';
import { state } from './layout.ts';

/** Slices that are kept: more than registers and stacks of all frames can hold. */
const most = 1024;
/** Where the linear offset of the block is (u32); the block: how many were made (u32), then their region ids. */
const blockAt = state.dynptrs + 12;
const firstId = 4;

/** What bpf_dynptr_data gives: regions of their own, as long as was asked for, until the data are gone. */
export class DynptrSlices {
  readonly #memory: LinearMemory;
  readonly #regions: Regions;
  readonly #pool: RegionPool;

  constructor(memory: LinearMemory, regions: Regions, pool: RegionPool) {
    this.#memory = memory;
    this.#regions = regions;
    this.#pool = pool;
  }

  /** Address of a new slice; the oldest one goes where there are too many. */
  add(base: number, size: number, owner: number): bigint {
    const { view } = this.#memory;
    if (view.getUint32(blockAt, true) === 0) {
      const block = this.#memory.allocate(firstId + 4 * most);
      this.#memory.view.setUint32(blockAt, block, true);
    }
    const id = this.#pool.add({ kind: 'memory', owner, base, size });
    const block = this.#memory.view.getUint32(blockAt, true);
    const made = this.#memory.view.getUint32(block, true);
    const place = block + firstId + 4 * (made % most);
    const old = this.#memory.view.getUint32(place, true);
    if (old !== 0) this.#pool.release(old);
    this.#memory.view.setUint32(place, id, true);
    this.#memory.view.setUint32(block, made + 1, true);
    return this.#regions.addressOf(id);
  }

  /** The bytes from a linear offset on are gone, and all slices of them. */
  release(base: number, size: number): void {
    const { view } = this.#memory;
    const block = view.getUint32(blockAt, true);
    if (block === 0) return;
    for (let i = 0; i < most; i++) {
      const place = block + firstId + 4 * i;
      const id = view.getUint32(place, true);
      if (id === 0) continue;
      const start = view.getUint32(this.#regions.rowOf(id) + regionRow.base, true);
      if (start < base || start >= base + Math.max(size, 1)) continue;
      this.#pool.release(id);
      this.#memory.view.setUint32(place, 0, true);
    }
  }
}
