import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { enterCallbacks, innermostRecord, leaveCallbacks, takeReturn } from './callbacks.ts';
import { vmaObject } from './kernel-objects.ts';
import { taskArgument } from './task.ts';

const id = 180;
const name = 'bpf_find_vma';

/**
 * bpf_find_vma(task, addr, callback_fn, callback_ctx, flags): callback(task, vma, callback_ctx) on the mapping that
 * `addr` lies in. What it returns does not count.
 */
function call(machine: Machine): Outcome {
  const task = taskArgument(machine, 1);
  if (task === undefined) return outcome.fault;
  const address = machine.register(2);
  const context = machine.register(4);
  const flagged = machine.register(5) !== 0n;
  const record = enterCallbacks(machine, { helper: id, register: 3, map: undefined });
  if (record === undefined) return outcome.fault;
  if (flagged) return leaveCallbacks(machine, -errno.EINVAL);
  const areas = machine.environment.task?.vmas ?? [];
  if (areas.length === 0) {
    machine.emitNote(name, 'no mapping of the process is known: environment.task.vmas says which there are');
    return leaveCallbacks(machine, -errno.ENOENT);
  }
  const found = areas.find(({ start, end }) => address >= start && address < end);
  if (found === undefined) return leaveCallbacks(machine, -errno.ENOENT);
  const { view } = machine.memory;
  view.setBigUint64(state.registers + 8, task, true);
  view.setBigUint64(state.registers + 16, vmaObject(machine, found), true);
  view.setBigUint64(state.registers + 24, context, true);
  return outcome.reload;
}

function onReturn(machine: Machine): Outcome {
  return takeReturn(machine, innermostRecord(machine)) < 0 ? outcome.fault : leaveCallbacks(machine, 0);
}

export const findVma: Helper = {
  id,
  name,
  call,
  answer: 'environment',
  callback: { parameters: 3, onReturn },
};
