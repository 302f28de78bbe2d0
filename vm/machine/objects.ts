import type { LinearMemory } from '../memory/linear-memory.ts';
import type { RegionPool } from '../memory/region-pool.ts';
import { regionRow, type Region, type Regions } from '../memory/regions.ts';
import { state } from './layout.ts';
import type { References } from './references.ts';

/**
 * In front of an object (u32 each): where its count of owners is, its type's BTF id, its region, the next one that
 * is lent, whether it is lent itself, and the count, unless a struct bpf_refcount in the object is it.
 */
const header = { counter: 0, type: 4, region: 8, next: 12, lent: 16, count: 20, sizeOf: 32 } as const;

/** Linear offset of the header of the first object that is lent (u32). */
const firstLent = state.lentObjects;

/** An object that lives, and where in it an address points. */
export interface ObjectPlace {
  /** Address of the object. */
  readonly address: bigint;
  readonly linear: number;
  readonly size: number;
  readonly typeId: number;
  readonly offset: number;
  /** The program may access it. */
  readonly open: boolean;
}

/**
 * Objects that programs make with bpf_obj_new, each a region of its own that is gone with its last owner. One that a
 * list or tree owns is lent to the program until it unlocks what guards them: the verifier's non-owning references.
 */
export class Objects {
  readonly #memory: LinearMemory;
  readonly #regions: Regions;
  readonly #pool: RegionPool;

  constructor(memory: LinearMemory, regions: Regions, pool: RegionPool) {
    this.#memory = memory;
    this.#regions = regions;
    this.#pool = pool;
  }

  /**
   * Address of a new object, all zeros, with one owner; `counterAt`: offset of its struct bpf_refcount. Raises
   * `out-of-memory`, `out-of-regions`.
   */
  create(size: number, typeId = 0, counterAt?: number): bigint {
    const at = this.#memory.allocate(header.sizeOf + size);
    const base = at + header.sizeOf;
    const region = this.#pool.add({ kind: 'object', base, size });
    this.#set(at, header.counter, counterAt === undefined ? at + header.count : base + counterAt);
    this.#set(at, header.type, typeId);
    this.#set(at, header.region, region);
    this.#setOwners(at, 1);
    return this.#regions.addressOf(region);
  }

  /** The program may only read the object. */
  protect(address: bigint): void {
    const region = this.#regions.locate(address)?.region;
    if (region !== undefined)
      this.#memory.view.setUint32(this.#regions.rowOf(region.id) + regionRow.writeLimit, 0, true);
  }

  #get(at: number, field: number): number {
    return this.#memory.view.getUint32(at + field, true);
  }

  #set(at: number, field: number, value: number): void {
    this.#memory.view.setUint32(at + field, value, true);
  }

  #owners(at: number): number {
    return this.#memory.view.getUint32(this.#get(at, header.counter), true);
  }

  #setOwners(at: number, owners: number): void {
    this.#memory.view.setUint32(this.#get(at, header.counter), owners, true);
  }

  /** The object that an address points into; undefined where none is, or not any more. */
  at(address: bigint): ObjectPlace | undefined {
    const place = this.#regions.locate(address);
    if (place === undefined || !isObject(place.region)) return undefined;
    const { region, offset } = place;
    return {
      address: this.#regions.addressOf(region.id),
      linear: region.base,
      size: region.size,
      typeId: this.#get(region.base - header.sizeOf, header.type),
      offset,
      open: region.readLimit > 0 || region.size === 0,
    };
  }

  /** One owner more. */
  share(address: bigint): void {
    const at = this.#header(address);
    if (at !== undefined) this.#setOwners(at, this.#owners(at) + 1);
  }

  /** One owner less; true where that was the last one: what the object owns, and then the object itself, has to be freed. */
  disown(address: bigint): boolean {
    const at = this.#header(address);
    if (at === undefined) return false;
    const owners = this.#owners(at) - 1;
    this.#setOwners(at, owners);
    return owners === 0;
  }

  /** The object is gone. */
  free(address: bigint): void {
    const at = this.#header(address);
    const region = this.#regions.locate(address)?.region;
    if (at === undefined || region === undefined) return;
    if (this.#get(at, header.lent) !== 0) this.#unlink(at);
    this.#memory.view.setUint16(this.#regions.rowOf(region.id) + regionRow.owner, goneOwner, true);
    this.#pool.release(region.id);
    this.#memory.free(at, header.sizeOf + region.size);
  }

  /** The program may access the object: it owns it now. */
  open(address: bigint): void {
    const region = this.#regions.locate(address)?.region;
    if (region !== undefined && isObject(region)) this.#setLimits(region.id, region.size);
  }

  /** The program may access the object until `closeLent`. */
  lend(address: bigint): void {
    const at = this.#header(address);
    if (at === undefined) return;
    this.open(address);
    if (this.#get(at, header.lent) !== 0) return;
    this.#set(at, header.lent, 1);
    this.#set(at, header.next, this.#memory.view.getUint32(firstLent, true));
    this.#memory.view.setUint32(firstLent, at, true);
  }

  /** What was lent and what the program does not own cannot be accessed any more (invalidate_non_owning_refs). */
  closeLent(references: References): void {
    let at = this.#memory.view.getUint32(firstLent, true);
    this.#memory.view.setUint32(firstLent, 0, true);
    while (at !== 0) {
      const region = this.#get(at, header.region);
      if (!references.has(this.#regions.addressOf(region))) this.#setLimits(region, 0);
      this.#set(at, header.lent, 0);
      at = this.#get(at, header.next);
    }
  }

  #unlink(gone: number): void {
    const { view } = this.#memory;
    let link = firstLent;
    for (let at = view.getUint32(link, true); at !== 0; at = view.getUint32(link, true)) {
      if (at === gone) {
        view.setUint32(link, this.#get(at, header.next), true);
        return;
      }
      link = at + header.next;
    }
  }

  #setLimits(region: number, limit: number): void {
    const row = this.#regions.rowOf(region);
    this.#memory.view.setUint32(row + regionRow.readLimit, limit, true);
    this.#memory.view.setUint32(row + regionRow.writeLimit, limit, true);
  }

  /** Undefined where the address is not that of an object that lives. */
  #header(address: bigint): number | undefined {
    const place = this.#regions.locate(address);
    if (place === undefined || !isObject(place.region) || place.offset !== 0) return undefined;
    return place.region.base - header.sizeOf;
  }
}

/** The owner of regions of objects that are gone. */
const goneOwner = 1;

/** Whether a region is that of an object that lives. */
export function isObject({ kind, owner }: Region): boolean {
  return kind === 'object' && owner !== goneOwner;
}
