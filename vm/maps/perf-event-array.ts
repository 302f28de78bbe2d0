import { readUnsigned, writeInteger } from '../base/bytes.ts';
import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import type { MapDefinition } from '../object/program-object.ts';
import { checkFlags, refuse } from './definition.ts';
import { errno } from './errno.ts';
import { mapFlag } from './flags.ts';
import { MapBase } from './map-base.ts';

/** Of keys and values. */
const wordSize = 4;
/** Bytes of an entry: whether an event is open u32, the number it was given u32. */
const entrySize = 8;

/** As fd_array_map_alloc_check of kernel/bpf/arraymap.c; raises `map-definition`. */
function check(map: MapDefinition): void {
  if (map.keySize !== wordSize) refuse(map, 'EINVAL', `the key of an array has 4 bytes, not ${map.keySize}`);
  if (map.valueSize !== wordSize) refuse(map, 'EINVAL', `a value is an event, 4 bytes, not ${map.valueSize}`);
  const allowed = mapFlag.NUMA_NODE | mapFlag.RDONLY | mapFlag.WRONLY | mapFlag.PRESERVE_ELEMS;
  checkFlags(map, allowed);
}

/**
 * PERF_EVENT_ARRAY (kernel/bpf/arraymap.c): which perf events are open. A value is any number (a file descriptor, in
 * the kernel); programs never see it. Entry n is taken for an event on CPU n, as perf buffers are made.
 */
export class PerfEventArrayMap extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  /** libbpf: as many as there are CPUs where the definition does not say. */
  readonly entries: number;
  readonly #base: number;
  readonly #address: bigint;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    check(linked.definition);
    super(machine, linked, index);
    const { maxEntries } = linked.definition;
    this.entries = maxEntries === 0 ? machine.environment.cpus : maxEntries;
    const size = this.entries * entrySize;
    this.#base = machine.memory.allocate(size);
    const region = machine.regions.add({
      kind: 'map_value',
      owner: index,
      base: this.#base,
      size,
      slotSize: entrySize,
      readLimit: 0,
    });
    this.#address = machine.regions.addressOf(region);
  }

  isOpen(index: number): boolean {
    return index < this.entries && this.memory.view.getUint32(this.#base + index * entrySize, true) !== 0;
  }

  lookup(): number {
    return 0;
  }

  update(): number {
    return -errno.EINVAL;
  }

  remove(): number {
    return -errno.EINVAL;
  }

  #open(): number[] {
    return Array.from({ length: this.entries }, (_, index) => index).filter((index) => this.isOpen(index));
  }

  count(): number {
    return this.#open().length;
  }

  elements(start: number, count: number): readonly MapElement[] {
    return this.#open()
      .slice(start, start + count)
      .map((index) => this.#element(index));
  }

  find(key: Uint8Array): MapElement | undefined {
    if (key.length !== wordSize) return undefined;
    const index = Number(readUnsigned(key));
    return this.isOpen(index) ? this.#element(index) : undefined;
  }

  #element(index: number): MapElement {
    return {
      keyAddress: undefined,
      key: writeInteger(BigInt(index), wordSize),
      valueAddresses: [this.#address + BigInt(index * entrySize + 4)],
    };
  }

  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    const [value] = values;
    if (key.length !== wordSize || value?.length !== wordSize || values.length !== 1 || flags !== 0n)
      return -errno.EINVAL;
    const index = Number(readUnsigned(key));
    if (index >= this.entries) return -errno.E2BIG;
    const { view, bytes } = this.memory;
    view.setUint32(this.#base + index * entrySize, 1, true);
    bytes.set(value, this.#base + index * entrySize + 4);
    return 0;
  }

  userRemove(key: Uint8Array): number {
    if (key.length !== wordSize) return -errno.EINVAL;
    const index = Number(readUnsigned(key));
    if (index >= this.entries) return -errno.E2BIG;
    if (!this.isOpen(index)) return -errno.ENOENT;
    this.memory.bytes.fill(0, this.#base + index * entrySize, this.#base + (index + 1) * entrySize);
    return 0;
  }
}
