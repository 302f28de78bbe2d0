import { raise } from '../base/problem.ts';
import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import { regionBias, regionRow } from '../memory/regions.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import type { MapDefinition } from '../object/program-object.ts';
import { refuse } from './definition.ts';
import { errno } from './errno.ts';
import { mapFlag } from './flags.ts';
import { MapBase } from './map-base.ts';
import { RangeSet } from './range-set.ts';

export const arenaPageSize = 4096;
/** Pages that there is memory for, from the first on: 16 MiB. */
export const mostArenaPages = 4096;
const highestSize = 2 ** 32;

/** As arena_map_alloc of kernel/bpf/arena.c; raises `map-definition`. */
function check(map: MapDefinition): void {
  if (map.keySize !== 0 || map.valueSize !== 0) refuse(map, 'EINVAL', 'an arena has neither keys nor values');
  if (map.maxEntries === 0) refuse(map, 'EINVAL', 'max_entries, the number of pages, is 0');
  if ((map.flags & mapFlag.MMAPABLE) === 0)
    refuse(map, 'EINVAL', 'an arena needs BPF_F_MMAPABLE', 'add __uint(map_flags, BPF_F_MMAPABLE)');
  const unknown = (map.flags & ~(mapFlag.MMAPABLE | mapFlag.SEGV_ON_FAULT | mapFlag.NO_USER_CONV)) >>> 0;
  if (unknown !== 0) refuse(map, 'EINVAL', `its type does not take the map flags 0x${unknown.toString(16)}`);
  if (map.extra % BigInt(arenaPageSize) !== 0n)
    refuse(map, 'EINVAL', 'map_extra, the user address, is no multiple of the page size');
  const size = map.maxEntries * arenaPageSize;
  if (size > highestSize) refuse(map, 'E2BIG', `an arena has at most 4 GiB, not ${map.maxEntries} pages`);
  if (map.extra >> 32n !== (map.extra + BigInt(size - 1)) >> 32n)
    refuse(map, 'ERANGE', 'the user addresses from map_extra on cross a 4 GiB boundary');
}

/**
 * ARENA (kernel/bpf/arena.c): pages that programs allocate. They lie in one region; its id takes the place of the high
 * half of the user address, its low half is that of map_extra, so that what programs keep as user pointers are
 * addresses of the machine. The region's limits cover the allocated pages from the first one on without a gap; accesses
 * beyond are looked at page by page (engine/arena-access.ts). State: a byte for each page, 1 where it is allocated.
 */
export class ArenaMap extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  readonly region: number;
  /** Address of the first page. */
  readonly start: bigint;
  /** Pages that the definition allows. */
  readonly pages: number;
  /** Pages that there is memory for. */
  readonly #room: number;
  readonly #base: number;
  readonly #allocated: number;
  readonly #free: RangeSet;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    const { definition, arenaData } = linked;
    check(definition);
    if (arenaOf(machine) !== undefined)
      raise('map-definition', `the map ${linked.name} is a second ARENA; libbpf takes one in an object`);
    super(machine, linked, index);
    this.pages = definition.maxEntries;
    this.#room = Math.min(this.pages, mostArenaPages);
    this.#base = machine.memory.allocate(this.#room * arenaPageSize);
    this.#allocated = machine.memory.allocate(this.#room);
    this.#free = new RangeSet(machine.memory, this.#room + 2);
    this.#free.set(0, this.pages);
    this.region = machine.regions.add({
      kind: 'arena',
      owner: index,
      base: this.#base,
      size: this.#room * arenaPageSize,
      readLimit: 0,
      start: definition.extra === 0n ? regionBias : Number(definition.extra & 0xffff_ffffn),
    });
    this.start = machine.regions.addressOf(this.region);
    if (arenaData !== undefined) this.#initialise(arenaData);
  }

  /** What libbpf writes to the start of the arena once that is mapped, which allocates page by page. */
  #initialise(data: Uint8Array): void {
    const used = Math.ceil(data.length / arenaPageSize);
    if (used > this.#room) refuse(this.linked.definition, 'E2BIG', `its variables have ${data.length} bytes`);
    for (let page = 0; page < used; page++) this.#take(page, 1);
    this.memory.bytes.set(data, this.#base);
  }

  /** Address of the arena's region without offset: the high half of all addresses in it. */
  get high(): bigint {
    return BigInt(this.region) << 32n;
  }

  /** Whether there is memory for these pages. */
  hasRoom(page: number, count: number): boolean {
    return page + count <= this.#room;
  }

  /** The first page of an allocation, as arena_alloc_pages chooses it; `address`: 0 for any. */
  choose(address: bigint, count: number): number | undefined {
    if (count > this.pages) return undefined;
    if (address === 0n) return this.#free.find(count);
    if (address % BigInt(arenaPageSize) !== 0n) return undefined;
    const page = this.pageOf(address);
    return page <= this.pages - count && this.#free.has(page, count) ? page : undefined;
  }

  /** Allocates pages that `choose` has named, zeroed; returns the address of the first. */
  allocate(page: number, count: number): bigint {
    this.#take(page, count);
    return this.start + BigInt(page * arenaPageSize);
  }

  #take(page: number, count: number): void {
    this.#free.clear(page, count);
    const { bytes } = this.memory;
    bytes.fill(1, this.#allocated + page, this.#allocated + page + count);
    const [from, to] = [this.#base + page * arenaPageSize, this.#base + (page + count) * arenaPageSize];
    this.machine.accessListener?.(from, to - from, 'write');
    bytes.fill(0, from, to);
    this.#setLimits();
  }

  /** As arena_free_pages: only the low half of the address counts, pages that are not allocated stay free. */
  release(address: bigint, count: number): void {
    const low = Number(BigInt.asUintN(32, address)) & ~(arenaPageSize - 1);
    const offset = (low >>> 0) - Number(this.start & 0xffff_ffffn);
    if (offset < 0 || offset >= this.pages * arenaPageSize) return;
    const page = offset / arenaPageSize;
    const freed = Math.min(count, this.pages - page);
    this.#free.set(page, freed);
    const end = Math.min(page + freed, this.#room);
    if (page < end) this.memory.bytes.fill(0, this.#allocated + page, this.#allocated + end);
    this.#setLimits();
  }

  /** compute_pgoff: of the low half alone. */
  pageOf(address: bigint): number {
    return Number(BigInt.asUintN(32, address - this.start)) >>> 12;
  }

  /** Linear offset of bytes, `offset` from the arena's first, that lie in allocated pages; undefined otherwise. */
  allocatedAt(offset: number, size: number): number | undefined {
    if (offset < 0 || offset + size > this.#room * arenaPageSize) return undefined;
    const { bytes } = this.memory;
    for (let page = offset >>> 12; page <= (offset + size - 1) >>> 12; page++) {
      if (bytes[this.#allocated + page] !== 1) return undefined;
    }
    return this.#base + offset;
  }

  #setLimits(): void {
    const { bytes, view } = this.memory;
    let page = 0;
    while (page < this.#room && bytes[this.#allocated + page] === 1) page++;
    const row = this.machine.regions.rowOf(this.region);
    view.setUint32(row + regionRow.readLimit, page * arenaPageSize, true);
    view.setUint32(row + regionRow.writeLimit, page * arenaPageSize, true);
  }

  lookup(): number {
    return 0;
  }

  update(): number {
    return -errno.EOPNOTSUPP;
  }

  remove(): number {
    return -errno.EOPNOTSUPP;
  }

  /** Allocated pages. */
  count(): number {
    const pages = this.memory.bytes.subarray(this.#allocated, this.#allocated + this.#room);
    return pages.reduce((sum, page) => sum + page, 0);
  }

  /** No system call lists them. */
  elements(): readonly MapElement[] {
    return [];
  }

  find(): undefined {
    return undefined;
  }

  userUpdate(): number {
    return -errno.EOPNOTSUPP;
  }

  userRemove(): number {
    return -errno.EOPNOTSUPP;
  }
}

/** The arena of a program: there is at most one in an object. */
export function arenaOf(machine: Machine): ArenaMap | undefined {
  return machine.maps.find((map) => map instanceof ArenaMap);
}
