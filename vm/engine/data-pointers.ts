import type { Machine } from '../machine/machine.ts';
import type { DataPointer } from '../object/linked-program.ts';

/** Fills in what pointers in global data lead to, which is known once all maps are made. */
export function fillDataPointers(machine: Machine): void {
  const { memory, regions } = machine;
  for (const map of machine.maps) {
    for (const { offset, target } of map.linked.pointers ?? []) {
      const linear = regions.resolve((map.valueBase ?? 0n) + BigInt(offset), 8, 'read');
      if (linear !== undefined) memory.view.setBigUint64(linear, addressOf(machine, target), true);
    }
  }
}

function addressOf({ maps, code }: Machine, target: DataPointer['target']): bigint {
  switch (target.kind) {
    case 'function':
      return code.addressOfSlot(target.slot);
    case 'map':
      return maps[target.index]?.address ?? 0n;
    case 'data':
      return (maps[target.index]?.valueBase ?? 0n) + BigInt(target.offset);
  }
}
