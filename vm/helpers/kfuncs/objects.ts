import { ProblemError } from '../../base/problem.ts';
import type { Helper, Kfunc, Outcome } from '../../machine/helper.ts';
import { outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { lowHalf } from '../arguments.ts';
import { mapFieldArgument } from '../map-fields.ts';

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
  let address: bigint;
  try {
    address = machine.objects.create(type.size);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return machine.answer(0);
  }
  machine.references.acquire(address, machine.slot);
  return machine.answer(address);
}

/** The object in R1, which the program holds; undefined with a fault. */
function heldObject(machine: Machine): bigint | undefined {
  const address = machine.register(1);
  if (machine.references.has(address)) return address;
  machine.fail({ kind: 'refused-by-kernel', message: 'arg#0 expected pointer to allocated object' });
  return undefined;
}

/** bpf_obj_drop_impl(object, meta) */
function drop(machine: Machine): Outcome {
  const address = heldObject(machine);
  if (address === undefined) return outcome.fault;
  machine.references.release(address);
  machine.objects.drop(address);
  return outcome.next;
}

/** bpf_refcount_acquire_impl(object, meta): the same pointer, which has to be dropped too. */
function acquire(machine: Machine): Outcome {
  const address = heldObject(machine);
  if (address === undefined) return outcome.fault;
  machine.objects.share(address);
  machine.references.acquire(address, machine.slot);
  return machine.answer(address);
}

export const objectKfuncs: readonly Kfunc[] = [
  { name: 'bpf_obj_new_impl', call: create },
  { name: 'bpf_obj_drop_impl', call: drop },
  { name: 'bpf_refcount_acquire_impl', call: acquire },
];

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
