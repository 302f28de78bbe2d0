import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { errno } from './errno.ts';
import { FdArray } from './fd-array.ts';

/**
 * CGROUP_ARRAY: cgroups that programs ask about. A value is the id of a cgroup, where the kernel takes a file descriptor
 * of its directory. Programs cannot read the map.
 */
export class CgroupArrayMap extends FdArray {
  constructor(machine: Machine, linked: LinkedMap, index: number) {
    super(machine, linked, index, 'a cgroup');
  }

  /** Helpers refuse it. */
  lookup(): number {
    return 0;
  }

  protected accept(id: number): number {
    return id === 0 ? -errno.EBADF : 0;
  }
}
