import { readUnsigned, writeInteger } from '../base/bytes.ts';
import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import type { MapDefinition } from '../object/program-object.ts';
import { refuse } from './definition.ts';
import { errno } from './errno.ts';
import { mapFlag, mapType, updateFlag } from './flags.ts';
import { HashMap } from './hash-map.ts';
import { MapBase } from './map-base.ts';

const keySize = 4;
const ownerSize = 8;
/** Owners that one map of the machine takes: far more than a scenario has objects. */
const mostOwners = 1024;
/** BPF_LOCAL_STORAGE_MAX_VALUE_SIZE on x86_64. */
const largestValue = 0xffff - 128;

/** As bpf_local_storage_map_alloc_check of kernel/bpf/bpf_local_storage.c; raises `map-definition`. */
function check(map: MapDefinition): void {
  const { flags, maxEntries, valueSize } = map;
  if ((flags & ~(mapFlag.NO_PREALLOC | mapFlag.CLONE)) !== 0 || (flags & mapFlag.NO_PREALLOC) === 0)
    refuse(
      map,
      'EINVAL',
      `its map flags are 0x${flags.toString(16)}`,
      'write __uint(map_flags, BPF_F_NO_PREALLOC)',
    );
  if (maxEntries !== 0) refuse(map, 'EINVAL', `max_entries is ${maxEntries}, not 0`);
  if (map.keySize !== keySize) refuse(map, 'EINVAL', `the key has 4 bytes, not ${map.keySize}`);
  if (valueSize === 0) refuse(map, 'EINVAL', 'the value has 0 bytes');
  if (map.keyTypeId === undefined || map.valueTypeId === undefined)
    refuse(map, 'EINVAL', 'it needs types of key and value', 'write __type(key, int) and __type(value, T)');
  if (valueSize > largestValue)
    refuse(map, 'E2BIG', `a value has at most ${largestValue} bytes, not ${valueSize}`);
}

/**
 * SK_, INODE_, TASK_ and CGRP_STORAGE: a value for an object of the kernel, its owner, named by its address. Users name
 * owners by file descriptors in the kernel; here by the low 32 bits of `numberOf`. They see the values in an order of
 * the machine's own: the kernel has none.
 */
export class LocalStorageMap extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  readonly #table: HashMap;
  readonly #scratch: number;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    check(linked.definition);
    super(machine, linked, index);
    const definition = {
      ...linked.definition,
      type: mapType.HASH,
      keySize: ownerSize,
      keyTypeId: undefined,
      maxEntries: mostOwners,
      flags: mapFlag.NO_PREALLOC | mapFlag.ZERO_SEED,
    };
    this.#table = new HashMap(machine, { ...linked, definition }, index);
    this.#scratch = machine.memory.allocate(ownerSize + this.valueSize);
  }

  #owner(owner: bigint): number {
    this.memory.view.setBigUint64(this.#scratch, owner, true);
    return this.#scratch;
  }

  /** Address of an owner's value; 0 where it has none. */
  get(owner: bigint): number {
    return this.#table.lookup(this.#owner(owner), 0);
  }

  /** Makes the owner's value, a copy of what lies at linear offset `value`, or zeros; its address, 0 where there is no room. */
  create(owner: bigint, value: number | undefined): number {
    const zeros = this.#scratch + ownerSize;
    const key = this.#owner(owner);
    if (this.#table.update(key, value ?? zeros, BigInt(updateFlag.noExist), 0) < 0) return 0;
    return this.#table.lookup(key, 0);
  }

  drop(owner: bigint): number {
    return this.#table.remove(this.#owner(owner));
  }

  /** Programs cannot: the verifier does not have these three on these types. */
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
    return this.#table.count();
  }

  elements(start: number, count: number): readonly MapElement[] {
    return this.#table.elements(start, count).map(shown);
  }

  find(key: Uint8Array): MapElement | undefined {
    const wanted = readUnsigned(key);
    return this.elements(0, this.count()).find((element) => readUnsigned(element.key) === wanted);
  }

  /** Only of owners that have a value already: a number names no object. */
  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    const [value] = values;
    if (key.length !== keySize || value?.length !== this.valueSize || values.length !== 1)
      return -errno.EINVAL;
    const owner = this.#ownerOf(key);
    return owner === undefined ? -errno.EBADF : this.#table.userUpdate(owner, values, flags);
  }

  userRemove(key: Uint8Array): number {
    const owner = this.#ownerOf(key);
    return owner === undefined ? -errno.ENOENT : this.#table.userRemove(owner);
  }

  #ownerOf(key: Uint8Array): Uint8Array | undefined {
    const wanted = readUnsigned(key);
    const found = this.#table.elements(0, this.count()).find((element) => numberOf(element.key) === wanted);
    return found?.key;
  }
}

function shown(element: MapElement): MapElement {
  return { ...element, keyAddress: undefined, key: writeInteger(numberOf(element.key), keySize) };
}

/** Objects of the machine have a region each, whose id is the upper half of the address. */
function numberOf(owner: Uint8Array): bigint {
  const address = readUnsigned(owner);
  return (address < 1n << 47n ? address >> 32n : address) & 0xffff_ffffn;
}
