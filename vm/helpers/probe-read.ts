import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { memoryArgument, sizeArgument } from './arguments.ts';
import { currentTask } from './kernel-objects.ts';
import {
  endOfUser,
  findOutside,
  noteMissing,
  readOutside,
  readText,
  spaceOf,
  type Space,
} from './outside-access.ts';

/**
 * Reading what a pointer of unknown worth points to (kernel/trace/bpf_trace.c, mm/maccess.c). Memory that is not there
 * gives an error and zeros.
 */

type Read = typeof readOutside;
type SpaceChoice = Space | ((machine: Machine, address: bigint) => Space);

/** helper(dst, size, unsafe_ptr) */
function reading(id: number, name: string, read: Read, choice: SpaceChoice): Helper {
  const call = (machine: Machine): Outcome => {
    const size = sizeArgument(machine, 2, true);
    const to = size < 0 ? -1 : memoryArgument(machine, 1, size, 'write', 'memory');
    if (to < 0) return outcome.fault;
    const address = machine.register(3);
    const space = typeof choice === 'string' ? choice : choice(machine, address);
    const result = read(machine, space, address, to, size);
    if (result < 0) noteMissing(machine, name, space, address);
    return machine.answer(result);
  };
  return { id, name, call, answer: 'environment' };
}

/** bpf_copy_from_user(dst, size, user_ptr): as probing, with nothing that could keep the process's memory away. */
function copyFromUser(machine: Machine): Outcome {
  const size = sizeArgument(machine, 2, true);
  const to = size < 0 ? -1 : memoryArgument(machine, 1, size, 'write', 'memory');
  if (to < 0) return outcome.fault;
  const address = machine.register(3);
  if (size === 0) return machine.answer(0);
  const result = readOutside(machine, 'user', address, to, size);
  if (result < 0) noteMissing(machine, 'bpf_copy_from_user', 'user', address);
  return machine.answer(result);
}

/** bpf_copy_from_user_task(dst, size, user_ptr, tsk, flags): the only task there is is the current one. */
function copyFromUserTask(machine: Machine): Outcome {
  const name = 'bpf_copy_from_user_task';
  const size = sizeArgument(machine, 2, true);
  const to = size < 0 ? -1 : memoryArgument(machine, 1, size, 'write', 'memory');
  if (to < 0) return outcome.fault;
  if (machine.register(5) !== 0n) {
    machine.memory.bytes.fill(0, to, to + size);
    return machine.answer(-errno.EINVAL);
  }
  if (size === 0) return machine.answer(0);
  if (machine.register(4) !== currentTask(machine)) {
    return machine.fail({
      kind: 'helper-argument',
      message: 'R4 type=scalar expected=ptr_, trusted_ptr_, rcu_ptr_',
    });
  }
  const result = readOutside(machine, 'user', machine.register(3), to, size);
  if (result < 0) noteMissing(machine, name, 'user', machine.register(3));
  return machine.answer(result);
}

/** bpf_probe_write_user(dst, src, len) */
function probeWriteUser(machine: Machine): Outcome {
  const size = sizeArgument(machine, 3, false);
  const from = size < 0 ? -1 : memoryArgument(machine, 2, size, 'read', 'memory');
  if (from < 0) return outcome.fault;
  const address = machine.register(1);
  if (address + BigInt(size) > endOfUser) return machine.answer(-errno.EPERM);
  const { bytes } = machine.memory;
  const copy = bytes.slice(from, from + size);
  for (let at = 0; at < size;) {
    const found = findOutside(machine, 'user', address + BigInt(at));
    if (found === undefined) {
      noteMissing(machine, 'bpf_probe_write_user', 'user', address + BigInt(at));
      return machine.answer(-errno.EFAULT);
    }
    const length = Math.min(found.available, size - at);
    machine.accessListener?.(found.linear, length, 'write');
    bytes.set(copy.subarray(at, at + length), found.linear);
    at += length;
  }
  return machine.answer(0);
}

export const probeReadHelpers: readonly Helper[] = [
  reading(4, 'bpf_probe_read', readOutside, spaceOf),
  reading(45, 'bpf_probe_read_str', readText, spaceOf),
  reading(112, 'bpf_probe_read_user', readOutside, 'user'),
  reading(113, 'bpf_probe_read_kernel', readOutside, 'kernel'),
  reading(114, 'bpf_probe_read_user_str', readText, 'user'),
  reading(115, 'bpf_probe_read_kernel_str', readText, 'kernel'),
  { id: 36, name: 'bpf_probe_write_user', call: probeWriteUser, answer: 'environment' },
  { id: 148, name: 'bpf_copy_from_user', call: copyFromUser, answer: 'environment' },
  { id: 191, name: 'bpf_copy_from_user_task', call: copyFromUserTask, answer: 'environment' },
];
