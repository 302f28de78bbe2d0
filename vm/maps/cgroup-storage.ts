import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import type { MapDefinition } from '../object/program-object.ts';
import { refuse } from './definition.ts';
import { slotSizeOf } from './element-store.ts';
import { errno } from './errno.ts';
import { mapFlag, mapType, updateFlag } from './flags.ts';
import { MapBase } from './map-base.ts';

/** struct bpf_cgroup_storage_key, or the id of the cgroup alone. */
const keySizes = [16, 8];
const largestValue = 4096;
const largestPerCpuValue = 32 << 10;

/** As cgroup_storage_map_alloc of kernel/bpf/local_storage.c; raises `map-definition`. */
function check(map: MapDefinition): void {
  const { NUMA_NODE, RDONLY, WRONLY, RDONLY_PROG, WRONLY_PROG } = mapFlag;
  const { keySize, valueSize, flags, maxEntries } = map;
  if (!keySizes.includes(keySize)) refuse(map, 'EINVAL', `the key has 8 or 16 bytes, not ${keySize}`);
  if (valueSize === 0) refuse(map, 'EINVAL', 'the value has 0 bytes');
  const largest = map.type === mapType.PERCPU_CGROUP_STORAGE ? largestPerCpuValue : largestValue;
  if (valueSize > largest) refuse(map, 'E2BIG', `a value has at most ${largest} bytes, not ${valueSize}`);
  if ((flags & ~(NUMA_NODE | RDONLY | WRONLY | RDONLY_PROG | WRONLY_PROG)) !== 0)
    refuse(map, 'EINVAL', `its type does not take the map flags 0x${flags.toString(16)}`);
  if (maxEntries !== 0) refuse(map, 'EINVAL', `max_entries is ${maxEntries}, not 0`);
}

/**
 * CGROUP_STORAGE and PERCPU_CGROUP_STORAGE (kernel/bpf/local_storage.c): one value that belongs to a program and the
 * cgroup it is attached to. BPF_PROG_TEST_RUN makes one of zeros for each run, which is in no map: users see none.
 */
export class CgroupStorageMap extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  readonly #base: number;
  readonly #address: number;
  readonly #stride: number;
  /** Linear offset of the run, plus one, that the values are of (u32). */
  readonly #run: number;
  readonly #cpus: number;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    check(linked.definition);
    super(machine, linked, index);
    this.#cpus = linked.definition.type === mapType.PERCPU_CGROUP_STORAGE ? machine.environment.cpus : 1;
    this.#stride = slotSizeOf(this.valueSize);
    this.#base = machine.memory.allocate(this.#stride * this.#cpus);
    this.#run = machine.memory.allocate(4);
    const region = machine.regions.add({
      kind: 'map_value',
      owner: index,
      base: this.#base,
      size: this.#stride * this.#cpus,
      slotSize: this.#stride,
      readLimit: this.readable ? this.valueSize : 0,
      writeLimit: this.writable ? this.valueSize : 0,
    });
    this.#address = Number(machine.regions.addressOf(region));
  }

  /** Address of the value of this run on `cpu`. */
  storage(cpu: number): number {
    const { view, bytes } = this.memory;
    const run = this.machine.run + 1;
    if (view.getUint32(this.#run, true) !== run) {
      view.setUint32(this.#run, run, true);
      bytes.fill(0, this.#base, this.#base + this.#stride * this.#cpus);
    }
    return this.#address + (this.#cpus > 1 ? cpu * this.#stride : 0);
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

  count(): number {
    return 0;
  }

  elements(): readonly MapElement[] {
    return [];
  }

  find(): undefined {
    return undefined;
  }

  userUpdate(_key: Uint8Array, _values: readonly Uint8Array[], flags = 0n): number {
    const known = BigInt(updateFlag.lock | updateFlag.exist);
    return (flags & ~known) === 0n ? -errno.ENOENT : -errno.EINVAL;
  }

  userRemove(): number {
    return -errno.EINVAL;
  }
}
