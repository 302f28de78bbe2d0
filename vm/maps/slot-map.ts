import { readUnsigned, writeInteger } from '../base/bytes.ts';
import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { RegionKind } from '../memory/regions.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { errno } from './errno.ts';
import { narrowFlags, updateFlag } from './flags.ts';
import { MapBase } from './map-base.ts';

const keySize = 4;
/** Of a value with its slot. */
const slotSize = 16;

/** What a user's update of a slot comes to: a negative errno, or the bytes to keep; none: the slot becomes empty. */
export type SlotUpdate = number | Uint8Array | undefined;

/**
 * What DEVMAP, CPUMAP, XSKMAP and the like have in common: slots with something of the kernel's in them, or nothing.
 * Programs cannot change them; what a lookup finds they can read.
 */
export abstract class SlotMap extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  protected readonly entries: number;
  /** Linear offset of a byte for each slot: 1 where it is in use. */
  readonly #used: number;
  readonly #values: number;
  readonly #address: number;

  protected constructor(machine: Machine, linked: LinkedMap, index: number, kind: RegionKind = 'map_value') {
    super(machine, linked, index);
    this.entries = linked.definition.maxEntries;
    this.#used = machine.memory.allocate(this.entries);
    this.#values = machine.memory.allocate(this.entries * slotSize);
    const region = machine.regions.add({
      kind,
      owner: index,
      base: this.#values,
      size: this.entries * slotSize,
      slotSize,
      readLimit: this.valueSize,
      writeLimit: 0,
    });
    this.#address = Number(machine.regions.addressOf(region));
  }

  /** What an update with this value does; flags and key are right. */
  protected abstract accept(index: number, value: Uint8Array): SlotUpdate;

  /** What a program reads in a slot: 0 where it is empty. */
  lookup(key: number): number {
    const index = this.memory.view.getUint32(key, true);
    return this.isUsed(index) ? this.#address + index * slotSize : 0;
  }

  isUsed(index: number): boolean {
    return index < this.entries && this.memory.view.getUint8(this.#used + index) === 1;
  }

  /** The u32 at the start of a slot's value. */
  firstWord(index: number): number {
    return this.memory.view.getUint32(this.#values + index * slotSize, true);
  }

  update(): number {
    return -errno.EINVAL;
  }

  readonly remove: (key: number) => number = () => -errno.EINVAL;

  count(): number {
    let count = 0;
    for (let index = 0; index < this.entries; index++) if (this.isUsed(index)) count++;
    return count;
  }

  elements(start: number, count: number): readonly MapElement[] {
    const found: MapElement[] = [];
    for (let index = 0, passed = 0; index < this.entries && found.length < count; index++) {
      if (this.isUsed(index) && passed++ >= start) found.push(this.#element(index));
    }
    return found;
  }

  find(key: Uint8Array): MapElement | undefined {
    const index = key.length === keySize ? Number(readUnsigned(key)) : this.entries;
    return this.isUsed(index) ? this.#element(index) : undefined;
  }

  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    const [value] = values;
    if (key.length !== keySize || value?.length !== this.valueSize || values.length !== 1)
      return -errno.EINVAL;
    const narrow = narrowFlags(flags);
    if (narrow > updateFlag.exist) return -errno.EINVAL;
    const index = Number(readUnsigned(key));
    if (index >= this.entries) return -errno.E2BIG;
    if (narrow === updateFlag.noExist) return -errno.EEXIST;
    const accepted = this.accept(index, value);
    if (typeof accepted === 'number') return accepted;
    this.set(index, accepted);
    return 0;
  }

  userRemove(key: Uint8Array): number {
    if (key.length !== keySize) return -errno.EINVAL;
    const index = Number(readUnsigned(key));
    if (index >= this.entries) return -errno.EINVAL;
    this.set(index, undefined);
    return 0;
  }

  protected set(index: number, value: Uint8Array | undefined): void {
    const { bytes } = this.memory;
    const at = this.#values + index * slotSize;
    bytes[this.#used + index] = value === undefined ? 0 : 1;
    bytes.fill(0, at, at + slotSize);
    if (value !== undefined) bytes.set(value, at);
  }

  #element(index: number): MapElement {
    return {
      keyAddress: undefined,
      key: writeInteger(BigInt(index), keySize),
      valueAddresses: [BigInt(this.#address + index * slotSize)],
    };
  }
}
