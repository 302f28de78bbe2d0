import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { Buckets } from './buckets.ts';
import { ElementStore } from './element-store.ts';
import { errno } from './errno.ts';
import { narrowFlags, updateFlag } from './flags.ts';
import { FreeLists } from './free-lists.ts';
import { hashKey } from './jhash.ts';
import { MapBase } from './map-base.ts';
import { checkSockHash } from './redirect-definition.ts';
import { checkState, socketNumber, socketValue } from './socket-values.ts';

/** The kernel's allocator has no order of its own: elements are reused as they were freed, wherever that was. */
const oneList = 0;

/**
 * SOCKHASH (net/core/sock_map.c): sockets by keys of any size. The seed of the hash is 0; a new element comes first in
 * its bucket, and so does one that replaces another.
 */
export class SockHash extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  readonly #entries: number;
  readonly #store: ElementStore;
  readonly #buckets: Buckets;
  readonly #free: FreeLists;
  /** Linear offset of the number of elements (u32). */
  readonly #countAt: number;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    checkSockHash(linked.definition);
    super(machine, linked, index);
    this.#entries = linked.definition.maxEntries;
    // One is made before the one that it replaces is freed.
    const limit = this.#entries + 1;
    this.#store = new ElementStore(machine, {
      index,
      keySize: this.keySize,
      valueSize: this.valueSize,
      values: 1,
      limit,
      readable: true,
      writable: false,
      sentinels: undefined,
    });
    this.#buckets = new Buckets(machine.memory, this.#store, this.keySize, this.#entries);
    this.#free = new FreeLists(machine.memory, this.#store, this.#buckets, {
      cpus: 1,
      limit,
      preallocated: false,
    });
    this.#countAt = machine.memory.allocate(4);
  }

  /** Number of the socket for the key at a linear offset; undefined where there is none. */
  socketAt(key: number): number | undefined {
    const element = this.#find(this.memory.view, key);
    return element === 0 ? undefined : this.memory.view.getUint32(this.#store.value(element, 0), true);
  }

  /** As sock_hash_update_elem. */
  put(key: number, socket: number, flags: bigint): number {
    const error = checkState(this.machine, socket);
    if (error !== 0) return error;
    const narrow = narrowFlags(flags);
    if (narrow > updateFlag.exist) return -errno.EINVAL;
    const old = this.#find(this.memory.view, key);
    if (old !== 0 && narrow === updateFlag.noExist) return -errno.EEXIST;
    if (old === 0 && narrow === updateFlag.exist) return -errno.ENOENT;
    if (old === 0 && this.count() >= this.#entries) return -errno.E2BIG;
    this.#insert(key, socket);
    if (old !== 0) this.#take(old);
    return 0;
  }

  #insert(key: number, socket: number): void {
    const element = this.#free.take(oneList);
    const { bytes, view } = this.memory;
    bytes.copyWithin(this.#store.key(element), key, key + this.keySize);
    bytes.set(socketValue(socket, this.valueSize), this.#store.value(element, 0));
    this.#buckets.setHash(element, hashKey(view, key, this.keySize, 0));
    this.#buckets.insert(element);
    this.#store.releaseLeft();
    this.#addToCount(1);
  }

  #take(element: number): void {
    this.#buckets.unlink(element);
    this.#free.give(element, oneList);
    this.#addToCount(-1);
  }

  #addToCount(change: number): void {
    this.memory.view.setUint32(this.#countAt, this.count() + change, true);
  }

  #find(keys: DataView, at: number): number {
    return this.#buckets.find(keys, at, hashKey(keys, at, this.keySize, 0));
  }

  /** Programs get sockets, not values. */
  lookup(): number {
    return 0;
  }

  update(): number {
    return -errno.EINVAL;
  }

  remove(key: number): number {
    const element = this.#find(this.memory.view, key);
    if (element === 0) return -errno.ENOENT;
    this.#take(element);
    return 0;
  }

  count(): number {
    return this.memory.view.getUint32(this.#countAt, true);
  }

  elements(start: number, count: number): readonly MapElement[] {
    const found: MapElement[] = [];
    let passed = 0;
    for (let bucket = this.#buckets.skipEmpty(0); bucket < this.#buckets.count;) {
      let element = this.#buckets.first(bucket);
      for (; element !== 0; element = this.#buckets.next(element)) {
        if (found.length >= count) return found;
        if (passed++ >= start) found.push(this.#element(element));
      }
      bucket = this.#buckets.skipEmpty(bucket + 1);
    }
    return found;
  }

  find(key: Uint8Array): MapElement | undefined {
    if (key.length !== this.keySize) return undefined;
    const element = this.#find(new DataView(key.buffer, key.byteOffset, key.length), 0);
    return element === 0 ? undefined : this.#element(element);
  }

  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    const [value] = values;
    if (value?.length !== this.valueSize || values.length !== 1) return -errno.EINVAL;
    const socket = socketNumber(this.machine, value);
    return socket < 0 ? socket : this.withUserData(key, [], (at) => this.put(at, socket, flags));
  }

  userRemove(key: Uint8Array): number {
    return this.withUserData(key, [], (at) => this.remove(at));
  }

  #element(element: number): MapElement {
    return {
      keyAddress: BigInt(this.#store.keyAddress(element)),
      key: this.keyCopy(this.#store.key(element)),
      valueAddresses: [BigInt(this.#store.valueAddress(element, 0))],
    };
  }
}
