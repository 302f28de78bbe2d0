import type { Kfunc, Outcome } from '../../machine/helper.ts';
import { outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { memoryArgument } from '../arguments.ts';

/** bpf_iter_num (kernel/bpf/bpf_iter.c): struct bpf_iter_num on the stack holds the current number and the end, s32 each. */

const size = 8;
/** BPF_MAX_LOOPS */
const mostLoops = 8 << 20;

/** bpf_iter_num_new(it, start, end) */
function create(machine: Machine): Outcome {
  const address = machine.register(1);
  if (machine.references.has(address) && machine.refuse('expected uninitialized iter_num as arg #0'))
    return outcome.fault;
  const at = memoryArgument(machine, 1, size, 'write', 'memory');
  if (at < 0) return outcome.fault;
  const start = Number(BigInt.asIntN(32, machine.register(2)));
  const end = Number(BigInt.asIntN(32, machine.register(3)));
  const error = start > end ? errno.EINVAL : end - start > mostLoops ? errno.E2BIG : 0;
  const { view } = machine.memory;
  view.setInt32(at, error === 0 ? start - 1 : 0, true);
  view.setInt32(at + 4, error === 0 ? end : 0, true);
  machine.references.acquire(address, machine.slot);
  return machine.answer(-error);
}

/** The iterator in R1; -1 with a fault. */
function iterator(machine: Machine): number {
  if (
    !machine.references.has(machine.register(1)) &&
    machine.refuse('expected an initialized iter_num as arg #0')
  )
    return -1;
  return memoryArgument(machine, 1, size, 'write', 'memory');
}

/** bpf_iter_num_next(it): where the number is, NULL behind the last. */
function next(machine: Machine): Outcome {
  const at = iterator(machine);
  if (at < 0) return outcome.fault;
  const { view } = machine.memory;
  const following = (view.getInt32(at, true) + 1) | 0;
  if (following >= view.getInt32(at + 4, true)) {
    view.setBigUint64(at, 0n, true);
    return machine.answer(0);
  }
  view.setInt32(at, following, true);
  return machine.answer(machine.register(1));
}

/** bpf_iter_num_destroy(it) */
function destroy(machine: Machine): Outcome {
  const at = iterator(machine);
  if (at < 0) return outcome.fault;
  machine.memory.view.setBigUint64(at, 0n, true);
  machine.references.release(machine.register(1));
  return outcome.next;
}

export const iterNumKfuncs: readonly Kfunc[] = [
  { name: 'bpf_iter_num_new', call: create },
  { name: 'bpf_iter_num_next', call: next },
  { name: 'bpf_iter_num_destroy', call: destroy },
];
