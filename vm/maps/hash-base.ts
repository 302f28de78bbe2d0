import type { KernelMap, MapElement, MapTraversal } from '../machine/kernel-map.ts';
import { frame } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import type { HashLayout } from '../machine/map-layout.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { Buckets } from './buckets.ts';
import { copyBytes } from './copy.ts';
import { checkHash } from './definition.ts';
import { ElementStore } from './element-store.ts';
import { errno } from './errno.ts';
import { mapFlag, mapType, narrowFlags, updateFlag } from './flags.ts';
import { hashKey } from './jhash.ts';
import { referenceLayout } from './lru-list.ts';
import { MapBase } from './map-base.ts';

export interface HashSizes {
  /** As the kernel counts them: BPF_F_NO_COMMON_LRU rounds up. */
  readonly maxEntries: number;
  /** Elements at most, free ones included. */
  readonly limit: number;
  readonly sentinels: number | undefined;
}

/** What an update does with its values: of one CPU (a program's), or all CPUs' (a user's). */
export interface NewValue {
  readonly at: number;
  /** Bytes between values of all CPUs; undefined for one value. */
  readonly stride: number | undefined;
}

/** What the hash map types of kernel/bpf/hashtab.c have in common: buckets, order, traversal. */
export abstract class HashBase extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  override layout: HashLayout | undefined = undefined;
  readonly traversal: MapTraversal | undefined;
  protected readonly store: ElementStore;
  protected readonly buckets: Buckets;
  readonly #seed: number;
  /** Linear offset of the number of elements (u32). */
  protected readonly countAt: number;

  constructor(machine: Machine, linked: LinkedMap, index: number, sizes: HashSizes) {
    const { definition } = linked;
    checkHash(definition);
    super(machine, linked, index);
    const { hashSeed } = machine.environment;
    this.store = new ElementStore(machine, {
      index,
      keySize: this.keySize,
      valueSize: this.valueSize,
      values: this.values,
      limit: sizes.limit,
      readable: this.readable,
      writable: this.writable,
      sentinels: sizes.sentinels,
    });
    this.buckets = new Buckets(machine.memory, this.store, this.keySize, sizes.maxEntries);
    this.#seed = (definition.flags & mapFlag.ZERO_SEED) !== 0 ? 0 : hashSeed;
    this.countAt = machine.memory.allocate(4);
    // What is in a map of maps is not for programs: they get the maps themselves.
    if (definition.type === mapType.HASH_OF_MAPS) return;
    this.layout = {
      kind: 'hash',
      keySize: this.keySize,
      seed: this.#seed,
      buckets: this.buckets.count,
      heads: this.buckets.heads,
      ...this.store.layout,
      cpuStride: this.perCpu ? this.store.cpuStride : 0,
      referenced:
        sizes.sentinels === undefined ? undefined : referenceLayout(this.store.linksAt, sizes.sentinels),
      changes: undefined,
    };
    this.traversal = { advance: (on, record, started) => this.#advance(on, record, started) };
  }

  lookup(key: number, cpu: number): number {
    const element = this.findElement(key, this.hashOf(key));
    if (element === 0) return 0;
    this.used(element);
    return this.store.valueAddress(element, this.perCpu ? cpu : 0);
  }

  update(key: number, value: number, flags: bigint, cpu: number): number {
    return this.#put(key, { at: value, stride: undefined }, narrowFlags(flags), cpu);
  }

  remove(key: number): number {
    return this.#removeOn(key, this.machine.cpu);
  }

  count(): number {
    return this.memory.view.getUint32(this.countAt, true);
  }

  elements(start: number, count: number): readonly MapElement[] {
    const found: MapElement[] = [];
    let position = 0;
    for (let bucket = this.buckets.skipEmpty(0); bucket < this.buckets.count;) {
      for (let element = this.buckets.first(bucket); element !== 0; element = this.buckets.next(element)) {
        if (found.length >= count) return found;
        if (position++ >= start) found.push(this.#element(element));
      }
      bucket = this.buckets.skipEmpty(bucket + 1);
    }
    return found;
  }

  find(key: Uint8Array): MapElement | undefined {
    if (key.length !== this.keySize) return undefined;
    const view = new DataView(key.buffer, key.byteOffset, key.length);
    const element = this.buckets.find(view, 0, hashKey(view, 0, this.keySize, this.#seed));
    return element === 0 ? undefined : this.#element(element);
  }

  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    if (values.length !== this.values) return -errno.EINVAL;
    const { cpu } = this.machine.environment;
    return this.withUserData(key, values, (at, value, stride) =>
      this.#put(at, { at: value, stride: this.perCpu ? stride : undefined }, narrowFlags(flags), cpu),
    );
  }

  userRemove(key: Uint8Array): number {
    return this.withUserData(key, [], (at) => this.#removeOn(at, this.machine.environment.cpu));
  }

  /** Update of the type; `flags` are checked by it. */
  protected abstract put(key: number, value: NewValue, flags: number, cpu: number): number;

  /** A program has looked the element up. */
  protected abstract used(element: number): void;

  /** The element has left its bucket. */
  protected abstract release(element: number, cpu: number): void;

  protected hashOf(key: number): number {
    return hashKey(this.memory.view, key, this.keySize, this.#seed);
  }

  protected findElement(key: number, hash: number): number {
    return this.buckets.find(this.memory.view, key, hash);
  }

  /** check_flags: 0, or what an update with these flags fails with. */
  protected checkPresence(present: boolean, flags: number): number {
    const wanted = flags & ~updateFlag.lock;
    if (present && wanted === updateFlag.noExist) return -errno.EEXIST;
    return !present && wanted === updateFlag.exist ? -errno.ENOENT : 0;
  }

  protected writeKey(element: number, key: number): void {
    const { view, bytes } = this.memory;
    const to = this.store.key(element);
    this.machine.accessListener?.(to, this.keySize, 'write');
    copyBytes(view, bytes, to, key, this.keySize);
  }

  /** pcpu_copy_value, and the plain copy of the other types. */
  protected writeValue(element: number, { at, stride }: NewValue, cpu: number): void {
    if (stride === undefined) {
      this.copyValue(this.store.value(element, this.perCpu ? cpu : 0), at);
      return;
    }
    for (let which = 0; which < this.values; which++) {
      this.copyValue(this.store.value(element, which), at + which * stride);
    }
  }

  /** pcpu_init_value: a new element that a program makes has zeros for the other CPUs. */
  protected initialValue(element: number, value: NewValue, cpu: number): void {
    if (this.perCpu && value.stride === undefined) {
      for (let which = 0; which < this.values; which++) {
        if (which !== cpu) this.zeroValue(this.store.value(element, which));
      }
    }
    this.writeValue(element, value, cpu);
  }

  /** check_and_free_fields: before the element can be used again. */
  protected freeElementFields(element: number): void {
    if (!this.ownsFields) return;
    for (let which = 0; which < this.values; which++) this.freeFields(this.store.value(element, which));
  }

  protected addToCount(change: number): void {
    const { view } = this.memory;
    view.setUint32(this.countAt, view.getUint32(this.countAt, true) + change, true);
  }

  #put(key: number, value: NewValue, flags: number, cpu: number): number {
    const result = this.put(key, value, flags, cpu);
    this.store.releaseLeft();
    return result;
  }

  #removeOn(key: number, cpu: number): number {
    const element = this.findElement(key, this.hashOf(key));
    if (element === 0) return -errno.ENOENT;
    this.buckets.unlink(element);
    this.addToCount(-1);
    this.release(element, cpu);
    return 0;
  }

  #element(element: number): MapElement {
    const { store } = this;
    return {
      keyAddress: BigInt(store.keyAddress(element)),
      key: this.keyCopy(store.key(element)),
      valueAddresses: Array.from({ length: this.values }, (_, which) =>
        BigInt(store.valueAddress(element, which)),
      ),
    };
  }

  /**
   * Cursor: the bucket (u32), then the element that comes next in it (u32), 0 at its end. The next element is read
   * before the callback runs, and only an end of list leads to the next bucket, whichever list that was
   * (bpf_for_each_hash_elem).
   */
  #advance(machine: Machine, record: number, started: boolean): boolean {
    const { view } = machine.memory;
    const { buckets, store } = this;
    const cursor = record + frame.cursor;
    let element = started ? view.getUint32(cursor + 4, true) : 0;
    if (element === 0) {
      const bucket = buckets.skipEmpty(started ? view.getUint32(cursor, true) + 1 : 0);
      view.setUint32(cursor, bucket, true);
      if (bucket >= buckets.count) return false;
      element = buckets.first(bucket);
    }
    view.setUint32(cursor + 4, buckets.next(element), true);
    setAddress(view, record + frame.key, store.keyAddress(element));
    setAddress(view, record + frame.value, store.valueAddress(element, this.perCpu ? machine.cpu : 0));
    return true;
  }
}

function setAddress(view: DataView, at: number, address: number): void {
  view.setUint32(at, address >>> 0, true);
  view.setUint32(at + 4, Math.floor(address / 0x1_0000_0000), true);
}
