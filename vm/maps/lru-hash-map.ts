import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { errno } from './errno.ts';
import { mapFlag, updateFlag } from './flags.ts';
import { HashBase, type NewValue } from './hash-base.ts';
import { lruSentinels, LruLists, type LruOptions } from './lru-list.ts';

/** With BPF_F_NO_COMMON_LRU every CPU has a list of its own, all of the same length. */
function optionsOf(machine: Machine, { definition }: LinkedMap): LruOptions {
  const { cpus } = machine.environment;
  const perCpu = (definition.flags & mapFlag.NO_COMMON_LRU) !== 0;
  const { maxEntries } = definition;
  return { cpus, perCpu, maxEntries: perCpu ? Math.ceil(maxEntries / cpus) * cpus : maxEntries };
}

/** LRU_HASH and LRU_PERCPU_HASH: a full map gives up what was not used for long. */
export class LruHashMap extends HashBase {
  readonly #lru: LruLists;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    const options = optionsOf(machine, linked);
    const { maxEntries } = options;
    super(machine, linked, index, { maxEntries, limit: maxEntries, sentinels: lruSentinels(options) });
    this.#lru = new LruLists(machine.memory, this.store, options, (element) => this.#evict(element));
  }

  /** In both types the free element is taken first, and that may evict the very key that is updated. */
  protected put(key: number, value: NewValue, flags: number, cpu: number): number {
    if (flags > updateFlag.exist) return -errno.EINVAL;
    const hash = this.hashOf(key);
    return this.perCpu
      ? this.#putPerCpu(key, value, hash, flags, cpu)
      : this.#replace(key, value, hash, flags, cpu);
  }

  protected used(element: number): void {
    this.#lru.reference(element);
  }

  protected release(element: number): void {
    this.freeElementFields(element);
    this.#lru.give(element);
  }

  /** htab_lru_map_update_elem. */
  #replace(key: number, value: NewValue, hash: number, flags: number, cpu: number): number {
    const element = this.#take(key, hash, cpu);
    if (element === 0) return -errno.ENOMEM;
    this.writeValue(element, value, cpu);
    const old = this.findElement(key, hash);
    const error = this.checkPresence(old !== 0, flags);
    if (error !== 0) {
      this.#lru.give(element);
      return error;
    }
    this.buckets.insert(element);
    this.addToCount(1);
    if (old === 0) return 0;
    this.#lru.reference(element);
    this.buckets.unlink(old);
    this.addToCount(-1);
    this.freeElementFields(old);
    this.#lru.give(old);
    return 0;
  }

  /** __htab_lru_percpu_map_update_elem. */
  #putPerCpu(key: number, value: NewValue, hash: number, flags: number, cpu: number): number {
    const element = flags === updateFlag.exist ? 0 : this.#take(key, hash, cpu);
    if (element === 0 && flags !== updateFlag.exist) return -errno.ENOMEM;
    const old = this.findElement(key, hash);
    const error = this.checkPresence(old !== 0, flags);
    if (error === 0 && old === 0) {
      this.initialValue(element, value, cpu);
      this.buckets.insert(element);
      this.addToCount(1);
      return 0;
    }
    if (error === 0) {
      this.#lru.reference(old);
      this.writeValue(old, value, cpu);
    }
    if (element !== 0) this.#lru.give(element);
    return error;
  }

  /** prealloc_lru_pop: the element gets key and hash at once. */
  #take(key: number, hash: number, cpu: number): number {
    const element = this.#lru.take(cpu);
    if (element === 0) return 0;
    this.buckets.setHash(element, hash);
    this.writeKey(element, key);
    return element;
  }

  #evict(element: number): boolean {
    if (!this.buckets.unlink(element)) return false;
    this.addToCount(-1);
    this.freeElementFields(element);
    return true;
  }
}
