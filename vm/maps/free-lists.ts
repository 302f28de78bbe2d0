import { freeList } from '../machine/map-layout.ts';
import type { LinearMemory } from '../memory/linear-memory.ts';
import type { Buckets } from './buckets.ts';
import type { ElementStore } from './element-store.ts';

const record = freeList;

/**
 * Free elements of a HASH or PERCPU_HASH map: last freed, first used, on each CPU.
 *
 * With preallocation (kernel/bpf/percpu_freelist.c): every CPU owns its share from the start, an empty list takes
 * from the next CPU's; a HASH map has one spare element more for each CPU.
 *
 * Without (kernel/bpf/memalloc.c): a new element comes from what this CPU has freed, else from the allocator. When
 * the kernel hands surplus elements back is a matter of its thresholds and timing; here elements stay with the CPU
 * that freed them, and another one takes them only when the machine would need more than max_entries and one each.
 */
export class FreeLists {
  readonly #memory: LinearMemory;
  readonly #store: ElementStore;
  readonly #buckets: Buckets;
  readonly #cpus: number;
  /** Linear offset of the record of CPU 0. */
  readonly records: number;
  readonly #preallocated: boolean;
  readonly #limit: number;

  constructor(
    memory: LinearMemory,
    store: ElementStore,
    buckets: Buckets,
    options: { readonly cpus: number; readonly limit: number; readonly preallocated: boolean },
  ) {
    this.#memory = memory;
    this.#store = store;
    this.#buckets = buckets;
    this.#cpus = options.cpus;
    this.#limit = options.limit;
    this.#preallocated = options.preallocated;
    this.records = memory.allocate(options.cpus * record.sizeOf);
    if (options.preallocated) this.#share();
  }

  /** pcpu_freelist_populate: an equal share each, the first CPUs have one more. */
  #share(): void {
    const { view } = this.#memory;
    const each = Math.floor(this.#limit / this.#cpus);
    const more = this.#limit % this.#cpus;
    for (let cpu = 0; cpu < this.#cpus; cpu++) {
      view.setUint32(this.#at(cpu) + record.fresh, each + (cpu < more ? 1 : 0), true);
    }
  }

  /** alloc_extra_elems: the CPU that makes the map takes all spare elements from its own share. */
  reserveExtras(cpu: number): void {
    for (let owner = 0; owner < this.#cpus; owner++) {
      const element = this.take(cpu);
      this.#memory.view.setUint32(this.#at(owner) + record.extra, element, true);
    }
  }

  /** A free element; 0 where none is left. */
  take(cpu: number): number {
    if (!this.#preallocated) return this.#allocate(cpu);
    for (let turn = 0; turn < this.#cpus; turn++) {
      const at = this.#at((cpu + turn) % this.#cpus);
      const element = this.#pop(at);
      if (element !== 0) return element;
      const fresh = this.#memory.view.getUint32(at + record.fresh, true);
      if (fresh === 0) continue;
      const added = this.#store.add();
      this.#memory.view.setUint32(at + record.fresh, fresh - 1, true);
      return added;
    }
    return 0;
  }

  #allocate(cpu: number): number {
    const own = this.#pop(this.#at(cpu));
    if (own !== 0) return own;
    if (this.#store.used < this.#limit) return this.#store.add();
    for (let turn = 1; turn < this.#cpus; turn++) {
      const other = this.#pop(this.#at((cpu + turn) % this.#cpus));
      if (other !== 0) return other;
    }
    return 0;
  }

  give(element: number, cpu: number): void {
    const { view } = this.#memory;
    const at = this.#at(cpu);
    this.#buckets.setHash(element, view.getUint32(at + record.head, true));
    view.setUint32(at + record.head, element, true);
  }

  /** The spare element of `cpu`, which is replaced by `old`. */
  swapExtra(old: number, cpu: number): number {
    const { view } = this.#memory;
    const at = this.#at(cpu) + record.extra;
    const element = view.getUint32(at, true);
    view.setUint32(at, old, true);
    return element;
  }

  #pop(at: number): number {
    const { view } = this.#memory;
    const element = view.getUint32(at + record.head, true);
    if (element !== 0) view.setUint32(at + record.head, this.#buckets.hashOf(element), true);
    return element;
  }

  #at(cpu: number): number {
    return this.records + cpu * record.sizeOf;
  }
}
