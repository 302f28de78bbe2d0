import { raise } from '../base/problem.ts';
import type { Machine } from './machine.ts';

/** Pointers that the kernel keeps in memory of programs: links of lists and trees. */

function placeOf({ regions }: Machine, address: bigint): number {
  const place = regions.peek(address);
  if (place === undefined || place.available < 8)
    raise('broken-links', `a list or tree goes on at 0x${address.toString(16)}, where nothing is`);
  return place.linear;
}

/** Raises `broken-links` where nothing is at the address: somebody has written over the links. */
export function readPointer(machine: Machine, address: bigint): bigint {
  const linear = placeOf(machine, address);
  machine.accessListener?.(linear, 8, 'read');
  return machine.memory.view.getBigUint64(linear, true);
}

/** As `readPointer`. */
export function writePointer(machine: Machine, address: bigint, value: bigint): void {
  const linear = placeOf(machine, address);
  machine.accessListener?.(linear, 8, 'write');
  machine.memory.view.setBigUint64(linear, value, true);
}

/** BPF_PTR_POISON on x86-64: the owner of a node that is being added. */
export const pointerPoison = 0xdead_0000_0000_eb9fn;
