import { readUnsigned, roundUpPowerOfTwo, writeInteger } from '../base/bytes.ts';
import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { checkDevMap } from './redirect-definition.ts';
import { deviceValue } from './device-value.ts';
import { errno } from './errno.ts';
import { narrowFlags, updateFlag } from './flags.ts';
import { MapBase } from './map-base.ts';

const keySize = 4;
/** An element in memory: the key, the next one in its bucket or among the free ones (u32 each, 0 for none). */
const node = { key: 0, next: 4, sizeOf: 8 } as const;
const slotSize = 16;

/**
 * DEVMAP_HASH (kernel/bpf/devmap.c): as DEVMAP, with any keys. A key's bucket is its low bits; a new element comes
 * first in its bucket, and so does one that replaces another. Elements are numbered from 1.
 */
export class DevMapHash extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  readonly #entries: number;
  readonly #buckets: number;
  /** Linear offsets: number of elements, first free one (u32 each), then the buckets' first ones. */
  readonly #heads: number;
  readonly #nodes: number;
  readonly #values: number;
  readonly #address: number;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    checkDevMap(linked.definition);
    super(machine, linked, index);
    const { memory, regions } = machine;
    this.#entries = linked.definition.maxEntries;
    this.#buckets = roundUpPowerOfTwo(this.#entries);
    this.#heads = memory.allocate(8 + 4 * this.#buckets);
    this.#nodes = memory.allocate(this.#entries * node.sizeOf) - node.sizeOf;
    this.#values = memory.allocate(this.#entries * slotSize) - slotSize;
    const region = regions.add({
      kind: 'map_value',
      owner: index,
      base: this.#values + slotSize,
      size: this.#entries * slotSize,
      slotSize,
      readLimit: this.valueSize,
      writeLimit: 0,
    });
    this.#address = Number(regions.addressOf(region)) - slotSize;
    for (let element = this.#entries; element > 0; element--) this.#free(element);
  }

  #word(at: number): number {
    return this.memory.view.getUint32(at, true);
  }

  #setWord(at: number, value: number): void {
    this.memory.view.setUint32(at, value, true);
  }

  #nodeOf(element: number): number {
    return this.#nodes + element * node.sizeOf;
  }

  #headOf(key: number): number {
    return this.#heads + 8 + 4 * ((key & (this.#buckets - 1)) >>> 0);
  }

  #next(element: number): number {
    return this.#word(this.#nodeOf(element) + node.next);
  }

  #free(element: number): void {
    this.#setWord(this.#nodeOf(element) + node.next, this.#word(this.#heads + 4));
    this.#setWord(this.#heads + 4, element);
  }

  #find(key: number): number {
    let element = this.#word(this.#headOf(key));
    while (element !== 0 && this.#word(this.#nodeOf(element) + node.key) !== key)
      element = this.#next(element);
    return element;
  }

  #unlink(key: number, element: number): void {
    let link = this.#headOf(key);
    while (this.#word(link) !== element) link = this.#nodeOf(this.#word(link)) + node.next;
    this.#setWord(link, this.#next(element));
    this.#setWord(this.#heads, this.count() - 1);
    this.#free(element);
  }

  #insert(key: number, value: Uint8Array): void {
    const element = this.#word(this.#heads + 4);
    const at = this.#nodeOf(element);
    this.#setWord(this.#heads + 4, this.#next(element));
    this.#setWord(at + node.key, key);
    this.#setWord(at + node.next, this.#word(this.#headOf(key)));
    this.#setWord(this.#headOf(key), element);
    this.#setWord(this.#heads, this.count() + 1);
    this.memory.bytes.set(value, this.#values + element * slotSize);
  }

  lookup(key: number): number {
    const element = this.#find(this.#word(key));
    return element === 0 ? 0 : this.#address + element * slotSize;
  }

  isUsed(key: number): boolean {
    return this.#find(key) !== 0;
  }

  /** The u32 at the start of a key's value. */
  firstWord(key: number): number {
    return this.#word(this.#values + this.#find(key) * slotSize);
  }

  update(): number {
    return -errno.EINVAL;
  }

  remove(): number {
    return -errno.EINVAL;
  }

  count(): number {
    return this.#word(this.#heads);
  }

  elements(start: number, count: number): readonly MapElement[] {
    const found: MapElement[] = [];
    let passed = 0;
    for (let bucket = 0; bucket < this.#buckets && found.length < count; bucket++) {
      let element = this.#word(this.#heads + 8 + 4 * bucket);
      for (; element !== 0 && found.length < count; element = this.#next(element)) {
        if (passed++ >= start) found.push(this.#element(element));
      }
    }
    return found;
  }

  find(key: Uint8Array): MapElement | undefined {
    const element = key.length === keySize ? this.#find(Number(readUnsigned(key))) : 0;
    return element === 0 ? undefined : this.#element(element);
  }

  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    const [value] = values;
    if (key.length !== keySize || value?.length !== this.valueSize || values.length !== 1)
      return -errno.EINVAL;
    const narrow = narrowFlags(flags);
    if (narrow > updateFlag.exist || readUnsigned(value.subarray(0, 4)) === 0n) return -errno.EINVAL;
    const number = Number(readUnsigned(key));
    const old = this.#find(number);
    if (old !== 0 && (narrow & updateFlag.noExist) !== 0) return -errno.EEXIST;
    const kept = deviceValue(this.machine, value);
    if (typeof kept === 'number') return kept;
    if (old === 0 && this.count() >= this.#entries) return -errno.E2BIG;
    if (old !== 0) this.#unlink(number, old);
    this.#insert(number, kept);
    return 0;
  }

  userRemove(key: Uint8Array): number {
    if (key.length !== keySize) return -errno.EINVAL;
    const number = Number(readUnsigned(key));
    const element = this.#find(number);
    if (element === 0) return -errno.ENOENT;
    this.#unlink(number, element);
    return 0;
  }

  #element(element: number): MapElement {
    return {
      keyAddress: undefined,
      key: writeInteger(BigInt(this.#word(this.#nodeOf(element) + node.key)), keySize),
      valueAddresses: [BigInt(this.#address + element * slotSize)],
    };
  }
}
