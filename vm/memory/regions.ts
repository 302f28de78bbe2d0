import { raise } from '../base/problem.ts';
import type { LinearMemory } from './linear-memory.ts';

/**
 * Addresses of the machine: region id × 2³² + 2¹⁶ + offset. A row of the table says where a region's bytes are and
 * what may be done with them. Layout of a row, 32 bytes:
 *
 *     +0  base       linear offset of the region's first byte
 *     +4  start      low half of the address of the first byte
 *     +8  size       bytes
 *     +12 slotMask   all ones, or slot size - 1 where the region is an array of slots
 *     +16 readLimit  bytes of a slot (or of the region) that may be read; 0 = none
 *     +20 writeLimit the same for writes
 *     +24 kind       u16, index into `regionKinds`
 *     +26 owner      u16, what the kind says

 */
export const regionRow = {
  base: 0,
  start: 4,
  size: 8,
  slotMask: 12,
  readLimit: 16,
  writeLimit: 20,
  kind: 24,
  owner: 26,
  sizeOf: 32,
  shift: 5,
} as const;

/** What a region is; `owner` is: code: section ordinal; stack, frame_key: frame depth; map kinds, ringbuf_mem and arena: map index; object: 1 for one that is gone. */
export const regionKinds = [
  'none',
  'packet',
  'code',
  'stack',
  'ctx',
  'frame_key',
  'map',
  'map_value',
  'map_key',
  'memory',
  'ringbuf_mem',
  'dynptr',
  'sock',
  'arena',
  'object',
] as const;
export type RegionKind = (typeof regionKinds)[number];

/** Low half of the address of a region's first byte, so that small negative offsets stay in the region's id. */
export const regionBias = 0x10000;
export const maximumRegions = 0x4000;

export interface Region {
  readonly id: number;
  readonly kind: RegionKind;
  readonly owner: number;
  readonly base: number;
  readonly start: number;
  readonly size: number;
  readonly slotMask: number;
  readonly readLimit: number;
  readonly writeLimit: number;
}

export interface NewRegion {
  readonly kind: RegionKind;
  readonly owner?: number;
  readonly base: number;
  readonly size: number;
  /** A power of two; left out where the region is one piece. */
  readonly slotSize?: number;
  /** Bytes a slot (or the region) that may be read; default: `size`. */
  readonly readLimit?: number;
  /** Default: `readLimit`. */
  readonly writeLimit?: number;
  readonly start?: number;
}

/** The region table, in linear memory at `table`; the count of rows in use is a u32 at `countAt`. */
export class Regions {
  readonly #memory: LinearMemory;
  readonly table: number;
  readonly #countAt: number;

  constructor(memory: LinearMemory, table: number, countAt: number) {
    this.#memory = memory;
    this.table = table;
    this.#countAt = countAt;
  }

  get count(): number {
    return this.#memory.view.getUint32(this.#countAt, true);
  }

  /** Adds a region and returns its id; raises `out-of-regions` when all ids are used. */
  add(region: NewRegion): number {
    const id = this.count;
    if (id >= maximumRegions)
      raise('out-of-regions', `all ${maximumRegions} memory regions of the machine are in use`);
    this.#memory.view.setUint32(this.#countAt, id + 1, true);
    this.set(id, region);
    return id;
  }

  set(id: number, region: NewRegion): void {
    const { kind, owner = 0, base, size, slotSize, start = regionBias } = region;
    const readLimit = region.readLimit ?? size;
    const { view } = this.#memory;
    const row = this.rowOf(id);
    view.setUint32(row + regionRow.base, base, true);
    view.setUint32(row + regionRow.start, start, true);
    view.setUint32(row + regionRow.size, size, true);
    view.setUint32(row + regionRow.slotMask, slotSize === undefined ? 0xffffffff : slotSize - 1, true);
    view.setUint32(row + regionRow.readLimit, readLimit, true);
    view.setUint32(row + regionRow.writeLimit, region.writeLimit ?? readLimit, true);
    view.setUint16(row + regionRow.kind, regionKinds.indexOf(kind), true);
    view.setUint16(row + regionRow.owner, owner, true);
  }

  /** Linear offset of a region's row. */
  rowOf(id: number): number {
    return this.table + id * regionRow.sizeOf;
  }

  get(id: number): Region | undefined {
    if (!(id >= 0 && id < this.count)) return undefined;
    const { view } = this.#memory;
    const row = this.rowOf(id);
    return {
      id,
      kind: regionKinds[view.getUint16(row + regionRow.kind, true)] ?? 'none',
      owner: view.getUint16(row + regionRow.owner, true),
      base: view.getUint32(row + regionRow.base, true),
      start: view.getUint32(row + regionRow.start, true),
      size: view.getUint32(row + regionRow.size, true),
      slotMask: view.getUint32(row + regionRow.slotMask, true),
      readLimit: view.getUint32(row + regionRow.readLimit, true),
      writeLimit: view.getUint32(row + regionRow.writeLimit, true),
    };
  }

  /** Address of the byte at `offset` of a region. */
  addressOf(id: number, offset = 0): bigint {
    const start = this.#memory.view.getUint32(this.rowOf(id) + regionRow.start, true);
    return (BigInt(id) << 32n) + BigInt(start + offset);
  }

  /** The region an address is meant for and the offset in it, which may be outside; undefined for no region. */
  locate(address: bigint): { readonly region: Region; readonly offset: number } | undefined {
    const region = this.get(Number(BigInt.asUintN(64, address) >> 32n));
    if (region === undefined) return undefined;
    return { region, offset: Number(address & 0xffffffffn) - region.start };
  }

  /** Linear offset of `size` bytes at `address` where the program may access them so; undefined otherwise. */
  resolve(address: bigint, size: number, access: 'read' | 'write'): number | undefined {
    const place = this.locate(address);
    if (place === undefined) return undefined;
    const { region, offset } = place;
    const limit = access === 'read' ? region.readLimit : region.writeLimit;
    if (offset < 0 || offset >= region.size) return undefined;
    return ((offset & region.slotMask) >>> 0) + size <= limit ? region.base + offset : undefined;
  }

  /** Linear offset of what a debugger may show: any byte that exists, permitted to the program or not. */
  peek(address: bigint): { readonly linear: number; readonly available: number } | undefined {
    const place = this.locate(address);
    if (place === undefined || place.offset < 0 || place.offset >= place.region.size) return undefined;
    return { linear: place.region.base + place.offset, available: place.region.size - place.offset };
  }
}
