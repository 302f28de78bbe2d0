import type { Machine } from '../machine/machine.ts';
import type { HashChanges } from '../machine/map-layout.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { isPerCpu } from './definition.ts';
import { errno } from './errno.ts';
import { mapFlag, updateFlag } from './flags.ts';
import { FreeLists } from './free-lists.ts';
import { HashBase, type NewValue } from './hash-base.ts';

/** HASH and PERCPU_HASH: an update of an existing key replaces the element in HASH, the value in PERCPU_HASH. */
export class HashMap extends HashBase {
  readonly #free: FreeLists;
  readonly #preallocated: boolean;
  readonly #maxEntries: number;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    const { type, flags, maxEntries } = linked.definition;
    const preallocated = (flags & mapFlag.NO_PREALLOC) === 0;
    /** htab_has_extra_elems; without preallocation, what is replaced is freed after the new one is made. */
    const extras = !preallocated || !isPerCpu(type);
    const { cpus } = machine.environment;
    const limit = maxEntries + (extras ? cpus : 0);
    super(machine, linked, index, { maxEntries, limit, sentinels: undefined });
    this.#maxEntries = maxEntries;
    this.#preallocated = preallocated;
    this.#free = new FreeLists(machine.memory, this.store, this.buckets, { cpus, limit, preallocated });
    if (preallocated && extras) this.#free.reserveExtras(machine.environment.cpu);
    const changes: HashChanges = {
      copied: this.copied,
      preallocated,
      maxEntries,
      countAt: this.countAt,
      lists: this.#free.records,
      ...this.store.changes,
    };
    if (this.layout !== undefined)
      this.layout = { ...this.layout, changes: this.writable && !this.ownsFields ? changes : undefined };
  }

  protected put(key: number, value: NewValue, flags: number, cpu: number): number {
    const known = this.perCpu ? flags : flags & ~updateFlag.lock;
    if (known > updateFlag.exist) return -errno.EINVAL;
    const locked = (flags & updateFlag.lock) !== 0;
    if (locked && !this.hasSpinLock) return -errno.EINVAL;
    const hash = this.hashOf(key);
    const old = this.findElement(key, hash);
    const error = this.checkPresence(old !== 0, flags);
    if (error !== 0) return error;
    if (old !== 0 && (this.perCpu || locked)) {
      this.writeValue(old, value, cpu);
      return 0;
    }
    return this.#insert(key, value, hash, old, cpu);
  }

  protected used(): void {
    // Only LRU maps remember it.
  }

  protected release(element: number, cpu: number): void {
    this.freeElementFields(element);
    this.#free.give(element, cpu);
  }

  /** htab_map_update_elem: the new element at the head first, then the old one leaves. */
  #insert(key: number, value: NewValue, hash: number, old: number, cpu: number): number {
    if (!this.#preallocated && old === 0 && this.count() >= this.#maxEntries) return -errno.E2BIG;
    const replaces = this.#preallocated && old !== 0;
    const element = replaces ? this.#free.swapExtra(old, cpu) : this.#free.take(cpu);
    if (element === 0) return -errno.E2BIG;
    this.writeKey(element, key);
    this.initialValue(element, value, cpu);
    this.buckets.setHash(element, hash);
    this.buckets.insert(element);
    if (old === 0) {
      this.addToCount(1);
      return 0;
    }
    this.buckets.unlink(old);
    this.freeElementFields(old);
    if (!replaces) this.#free.give(old, cpu);
    return 0;
  }
}
