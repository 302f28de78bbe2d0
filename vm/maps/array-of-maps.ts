import { readUnsigned, writeInteger } from '../base/bytes.ts';
import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { checkFdArray } from './definition.ts';
import { errno } from './errno.ts';
import { InnerMaps } from './inner-maps.ts';
import { MapBase } from './map-base.ts';

/** Of keys and values. */
const wordSize = 4;

/**
 * ARRAY_OF_MAPS (array_of_map_* of kernel/bpf/arraymap.c). A lookup gives the inner map itself; an empty slot is 0 and
 * no element. Programs cannot change the map, users can.
 */
export class ArrayOfMaps extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  readonly inner: InnerMaps;
  readonly #entries: number;
  readonly #base: number;
  readonly #address: number;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    checkFdArray(linked.definition, 'a map');
    super(machine, linked, index);
    this.inner = new InnerMaps(machine, linked);
    this.#entries = linked.definition.maxEntries;
    const size = this.#entries * wordSize;
    this.#base = machine.memory.allocate(size);
    const region = machine.regions.add({
      kind: 'map_value',
      owner: index,
      base: this.#base,
      size,
      slotSize: wordSize,
      readLimit: 0,
    });
    this.#address = Number(machine.regions.addressOf(region));
    this.inner.initialise(linked.definition, (at, id) => this.#put(at, id));
  }

  #idAt(index: number): number {
    return this.memory.view.getUint32(this.#base + index * wordSize, true);
  }

  #put(index: number, id: number): number {
    if (index >= this.#entries) return -errno.E2BIG;
    const error = this.inner.check(id);
    if (error === 0) this.memory.view.setUint32(this.#base + index * wordSize, id, true);
    return error;
  }

  lookup(key: number): number {
    const index = this.memory.view.getUint32(key, true);
    if (index >= this.#entries) return 0;
    this.machine.accessListener?.(this.#base + index * wordSize, wordSize, 'read');
    return this.inner.addressOf(this.#idAt(index));
  }

  /** Helpers refuse these two: the verifier does not have them on this type. */
  update(): number {
    return -errno.EINVAL;
  }

  remove(): number {
    return -errno.EINVAL;
  }

  count(): number {
    let count = 0;
    for (let index = 0; index < this.#entries; index++) if (this.#idAt(index) !== 0) count++;
    return count;
  }

  elements(start: number, count: number): readonly MapElement[] {
    const found: MapElement[] = [];
    for (let index = 0, passed = 0; index < this.#entries && found.length < count; index++) {
      if (this.#idAt(index) !== 0 && passed++ >= start) found.push(this.#element(index));
    }
    return found;
  }

  find(key: Uint8Array): MapElement | undefined {
    if (key.length !== wordSize) return undefined;
    const index = Number(readUnsigned(key));
    return index < this.#entries && this.#idAt(index) !== 0 ? this.#element(index) : undefined;
  }

  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    const [value] = values;
    if (key.length !== wordSize || value?.length !== wordSize || values.length !== 1 || flags !== 0n)
      return -errno.EINVAL;
    return this.#put(Number(readUnsigned(key)), Number(readUnsigned(value)));
  }

  userRemove(key: Uint8Array): number {
    if (key.length !== wordSize) return -errno.EINVAL;
    const index = Number(readUnsigned(key));
    if (index >= this.#entries) return -errno.E2BIG;
    if (this.#idAt(index) === 0) return -errno.ENOENT;
    this.memory.view.setUint32(this.#base + index * wordSize, 0, true);
    return 0;
  }

  #element(index: number): MapElement {
    return {
      keyAddress: undefined,
      key: writeInteger(BigInt(index), wordSize),
      valueAddresses: [BigInt(this.#address + index * wordSize)],
    };
  }
}
