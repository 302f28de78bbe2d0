import { readUnsigned, writeInteger } from '../base/bytes.ts';
import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { checkFdArray } from './definition.ts';
import { errno } from './errno.ts';
import { MapBase } from './map-base.ts';

/** Of keys and values. */
const wordSize = 4;

/**
 * The array types whose values users give as file descriptors and get back as ids (fd_array_map_* of
 * kernel/bpf/arraymap.c): programs, maps, cgroups. An empty slot is 0 and no element. Programs cannot change the map.
 */
export abstract class FdArray extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  protected readonly entries: number;
  readonly #base: number;
  readonly #address: number;

  /** `what` a value is, for messages: `a program`. */
  protected constructor(machine: Machine, linked: LinkedMap, index: number, what: string) {
    checkFdArray(linked.definition, what);
    super(machine, linked, index);
    this.entries = linked.definition.maxEntries;
    const size = this.entries * wordSize;
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
  }

  /** Whether the thing with this id may stand in a slot that exists: 0 or a negative errno. */
  protected abstract accept(id: number): number;

  /** Id in a slot; 0 where it is empty, or there is none. */
  idAt(index: number): number {
    return index < this.entries ? this.memory.view.getUint32(this.placeOf(index), true) : 0;
  }

  /** Linear offset of a slot. */
  protected placeOf(index: number): number {
    return this.#base + index * wordSize;
  }

  /** What putting something into a slot gives, without doing it: 0 or a negative errno. */
  check(index: number, id: number): number {
    return index >= this.entries ? -errno.E2BIG : this.accept(id);
  }

  protected put(index: number, id: number): number {
    const error = this.check(index, id);
    if (error === 0) this.memory.view.setUint32(this.placeOf(index), id, true);
    return error;
  }

  abstract lookup(key: number): number;

  /** Helpers refuse these two: the verifier does not have them on these types. */
  update(): number {
    return -errno.EINVAL;
  }

  remove(): number {
    return -errno.EINVAL;
  }

  count(): number {
    let count = 0;
    for (let index = 0; index < this.entries; index++) if (this.idAt(index) !== 0) count++;
    return count;
  }

  elements(start: number, count: number): readonly MapElement[] {
    const found: MapElement[] = [];
    for (let index = 0, passed = 0; index < this.entries && found.length < count; index++) {
      if (this.idAt(index) !== 0 && passed++ >= start) found.push(this.#element(index));
    }
    return found;
  }

  find(key: Uint8Array): MapElement | undefined {
    const index = key.length === wordSize ? Number(readUnsigned(key)) : this.entries;
    return this.idAt(index) === 0 ? undefined : this.#element(index);
  }

  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    const [value] = values;
    if (key.length !== wordSize || value?.length !== wordSize || values.length !== 1 || flags !== 0n)
      return -errno.EINVAL;
    return this.put(Number(readUnsigned(key)), Number(readUnsigned(value)));
  }

  userRemove(key: Uint8Array): number {
    if (key.length !== wordSize) return -errno.EINVAL;
    const index = Number(readUnsigned(key));
    if (index >= this.entries) return -errno.E2BIG;
    if (this.idAt(index) === 0) return -errno.ENOENT;
    this.memory.view.setUint32(this.placeOf(index), 0, true);
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
