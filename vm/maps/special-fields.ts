import type { KernelMap } from '../machine/kernel-map.ts';
import { drainList } from '../machine/linked-list.ts';
import type { Machine } from '../machine/machine.ts';
import { drainTree } from '../machine/red-black-tree.ts';
import type { Btf } from '../object/btf/btf.ts';
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

const ofTypes = new WeakMap<Btf, Map<number, readonly SpecialField[]>>();

/** The same of the program's own objects, by the BTF id of their struct. */
export function specialFieldsOfType(machine: Machine, typeId: number): readonly SpecialField[] {
  const { btf } = machine.program.object;
  if (btf?.has(typeId) !== true) return [];
  const types = ofTypes.get(btf) ?? new Map<number, readonly SpecialField[]>();
  ofTypes.set(btf, types);
  const special = types.get(typeId) ?? valueLayout(btf, typeId, btf.sizeOf(typeId) ?? 0).special;
  types.set(typeId, special);
  return special;
}

/** Fields that something is freed with: timers, work queues, pointers to objects, lists and trees of them. */
const owned: ReadonlySet<string> = new Set(['bpf_timer', 'bpf_wq', 'kptr', 'bpf_list_head', 'bpf_rb_root']);

export function isOwned({ name }: SpecialField): boolean {
  return owned.has(name);
}

/** Frees what a field of the value at linear offset `value` holds (bpf_obj_free_fields). */
export function releaseField(machine: Machine, field: SpecialField, value: number): void {
  for (const object of takeOwned(machine, field, value)) dropObject(machine, object);
}

/** Empties a field; addresses of, or in, the objects that it held. */
function takeOwned(machine: Machine, { name, offset }: SpecialField, value: number): bigint[] {
  const at = value + offset;
  switch (name) {
    case 'bpf_list_head':
      return drainList(machine, at);
    case 'bpf_rb_root':
      return drainTree(machine, at);
    case 'kptr': {
      const { view } = machine.memory;
      const object = view.getBigUint64(at, true);
      view.setBigUint64(at, 0n, true);
      return [object];
    }
    default:
      machine.timers.release(at);
      return [];
  }
}

/** One owner of the object less; the last one frees it, and what it owns (__bpf_obj_drop_impl). */
export function dropObject(machine: Machine, dropped: bigint): void {
  const waiting = [dropped];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const object = machine.objects.at(next);
    if (object === undefined || !machine.objects.disown(object.address)) continue;
    for (const field of specialFieldsOfType(machine, object.typeId).filter(isOwned))
      waiting.push(...takeOwned(machine, field, object.linear));
    machine.objects.free(object.address);
  }
}

/** A value of `map` as user space gets it: what is the kernel's own is zero (check_and_init_map_value). */
export function withoutSpecialFields(machine: Machine, map: KernelMap, value: Uint8Array): Uint8Array {
  const fields = specialFieldsOf(machine, map);
  if (fields.length === 0) return value;
  const copy = value.slice();
  for (const { offset, size } of fields) copy.fill(0, offset, offset + size);
  return copy;
}
