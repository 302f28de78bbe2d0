import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { errno } from './errno.ts';
import { MapBase } from './map-base.ts';

/** A map that has no elements with keys, for programs or for users: whoever changes one gets an error. */
export abstract class ElementlessMap extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  /** Negative errno of all changes. */
  readonly #refusal: number;

  constructor(machine: Machine, linked: LinkedMap, index: number, refusal = -errno.ENOTSUPP) {
    super(machine, linked, index);
    this.#refusal = refusal;
  }

  lookup(): number {
    return 0;
  }

  update(): number {
    return this.#refusal;
  }

  remove(): number {
    return this.#refusal;
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
    return this.#refusal;
  }

  userRemove(): number {
    return this.#refusal;
  }
}
