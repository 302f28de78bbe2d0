import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { FdArray } from './fd-array.ts';
import { InnerMaps } from './inner-maps.ts';

/** ARRAY_OF_MAPS (array_of_map_* of kernel/bpf/arraymap.c). A lookup gives the inner map itself. */
export class ArrayOfMaps extends FdArray {
  readonly inner: InnerMaps;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    super(machine, linked, index, 'a map');
    this.inner = new InnerMaps(machine, linked);
    this.inner.initialise(linked.definition, (at, id) => this.put(at, id));
  }

  protected accept(id: number): number {
    return this.inner.check(id);
  }

  lookup(key: number): number {
    const index = this.memory.view.getUint32(key, true);
    if (index >= this.entries) return 0;
    this.machine.accessListener?.(this.placeOf(index), 4, 'read');
    return this.inner.addressOf(this.idAt(index));
  }
}
