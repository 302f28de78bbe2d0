import { raise } from '../base/problem.ts';
import type { KernelMap, MapElement, ValueQueue } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import { regionBias } from '../memory/regions.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { copyBytes } from './copy.ts';
import { checkFlags, checkKeyless, refuse } from './definition.ts';
import { errno } from './errno.ts';
import { mapFlag, mapType, narrowFlags, updateFlag } from './flags.ts';
import { MapBase } from './map-base.ts';

/** Linear offsets in the header of a map: places of the ring (u32 each). */
const header = { head: 0, tail: 4, sizeOf: 8 } as const;
/** KMALLOC_MAX_SIZE on x86_64. */
const largestValue = 1 << 22;
const largestRegion = 2 ** 32 - regionBias;
const noKey = new Uint8Array();

/**
 * QUEUE and STACK (kernel/bpf/queue_stack_maps.c): a ring of one place more than max_entries. They have no keys;
 * `elements` gives the values in the order in which they were pushed.
 */
export class QueueStackMap extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  readonly queue: ValueQueue;
  readonly #isStack: boolean;
  readonly #places: number;
  readonly #stride: number;
  readonly #header: number;
  readonly #base: number;
  readonly #address: number;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    const { definition } = linked;
    checkKeyless(definition);
    const { RDONLY, WRONLY, RDONLY_PROG, WRONLY_PROG, NUMA_NODE } = mapFlag;
    checkFlags(definition, NUMA_NODE | RDONLY | WRONLY | RDONLY_PROG | WRONLY_PROG);
    if (definition.valueSize > largestValue) {
      refuse(definition, 'E2BIG', `a value has at most ${largestValue} bytes, not ${definition.valueSize}`);
    }
    super(machine, linked, index);
    this.#isStack = definition.type === mapType.STACK;
    this.#places = definition.maxEntries + 1;
    this.#stride = Math.ceil(this.valueSize / 8) * 8;
    const size = this.#places * this.#stride;
    if (size > largestRegion) {
      raise('out-of-memory', `the map ${this.name} needs ${size} bytes, the machine has 4 GiB`);
    }
    this.#header = machine.memory.allocate(header.sizeOf);
    this.#base = machine.memory.allocate(size);
    const region = machine.regions.add({
      kind: 'map_value',
      owner: index,
      base: this.#base,
      size,
      readLimit: 0,
    });
    this.#address = Number(machine.regions.addressOf(region));
    this.queue = {
      push: (value, flags) => this.#push(value, narrowFlags(flags)),
      pop: (value) => this.#get(value, true),
      peek: (value) => this.#get(value, false),
    };
  }

  get #head(): number {
    return this.memory.view.getUint32(this.#header + header.head, true);
  }

  set #head(place: number) {
    this.memory.view.setUint32(this.#header + header.head, place, true);
  }

  get #tail(): number {
    return this.memory.view.getUint32(this.#header + header.tail, true);
  }

  set #tail(place: number) {
    this.memory.view.setUint32(this.#header + header.tail, place, true);
  }

  #after(place: number): number {
    return place + 1 === this.#places ? 0 : place + 1;
  }

  /** BPF_EXIST makes room where there is none: the oldest value goes. */
  #push(value: number, flags: number): number {
    if (flags !== updateFlag.any && flags !== updateFlag.exist) return -errno.EINVAL;
    if (this.#after(this.#head) === this.#tail) {
      if (flags === updateFlag.any) return -errno.E2BIG;
      this.#tail = this.#after(this.#tail);
    }
    const to = this.#base + this.#head * this.#stride;
    this.machine.accessListener?.(to, this.valueSize, 'write');
    copyBytes(this.memory.view, this.memory.bytes, to, value, this.valueSize);
    this.#head = this.#after(this.#head);
    return 0;
  }

  /** A map that is empty gives zeros. */
  #get(value: number, take: boolean): number {
    if (this.#head === this.#tail) {
      this.memory.bytes.fill(0, value, value + this.valueSize);
      return -errno.ENOENT;
    }
    const last = (this.#head === 0 ? this.#places : this.#head) - 1;
    const from = this.#base + (this.#isStack ? last : this.#tail) * this.#stride;
    this.machine.accessListener?.(from, this.valueSize, 'read');
    copyBytes(this.memory.view, this.memory.bytes, value, from, this.valueSize);
    if (take && this.#isStack) this.#head = last;
    else if (take) this.#tail = this.#after(this.#tail);
    return 0;
  }

  /** Helpers refuse these three: the verifier does not have them on these types. */
  lookup(): number {
    return 0;
  }

  update(): number {
    return -errno.EINVAL;
  }

  remove(): number {
    return -errno.EINVAL;
  }

  clear(): void {
    this.#head = 0;
    this.#tail = 0;
  }

  count(): number {
    return (this.#head - this.#tail + this.#places) % this.#places;
  }

  elements(start: number, count: number): readonly MapElement[] {
    const length = Math.max(0, Math.min(count, this.count() - start));
    return Array.from({ length }, (_, i) => {
      const place = (this.#tail + start + i) % this.#places;
      return {
        keyAddress: undefined,
        key: noKey,
        valueAddresses: [BigInt(this.#address + place * this.#stride)],
      };
    });
  }

  /** What a lookup by a user finds: the value that is popped next. */
  find(key: Uint8Array): MapElement | undefined {
    if (key.length !== 0 || this.#head === this.#tail) return undefined;
    return this.elements(this.#isStack ? this.count() - 1 : 0, 1)[0];
  }

  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    return this.withUserData(key, values, (_, value) =>
      values.length === 1 ? this.#push(value, narrowFlags(flags)) : -errno.EINVAL,
    );
  }

  userRemove(): number {
    return -errno.EINVAL;
  }
}
