import { ElementlessMap } from './elementless-map.ts';

/**
 * A map of a type that the kernel has and the machine has not yet. Programs that never use it run; one that does
 * faults (`supported` is false). It has no contents, and users cannot put any in.
 */
export class UnsupportedMap extends ElementlessMap {
  override readonly supported = false;
}
