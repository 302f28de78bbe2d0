import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import { errno } from './errno.ts';
import { MapBase } from './map-base.ts';

/**
 * A map of a type that the kernel has and the machine has not yet. Programs that never use it run; one that does
 * faults (`supported` is false). It has no contents, and users cannot put any in.
 */
export class UnsupportedMap extends MapBase implements KernelMap {
  override readonly supported = false;
  readonly valueBase = undefined;
  readonly traversal = undefined;

  lookup(): number {
    return 0;
  }

  update(): number {
    return -errno.ENOTSUPP;
  }

  remove(): number {
    return -errno.ENOTSUPP;
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

  userUpdate(): number {
    return -errno.ENOTSUPP;
  }

  userRemove(): number {
    return -errno.ENOTSUPP;
  }
}
