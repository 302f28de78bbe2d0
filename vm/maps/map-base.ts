import type { Machine } from '../machine/machine.ts';
import type { CopiedBytes, MapLayout } from '../machine/map-layout.ts';
import type { LinearMemory } from '../memory/linear-memory.ts';
import { mapTypeName } from '../object/map-types.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { copyBytes } from './copy.ts';
import { isPerCpu } from './definition.ts';
import { errno } from './errno.ts';
import { mapFlag } from './flags.ts';
import { isOwned, releaseField } from './special-fields.ts';
import { valueLayout, type SpecialField, type ValueLayout } from './value-layout.ts';

/** What all maps have: name, type, address, and how their values are copied. */
export abstract class MapBase {
  readonly index: number;
  readonly name: string;
  readonly linked: LinkedMap;
  readonly typeName: string;
  readonly address: bigint;
  readonly supported: boolean = true;
  readonly layout: MapLayout | undefined;
  protected readonly machine: Machine;
  protected readonly memory: LinearMemory;
  protected readonly keySize: number;
  protected readonly valueSize: number;
  protected readonly perCpu: boolean;
  /** Values of one element. */
  protected readonly values: number;
  readonly #layout: ValueLayout;
  /** Timers and work queues of a value. */
  readonly #owned: readonly SpecialField[];

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    const { definition } = linked;
    this.machine = machine;
    this.memory = machine.memory;
    this.index = index;
    this.name = linked.name;
    this.linked = linked;
    this.typeName = mapTypeName(definition.type);
    this.keySize = definition.keySize;
    this.valueSize = definition.valueSize;
    this.perCpu = isPerCpu(definition.type);
    this.values = this.perCpu ? machine.environment.cpus : 1;
    const { btf } = machine.program.object;
    this.#layout = valueLayout(btf, definition.valueTypeId, definition.valueSize);
    this.#owned = this.#layout.special.filter(isOwned);
    const region = machine.regions.add({ kind: 'map', owner: index, base: 0, size: 8, readLimit: 0 });
    this.address = machine.regions.addressOf(region);
  }

  protected get readable(): boolean {
    return (this.linked.definition.flags & mapFlag.WRONLY_PROG) === 0;
  }

  protected get writable(): boolean {
    return (this.linked.definition.flags & mapFlag.RDONLY_PROG) === 0;
  }

  /** Values hold something that is freed with them: what changes a map has to call `freeFields`. */
  protected get ownsFields(): boolean {
    return this.#owned.length > 0;
  }

  /** bpf_obj_free_fields: the value at a linear offset is replaced, or its element freed. */
  protected freeFields(at: number): void {
    for (const field of this.#owned) releaseField(this.machine, field, at);
  }

  /** What an update of a value copies. */
  protected get copied(): CopiedBytes {
    return this.#layout.copied;
  }

  protected get hasSpinLock(): boolean {
    return this.#layout.hasSpinLock;
  }

  /** copy_map_value: all but the fields that are the kernel's own. */
  protected copyValue(to: number, from: number): void {
    const { view, bytes } = this.memory;
    const { accessListener } = this.machine;
    for (const [offset, size] of this.#layout.copied) {
      accessListener?.(to + offset, size, 'write');
      copyBytes(view, bytes, to + offset, from + offset, size);
    }
  }

  /** zero_map_value. */
  protected zeroValue(at: number): void {
    const { bytes } = this.memory;
    const { accessListener } = this.machine;
    for (const [offset, size] of this.#layout.copied) {
      accessListener?.(at + offset, size, 'write');
      bytes.fill(0, at + offset, at + offset + size);
    }
  }

  /**
   * Puts a user's key and values into memory, one after the other with `stride` between values, and runs `body` on
   * them; -EINVAL where their sizes or number are wrong.
   */
  protected withUserData(
    key: Uint8Array,
    values: readonly Uint8Array[],
    body: (key: number, value: number, stride: number) => number,
  ): number {
    const sizesFit = key.length === this.keySize && values.every(({ length }) => length === this.valueSize);
    if (!sizesFit || (values.length > 0 && values.length !== this.values)) return -errno.EINVAL;
    const stride = Math.ceil(this.valueSize / 8) * 8;
    const keySpace = Math.ceil(this.keySize / 8) * 8;
    const size = keySpace + stride * values.length;
    const block = this.memory.allocate(size);
    const { bytes } = this.memory;
    bytes.set(key, block);
    values.forEach((value, i) => bytes.set(value, block + keySpace + i * stride));
    try {
      return body(block, block + keySpace, stride);
    } finally {
      this.memory.free(block, size);
    }
  }

  protected keyCopy(at: number): Uint8Array {
    return this.memory.bytes.slice(at, at + this.keySize);
  }
}
