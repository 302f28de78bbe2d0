import { readUnsigned, writeInteger } from '../base/bytes.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { ArrayOfMaps } from './array-of-maps.ts';
import { refuse } from './definition.ts';
import { errno } from './errno.ts';
import { HashMap } from './hash-map.ts';
import { InnerMaps } from './inner-maps.ts';

const idSize = 4;

/** HASH_OF_MAPS (htab_of_map_* of kernel/bpf/hashtab.c): a HASH of ids. A lookup gives the inner map itself. */
export class HashOfMaps extends HashMap {
  readonly inner: InnerMaps;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    const { definition } = linked;
    if (definition.valueSize !== idSize) {
      refuse(definition, 'EINVAL', `a value is a map, ${idSize} bytes, not ${definition.valueSize}`);
    }
    super(machine, linked, index);
    this.inner = new InnerMaps(machine, linked);
    const key = (at: number): Uint8Array => {
      const bytes = new Uint8Array(this.keySize);
      bytes.set(writeInteger(BigInt(at), 4).subarray(0, this.keySize));
      return bytes;
    };
    this.inner.initialise(definition, (at, id) =>
      this.userUpdate(key(at), [writeInteger(BigInt(id), idSize)]),
    );
  }

  override lookup(key: number): number {
    const element = this.findElement(key, this.hashOf(key));
    if (element === 0) return 0;
    const at = this.store.value(element, 0);
    this.machine.accessListener?.(at, idSize, 'read');
    return this.inner.addressOf(this.memory.view.getUint32(at, true));
  }

  override userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    const [value] = values;
    if (value?.length !== idSize || values.length !== 1) return -errno.EINVAL;
    const error = this.inner.check(Number(readUnsigned(value)));
    return error === 0 ? super.userUpdate(key, values, flags) : error;
  }
}

/** The inner maps of a map of maps; undefined for other maps. */
export function innerMapsOf(map: KernelMap): InnerMaps | undefined {
  return map instanceof ArrayOfMaps || map instanceof HashOfMaps ? map.inner : undefined;
}
