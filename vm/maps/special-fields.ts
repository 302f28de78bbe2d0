import type { KernelMap } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { SpecialField } from './value-layout.ts';
import { valueLayout } from './value-layout.ts';

/** By map: derived from types, which do not change. */
const known = new WeakMap<KernelMap, readonly SpecialField[]>();

/** The fields in a value of the map that are the kernel's own (timers, locks, kernel pointers, ...), by offset. */
export function specialFieldsOf(machine: Machine, map: KernelMap): readonly SpecialField[] {
  const found = known.get(map);
  if (found !== undefined) return found;
  const { definition } = map.linked;
  const { special } = valueLayout(machine.program.object.btf, definition.valueTypeId, definition.valueSize);
  known.set(map, special);
  return special;
}

/** Fields that something is freed with: timers, work queues, pointers to objects. */
export function isOwned({ name }: SpecialField): boolean {
  return name === 'bpf_timer' || name === 'bpf_wq' || name === 'kptr';
}

/** Frees what a field of the value at linear offset `value` holds (bpf_obj_free_fields). */
export function releaseField(machine: Machine, { name, offset }: SpecialField, value: number): void {
  if (name !== 'kptr') {
    machine.timers.release(value + offset);
    return;
  }
  const { view } = machine.memory;
  machine.objects.drop(view.getBigUint64(value + offset, true));
  view.setBigUint64(value + offset, 0n, true);
}

/** A value of `map` as user space gets it: what is the kernel's own is zero (check_and_init_map_value). */
export function withoutSpecialFields(machine: Machine, map: KernelMap, value: Uint8Array): Uint8Array {
  const fields = specialFieldsOf(machine, map);
  if (fields.length === 0) return value;
  const copy = value.slice();
  for (const { offset, size } of fields) copy.fill(0, offset, offset + size);
  return copy;
}
