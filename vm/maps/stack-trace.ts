import { readUnsigned, roundUpPowerOfTwo, writeInteger } from '../base/bytes.ts';
import { raise } from '../base/problem.ts';
import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import type { MapDefinition } from '../object/program-object.ts';
import { refuse } from './definition.ts';
import { slotSizeOf } from './element-store.ts';
import { errno } from './errno.ts';
import { mapFlag } from './flags.ts';
import { hashKey } from './jhash.ts';
import { MapBase } from './map-base.ts';

/** sysctl_perf_event_max_stack, as it is by default. */
export const deepestStack = 127;
const addressSize = 8;
const idSize = 4;
/** Of a bucket: addresses (u32), its hash (u32). Addresses 0: empty. */
const headSize = 8;

/** BPF_F_FAST_STACK_CMP, BPF_F_REUSE_STACKID */
export interface StackIdFlags {
  readonly fastCompare: boolean;
  readonly reuse: boolean;
}

/** As stack_map_alloc of kernel/bpf/stackmap.c; raises `map-definition`. */
function check(map: MapDefinition): void {
  const { keySize, valueSize, maxEntries, flags } = map;
  const known = mapFlag.NUMA_NODE | mapFlag.RDONLY | mapFlag.WRONLY | mapFlag.STACK_BUILD_ID;
  if ((flags & ~known) !== 0)
    refuse(map, 'EINVAL', `its type does not take the map flags 0x${flags.toString(16)}`);
  if (maxEntries === 0) refuse(map, 'EINVAL', 'max_entries is 0');
  if (keySize !== idSize) refuse(map, 'EINVAL', `the key of a stack trace has 4 bytes, not ${keySize}`);
  if (valueSize < addressSize || valueSize % addressSize !== 0)
    refuse(map, 'EINVAL', `a value is 8 bytes for each address, not ${valueSize}`);
  if (valueSize / addressSize > deepestStack)
    refuse(map, 'EINVAL', `a value of ${valueSize} bytes has more than ${deepestStack} addresses`);
  if ((flags & mapFlag.STACK_BUILD_ID) !== 0)
    raise(
      'unsupported-map-type',
      `the map ${map.name} wants build ids (BPF_F_STACK_BUILD_ID), which the machine does not have`,
    );
}

/**
 * STACK_TRACE (kernel/bpf/stackmap.c): a bucket for each id, which is part of the hash of the addresses. Programs put
 * stacks in with bpf_get_stackid and cannot read them; users can read and remove them.
 */
export class StackTraceMap extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  readonly #buckets: number;
  readonly #heads: number;
  readonly #values: number;
  readonly #stride: number;
  readonly #address: number;
  readonly #maxEntries: number;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    const { definition } = linked;
    check(definition);
    super(machine, linked, index);
    this.#maxEntries = definition.maxEntries;
    this.#buckets = roundUpPowerOfTwo(definition.maxEntries);
    this.#stride = slotSizeOf(this.valueSize);
    this.#heads = machine.memory.allocate(this.#buckets * headSize);
    this.#values = machine.memory.allocate(this.#buckets * this.#stride);
    const region = machine.regions.add({
      kind: 'map_value',
      owner: index,
      base: this.#values,
      size: this.#buckets * this.#stride,
      slotSize: this.#stride,
      readLimit: 0,
    });
    this.#address = Number(machine.regions.addressOf(region));
  }

  /** Addresses that a value holds. */
  get depth(): number {
    return this.valueSize / addressSize;
  }

  /** As __bpf_get_stackid: the id of a stack, or a negative errno. */
  put(stack: readonly bigint[], { fastCompare, reuse }: StackIdFlags): number {
    const length = stack.length * addressSize;
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    stack.forEach((address, i) => view.setBigUint64(i * addressSize, address, true));
    const hash = hashKey(view, 0, length, 0);
    const id = (hash & (this.#buckets - 1)) >>> 0;
    const head = this.#heads + id * headSize;
    const used = this.#used(id);
    const sameHash = used && this.memory.view.getUint32(head + 4, true) === hash >>> 0;
    if (sameHash && fastCompare) return id;
    const at = this.#values + id * this.#stride;
    if (sameHash && this.memory.view.getUint32(head, true) === stack.length && this.#equal(at, bytes))
      return id;
    if (used && !reuse) return -errno.EEXIST;
    // Elements are taken from a list of max_entries; the one replaced goes back after.
    if (this.count() >= this.#maxEntries) return -errno.ENOMEM;
    this.machine.accessListener?.(at, this.valueSize, 'write');
    this.memory.bytes.fill(0, at, at + this.valueSize);
    this.memory.bytes.set(bytes, at);
    this.memory.view.setUint32(head, stack.length, true);
    this.memory.view.setUint32(head + 4, hash, true);
    return id;
  }

  #equal(at: number, bytes: Uint8Array): boolean {
    return bytes.every((byte, i) => this.memory.bytes[at + i] === byte);
  }

  #used(id: number): boolean {
    return id < this.#buckets && this.memory.view.getUint32(this.#heads + id * headSize, true) !== 0;
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
    for (let id = 0; id < this.#buckets; id++) if (this.#used(id)) count++;
    return count;
  }

  elements(start: number, count: number): readonly MapElement[] {
    const found: MapElement[] = [];
    for (let id = 0, passed = 0; id < this.#buckets && found.length < count; id++) {
      if (this.#used(id) && passed++ >= start) found.push(this.#element(id));
    }
    return found;
  }

  find(key: Uint8Array): MapElement | undefined {
    const id = key.length === idSize ? Number(readUnsigned(key)) : this.#buckets;
    return this.#used(id) ? this.#element(id) : undefined;
  }

  userUpdate(): number {
    return -errno.EINVAL;
  }

  userRemove(key: Uint8Array): number {
    if (key.length !== idSize) return -errno.EINVAL;
    const id = Number(readUnsigned(key));
    if (id >= this.#buckets) return -errno.E2BIG;
    if (!this.#used(id)) return -errno.ENOENT;
    this.memory.view.setUint32(this.#heads + id * headSize, 0, true);
    return 0;
  }

  #element(id: number): MapElement {
    return {
      keyAddress: undefined,
      key: writeInteger(BigInt(id), idSize),
      valueAddresses: [BigInt(this.#address + id * this.#stride)],
    };
  }
}
