import { raise } from '../base/problem.ts';
import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { errno } from './errno.ts';
import { MapBase } from './map-base.ts';

const pointerSize = 8;
const onlyKey = new Uint8Array(4);

/**
 * STRUCT_OPS: a table of functions for a subsystem of the kernel, to look at: nothing calls them here. Its value is the
 * struct of the object, function pointers are addresses of the machine. Nobody can change it.
 */
export class StructOpsMap extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  readonly #address: bigint;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    super(machine, linked, index);
    const { contents, slots } = linked.definition;
    const base = machine.memory.allocate(this.valueSize);
    if (contents !== undefined) machine.memory.bytes.set(contents, base);
    for (const slot of slots) {
      const address = addressOf(machine, slot.target) ?? notThere(this.name, slot.target);
      machine.memory.view.setBigUint64(base + slot.index * pointerSize, address, true);
    }
    const size = this.valueSize;
    const region = machine.regions.add({ kind: 'map_value', owner: index, base, size, readLimit: 0 });
    this.#address = machine.regions.addressOf(region);
  }

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
    return 1;
  }

  elements(start: number, count: number): readonly MapElement[] {
    return start === 0 && count > 0 ? [this.#element] : [];
  }

  find(key: Uint8Array): MapElement | undefined {
    return key.length === onlyKey.length && key.every((byte) => byte === 0) ? this.#element : undefined;
  }

  userUpdate(): number {
    return -errno.ENOTSUPP;
  }

  userRemove(): number {
    return -errno.ENOTSUPP;
  }

  get #element(): MapElement {
    return { keyAddress: undefined, key: onlyKey, valueAddresses: [this.#address] };
  }
}

function addressOf(machine: Machine, name: string): bigint | undefined {
  const found = machine.program.functions.find((candidate) => candidate.name === name);
  return found && machine.code.addressOfSlot(found.firstSlot);
}

function notThere(map: string, name: string): never {
  return raise('map-definition', `the struct_ops ${map} names ${name}, which is no function`);
}
