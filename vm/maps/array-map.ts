import { readUnsigned, writeInteger } from '../base/bytes.ts';
import { raise } from '../base/problem.ts';
import type { KernelMap, MapElement, MapTraversal } from '../machine/kernel-map.ts';
import { frame, frames } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import type { ArrayLayout } from '../machine/map-layout.ts';
import { regionBias, regionRow } from '../memory/regions.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { checkArray } from './definition.ts';
import { slotSizeOf } from './element-store.ts';
import { errno } from './errno.ts';
import { mapFlag, narrowFlags, updateFlag } from './flags.ts';
import { MapBase } from './map-base.ts';

const largestRegion = 2 ** 32 - regionBias;
const keySize = 4;

/**
 * ARRAY and PERCPU_ARRAY (kernel/bpf/arraymap.c). Every value has a slot, but in data sections and mmapable arrays,
 * whose values lie close together as in the kernel.
 */
export class ArrayMap extends MapBase implements KernelMap {
  readonly valueBase: bigint | undefined;
  override readonly layout: ArrayLayout;
  readonly traversal: MapTraversal;
  readonly #entries: number;
  readonly #stride: number;
  /** Bytes from one element to the next. */
  readonly #elementSize: number;
  readonly #base: number;
  readonly #valueAddress: number;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    const { definition, data } = linked;
    checkArray(definition);
    super(machine, linked, index);
    this.#entries = definition.maxEntries;
    const onePiece = data !== undefined || (definition.flags & mapFlag.MMAPABLE) !== 0;
    this.#stride = onePiece ? Math.ceil(this.valueSize / 8) * 8 : slotSizeOf(this.valueSize);
    this.#elementSize = this.#stride * this.values;
    const size = this.#elementSize * this.#entries;
    if (size > largestRegion) {
      raise('out-of-memory', `the map ${this.name} needs ${size} bytes, the machine has 4 GiB`);
    }
    this.#base = machine.memory.allocate(size);
    if (data !== undefined) machine.memory.bytes.set(data, this.#base);
    const permitted = onePiece ? size - this.#stride + this.valueSize : this.valueSize;
    const region = machine.regions.add({
      kind: 'map_value',
      owner: index,
      base: this.#base,
      size,
      ...(onePiece ? {} : { slotSize: this.#stride }),
      readLimit: this.readable ? permitted : 0,
      writeLimit: this.writable ? permitted : 0,
    });
    const address = machine.regions.addressOf(region);
    this.valueBase = this.perCpu ? undefined : address;
    this.#valueAddress = Number(address);
    this.layout = {
      kind: 'array',
      entries: this.#entries,
      address: this.#valueAddress,
      elementSize: this.#elementSize,
      cpuStride: this.perCpu ? this.#stride : 0,
      update: this.writable && !this.ownsFields ? { values: this.#base, copied: this.copied } : undefined,
    };
    this.traversal = { advance: (on, record, started) => this.#advance(on, record, started) };
  }

  lookup(key: number, cpu: number): number {
    const at = this.memory.view.getUint32(key, true);
    return at < this.#entries ? this.#addressOf(at, cpu) : 0;
  }

  update(key: number, value: number, flags: bigint, cpu: number): number {
    const narrow = narrowFlags(flags);
    const index = this.memory.view.getUint32(key, true);
    const error = this.#checkUpdate(index, narrow);
    if (error !== 0) return error;
    const at = this.#offsetOf(index, cpu);
    this.copyValue(at, value);
    this.freeFields(at);
    return 0;
  }

  remove(): number {
    return -errno.EINVAL;
  }

  count(): number {
    return this.#entries;
  }

  elements(start: number, count: number): readonly MapElement[] {
    const length = Math.max(0, Math.min(count, this.#entries - start));
    return Array.from({ length }, (_, i) => this.#element(start + i));
  }

  find(key: Uint8Array): MapElement | undefined {
    if (key.length !== keySize) return undefined;
    const index = Number(readUnsigned(key));
    return index < this.#entries ? this.#element(index) : undefined;
  }

  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    if (values.length !== this.values) return -errno.EINVAL;
    return this.withUserData(key, values, (at, value, stride) => {
      const narrow = narrowFlags(flags);
      const index = this.memory.view.getUint32(at, true);
      if (this.perCpu && narrow > updateFlag.exist) return -errno.EINVAL;
      const error = this.#checkUpdate(index, narrow);
      if (error !== 0) return error;
      for (let which = 0; which < this.values; which++) {
        const to = this.#offsetOf(index, which);
        this.copyValue(to, value + which * stride);
        this.freeFields(to);
      }
      return 0;
    });
  }

  userRemove(): number {
    return -errno.EINVAL;
  }

  /** In the order of array_map_update_elem. */
  #checkUpdate(index: number, flags: number): number {
    if ((flags & ~updateFlag.lock) > updateFlag.exist) return -errno.EINVAL;
    if (index >= this.#entries) return -errno.E2BIG;
    if ((flags & updateFlag.noExist) !== 0) return -errno.EEXIST;
    if ((flags & updateFlag.lock) !== 0 && !this.hasSpinLock) return -errno.EINVAL;
    return 0;
  }

  #offsetOf(index: number, which: number): number {
    return this.#base + index * this.#elementSize + (this.perCpu ? which * this.#stride : 0);
  }

  #addressOf(index: number, which: number): number {
    return this.#valueAddress + index * this.#elementSize + (this.perCpu ? which * this.#stride : 0);
  }

  #element(index: number): MapElement {
    return {
      keyAddress: undefined,
      key: writeInteger(BigInt(index), keySize),
      valueAddresses: Array.from({ length: this.values }, (_, which) =>
        BigInt(this.#addressOf(index, which)),
      ),
    };
  }

  /** Cursor: the next index (u32). The key is a copy in the callback's frame. */
  #advance(machine: Machine, record: number, started: boolean): boolean {
    const { view } = machine.memory;
    const index = started ? view.getUint32(record + frame.cursor, true) : 0;
    if (index >= this.#entries) return false;
    if (!started) {
      machine.frames.shareKey((record - frames) / frame.sizeOf, keySize);
      const region = view.getUint32(record + frame.keyRegion, true);
      const start = view.getUint32(machine.regions.rowOf(region) + regionRow.start, true);
      view.setUint32(record + frame.key, start, true);
      view.setUint32(record + frame.key + 4, region, true);
    }
    view.setUint32(record + frame.keyStorage, index, true);
    const address = this.#addressOf(index, machine.cpu);
    view.setUint32(record + frame.value, address >>> 0, true);
    view.setUint32(record + frame.value + 4, Math.floor(address / 0x1_0000_0000), true);
    view.setUint32(record + frame.cursor, index + 1, true);
    return true;
  }
}
