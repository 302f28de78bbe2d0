import { ProblemError } from '../../base/problem.ts';
import type { Helper, Kfunc, Outcome } from '../../machine/helper.ts';
import { outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { initLinks } from '../../machine/linked-list.ts';
import { clearNode } from '../../machine/red-black-tree.ts';
import { dropObject, specialFieldsOfType } from '../../maps/special-fields.ts';
import { lowHalf, typeName } from '../arguments.ts';
import { mapFieldArgument } from '../map-fields.ts';
import { forTypes, genericTypes } from './program-types.ts';

/** Objects of the program's own types, and the pointers to them that map values keep. */

/** bpf_obj_new_impl(local_type_id, meta): NULL where there is no memory. */
function create(machine: Machine): Outcome {
  const id = lowHalf(machine, 1);
  const { btf } = machine.program.object;
  const type = btf?.has(id) === true ? btf.resolve(id) : undefined;
  if (type?.kind !== 'struct') {
    const message = `bpf_obj_new type ID argument must be of a struct: ${id} is none`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  if (isInvalid(machine, type.id)) {
    const message = 'bpf_obj_new/bpf_percpu_obj_new requires prog BTF';
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  let address: bigint;
  try {
    address = newObject(machine, type.id, type.size);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return machine.answer(0);
  }
  machine.references.acquire(address, machine.slot);
  return machine.answer(address);
}

/** A struct whose objects can be in a list and in a tree has to count: the kernel does not take its BTF otherwise. */
function isInvalid(machine: Machine, typeId: number): boolean {
  const names = new Set(specialFieldsOfType(machine, typeId).map(({ name }) => name));
  return names.has('bpf_list_node') && names.has('bpf_rb_node') && !names.has('bpf_refcount');
}

/** An object whose fields of the kernel's own are as it begins them (bpf_obj_init). */
function newObject(machine: Machine, typeId: number, size: number): bigint {
  const fields = specialFieldsOfType(machine, typeId);
  const counter = fields.find(({ name }) => name === 'bpf_refcount');
  const address = machine.objects.create(size, typeId, counter?.offset);
  for (const { name, offset } of fields) {
    const at = address + BigInt(offset);
    if (name === 'bpf_list_head' || name === 'bpf_list_node') initLinks(machine, at);
    if (name === 'bpf_rb_node') clearNode(machine, at);
  }
  return address;
}

/** The object in R1, which the program holds; undefined with a fault. */
function heldObject(machine: Machine): bigint | undefined {
  const address = machine.register(1);
  if (machine.references.has(address)) return address;
  const isPointer = typeName(machine, address) !== 'scalar';
  const message = isPointer
    ? 'arg#0 expected pointer to allocated object'
    : 'R1 must be referenced or trusted';
  machine.fail({ kind: 'refused-by-kernel', message });
  return undefined;
}

/** bpf_obj_drop_impl(object, meta) */
function drop(machine: Machine): Outcome {
  const address = heldObject(machine);
  if (address === undefined) return outcome.fault;
  machine.references.release(address);
  dropObject(machine, address);
  return outcome.next;
}

/** bpf_refcount_acquire_impl(object, meta): the same pointer, which has to be dropped too. The object may be lent only. */
function acquire(machine: Machine): Outcome {
  const address = machine.register(1);
  const object = machine.objects.at(address);
  if (object?.open !== true || object.offset !== 0) {
    const message = 'arg#0 is neither owning or non-owning ref';
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  if (!specialFieldsOfType(machine, object.typeId).some(({ name }) => name === 'bpf_refcount')) {
    const message = "arg#0 doesn't point to a type with bpf_refcount field";
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  machine.objects.share(address);
  machine.references.acquire(address, machine.slot);
  return machine.answer(address);
}

export const objectKfuncs: readonly Kfunc[] = forTypes(genericTypes, [
  { name: 'bpf_obj_new_impl', call: create },
  { name: 'bpf_obj_drop_impl', call: drop },
  { name: 'bpf_refcount_acquire_impl', call: acquire },
]);

/** bpf_kptr_xchg(dst, ptr): the pointer in a map value is replaced, the old one is the program's. */
function exchange(machine: Machine): Outcome {
  const field = mapFieldArgument(machine, 1, 'kptr');
  if (field === undefined) return outcome.fault;
  const { references, memory } = machine;
  const given = machine.register(2);
  if (given !== 0n && !references.has(given)) {
    const message = 'R2 must be referenced when passed to release function';
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  machine.accessListener?.(field.linear, 8, 'write');
  const old = memory.view.getBigUint64(field.linear, true);
  memory.view.setBigUint64(field.linear, given, true);
  if (given !== 0n) references.release(given);
  if (old !== 0n) references.acquire(old, machine.slot);
  return machine.answer(old);
}

export const kptrXchg: Helper = { id: 194, name: 'bpf_kptr_xchg', call: exchange };
