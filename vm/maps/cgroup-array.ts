import { readUnsigned, writeInteger } from '../base/bytes.ts';
import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { checkFdArray } from './definition.ts';
import { errno } from './errno.ts';
import { MapBase } from './map-base.ts';

const wordSize = 4;

/**
 * CGROUP_ARRAY (kernel/bpf/arraymap.c): cgroups that programs ask about. A value is the id of a cgroup (where the kernel
 * takes a file descriptor of its directory); an empty slot is 0 and no element. Programs cannot read or change the map.
 */
export class CgroupArrayMap extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  readonly #entries: number;
  readonly #base: number;
  readonly #address: number;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    checkFdArray(linked.definition, 'a cgroup');
    super(machine, linked, index);
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
  }

  /** Id of the cgroup in a slot; 0 where there is none. */
  cgroupAt(index: number): number {
    return index < this.#entries ? this.memory.view.getUint32(this.#base + index * wordSize, true) : 0;
  }

  /** Programs cannot: the verifier does not have these three on this type. */
  lookup(): number {
    return 0;
  }

  update(): number {
    return -errno.EINVAL;
  }

  remove(): number {
    return -errno.EINVAL;
  }

  count(): number {
    let count = 0;
    for (let index = 0; index < this.#entries; index++) if (this.cgroupAt(index) !== 0) count++;
    return count;
  }

  elements(start: number, count: number): readonly MapElement[] {
    const found: MapElement[] = [];
    for (let index = 0, passed = 0; index < this.#entries && found.length < count; index++) {
      if (this.cgroupAt(index) !== 0 && passed++ >= start) found.push(this.#element(index));
    }
    return found;
  }

  find(key: Uint8Array): MapElement | undefined {
    const index = indexOf(key);
    return index !== undefined && this.cgroupAt(index) !== 0 ? this.#element(index) : undefined;
  }

  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    const [value] = values;
    const index = indexOf(key);
    if (index === undefined || value?.length !== wordSize || values.length !== 1 || flags !== 0n)
      return -errno.EINVAL;
    if (index >= this.#entries) return -errno.E2BIG;
    const id = Number(readUnsigned(value));
    if (id === 0) return -errno.EBADF;
    this.memory.view.setUint32(this.#base + index * wordSize, id, true);
    return 0;
  }

  userRemove(key: Uint8Array): number {
    const index = indexOf(key);
    if (index === undefined) return -errno.EINVAL;
    if (index >= this.#entries) return -errno.E2BIG;
    if (this.cgroupAt(index) === 0) return -errno.ENOENT;
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

function indexOf(key: Uint8Array): number | undefined {
  return key.length === wordSize ? Number(readUnsigned(key)) : undefined;
}
