import type { Machine } from '../machine/machine.ts';
import { dynptrSize, dynptrType, largestDynptr, writeDynptr } from '../machine/dynptrs.ts';
import { regionRow, type RegionKind } from '../memory/regions.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import type { MapDefinition } from '../object/program-object.ts';
import { checkFlags, refuse } from './definition.ts';
import { ElementlessMap } from './elementless-map.ts';
import { errno } from './errno.ts';
import { mapFlag } from './flags.ts';
import { recordBit, RingStorage, type RingRecord } from './ring-storage.ts';

const pageSize = 4096;
/** RINGBUF_MAX_RECORD_SZ of kernel/bpf/ringbuf.c. */
const largestRecord = 0x3fff_ffff;

/** Bytes of the ring: libbpf raises max_entries to the next page size times a power of two. */
export function ringSize({ maxEntries }: MapDefinition): number {
  let size = pageSize;
  while (size < maxEntries) size *= 2;
  return maxEntries === 0 ? 0 : size;
}

/** As ringbuf_map_alloc; raises `map-definition`. */
function check(map: MapDefinition): void {
  checkFlags(map, mapFlag.NUMA_NODE);
  if (map.keySize !== 0 || map.valueSize !== 0) {
    refuse(
      map,
      'EINVAL',
      'a ring buffer has neither key nor value',
      'leave out key, value, key_size and value_size',
    );
  }
  if (map.maxEntries === 0)
    refuse(map, 'EINVAL', 'max_entries is 0', 'give the definition __uint(max_entries, BYTES)');
}

/** What RINGBUF and USER_RINGBUF have in common (kernel/bpf/ringbuf.c): bytes and positions, no keys and no elements. */
export abstract class RingMap extends ElementlessMap {
  readonly ring: RingStorage;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    check(linked.definition);
    super(machine, linked, index);
    this.ring = new RingStorage(machine.memory, ringSize(linked.definition), (from, to, size) => {
      this.#move(from, to, size);
    });
  }

  /** Regions of records follow their bytes. */
  #move(from: number, to: number, size: number): void {
    const { regions, memory } = this.machine;
    for (let id = 1; id < regions.count; id++) {
      const at = regions.rowOf(id) + regionRow.base;
      const base = memory.view.getUint32(at, true);
      const kind = regions.get(id)?.kind;
      if ((kind === 'ringbuf_mem' || kind === 'memory') && base >= from && base < from + size)
        memory.view.setUint32(at, base - from + to, true);
    }
  }

  /** Adds a region for the bytes of a record. */
  protected share({ linear, size }: RingRecord, kind: RegionKind): bigint {
    const { regions, regionPool } = this.machine;
    return regions.addressOf(regionPool.add({ kind, owner: this.index, base: linear, size }));
  }

  /** What is in the ring, for users: oldest first. */
  records(): readonly RingRecord[] {
    return [...this.ring.records()];
  }
}

/** RINGBUF: programs write, user space reads. Nobody reads here, unless the scenario says so. */
export class RingBufferMap extends RingMap {
  /** Address of a new record; undefined where the ring has no room. */
  reserve(size: bigint): bigint | undefined {
    if (size > BigInt(largestRecord)) return undefined;
    const position = this.ring.reserve(Number(size));
    return position === undefined ? undefined : this.share(this.ring.recordAt(position), 'ringbuf_mem');
  }

  /** Ends the record whose bytes `region` is; gives a copy of them. */
  commit(region: number, discard: boolean): Uint8Array {
    const { regions, regionPool, memory } = this.machine;
    const base = regions.get(region)?.base ?? 0;
    const position = this.ring.positionOf(base);
    const data = memory.bytes.slice(base, base + this.ring.sizeAt(position));
    this.ring.commit(position, discard);
    this.machine.dynptrSlices.release(base, data.length);
    regionPool.release(region);
    return data;
  }

  /** As bpf_ringbuf_output, for bytes at a linear offset. False where the ring has no room. */
  output(from: number, size: bigint): boolean {
    if (size > BigInt(largestRecord)) return false;
    const position = this.ring.reserve(Number(size));
    if (position === undefined) return false;
    const { linear } = this.ring.recordAt(position);
    this.memory.bytes.copyWithin(linear, from, from + Number(size));
    this.ring.commit(position, false);
    return true;
  }

  /** As a reader in user space: takes what is there, up to a record that is not complete. */
  consumeAll(): void {
    for (const { state } of this.records()) {
      if (state === 'busy') return;
      this.ring.consume();
    }
  }
}

/** USER_RINGBUF: user space writes, programs read with bpf_user_ringbuf_drain. */
export class UserRingBufferMap extends RingMap {
  /** Linear offset and address of the dynptr that callbacks are given. */
  readonly #dynptr: number;
  readonly dynptrAddress: bigint;
  /** Linear offset of the region id (u32) of the sample that a callback has. */
  readonly #sample: number;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    super(machine, linked, index);
    this.#dynptr = machine.memory.allocate(dynptrSize + 16);
    this.#sample = this.#dynptr + dynptrSize;
    const region = machine.regions.add({
      kind: 'dynptr',
      owner: index,
      base: this.#dynptr,
      size: dynptrSize,
      readLimit: 0,
    });
    this.dynptrAddress = machine.regions.addressOf(region);
  }

  /** Address of the sample that a callback has. */
  get sampleAddress(): bigint {
    return this.memory.view.getBigUint64(this.#dynptr, true);
  }

  /** As user_ring_buffer__reserve and __submit of libbpf: false where the ring has no room for it. */
  put(sample: Uint8Array, state: RingRecord['state'] = 'submitted'): boolean {
    const { ring } = this;
    if (ring.producer - ring.consumer + RingStorage.space(sample.length) > ring.size) return false;
    const { producer } = ring;
    ring.append(sample.length, recordBit.busy);
    this.memory.bytes.set(sample, ring.recordAt(producer).linear);
    if (state !== 'busy') ring.commit(producer, state === 'discarded');
    return true;
  }

  /**
   * As __bpf_user_ringbuf_peek: 0 with a dynptr for the sample at hand, 1 where one was discarded, and passed, 2 where
   * there is none, or a negative errno.
   */
  peek(): number {
    const { ring } = this;
    if (ring.consumer >= ring.producer) return 2;
    const record = ring.recordAt(ring.consumer);
    if (record.size > largestDynptr) return -errno.E2BIG;
    if (record.state === 'discarded') {
      ring.consume();
      return 1;
    }
    if (record.state === 'busy') return 2;
    const data = this.share(record, 'memory');
    this.memory.view.setUint32(this.#sample, Number(data >> 32n), true);
    writeDynptr(this.memory, this.#dynptr, {
      data,
      size: record.size,
      type: dynptrType.local,
      readOnly: false,
      offset: 0,
    });
    return 0;
  }

  /** The callback has returned: its sample is gone. */
  release(): void {
    const region = this.memory.view.getUint32(this.#sample, true);
    const sample = this.ring.recordAt(this.ring.consumer);
    this.machine.dynptrSlices.release(sample.linear, sample.size);
    this.machine.regionPool.release(region);
    this.memory.bytes.fill(0, this.#dynptr, this.#dynptr + dynptrSize);
    this.ring.consume();
  }
}
