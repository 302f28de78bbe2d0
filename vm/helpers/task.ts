import type { TaskEnvironment } from '../environment/task.ts';
import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { CgroupArrayMap } from '../maps/cgroup-array.ts';
import { errno } from '../maps/errno.ts';
import { lowHalf, mapArgument, memoryArgument, sizeArgument } from './arguments.ts';
import { commBytes, currentTask, taskRegisters } from './kernel-objects.ts';

/** Who runs: the current task and its cgroup (kernel/bpf/helpers.c, kernel/trace/bpf_trace.c, kernel/bpf/cgroup.c). */

function noteNoTask(machine: Machine, helper: string): void {
  machine.emitNote(helper, 'no current task is known: environment.task says who it is');
}

/** A helper whose answer is a number of the current task; -EINVAL where there is none, as in the kernel. */
function ofTask(id: number, name: string, read: (task: TaskEnvironment) => bigint): Helper {
  const call = (machine: Machine): Outcome => {
    const { task } = machine.environment;
    if (task !== undefined) return machine.answer(read(task));
    noteNoTask(machine, name);
    return machine.answer(-errno.EINVAL);
  };
  return { id, name, call, answer: 'environment' };
}

const pair = (high: number, low: number): bigint => (BigInt(high) << 32n) | BigInt(low);

/** bpf_get_current_comm(buf, size_of_buf): cut to the buffer, with a NUL, filled up with zeros. */
function currentComm(machine: Machine): Outcome {
  const size = sizeArgument(machine, 2, false);
  const to = size < 0 ? -1 : memoryArgument(machine, 1, size, 'write', 'memory');
  if (to < 0) return outcome.fault;
  const { bytes } = machine.memory;
  bytes.fill(0, to, to + size);
  const { task } = machine.environment;
  if (task === undefined) {
    noteNoTask(machine, 'bpf_get_current_comm');
    return machine.answer(-errno.EINVAL);
  }
  bytes.set(commBytes(task).subarray(0, size - 1), to);
  return machine.answer(0);
}

function taskPointer(id: number, name: string): Helper {
  const call = (machine: Machine): Outcome => {
    const task = currentTask(machine);
    if (task === undefined) noteNoTask(machine, name);
    return machine.answer(task ?? 0n);
  };
  return { id, name, call, answer: 'environment' };
}

/** The pointer to a task in `register`, as the verifier takes it; undefined with a fault. */
export function taskArgument(machine: Machine, register: number): bigint | undefined {
  const task = machine.register(register);
  if (task !== 0n && task === currentTask(machine)) return task;
  const message = `R${register} type=scalar expected=ptr_, trusted_ptr_, rcu_ptr_`;
  machine.fail({ kind: task === 0n ? 'null-pointer' : 'helper-argument', message });
  return undefined;
}

function taskPtRegs(machine: Machine): Outcome {
  if (taskArgument(machine, 1) === undefined) return outcome.fault;
  machine.emitNote('bpf_task_pt_regs', 'registers of the process are not known: all of them are 0');
  return machine.answer(taskRegisters(machine));
}

/** bpf_get_current_ancestor_cgroup_id(ancestor_level): 0 below the task's own level. */
function ancestorCgroupId(machine: Machine): Outcome {
  const { task } = machine.environment;
  if (task === undefined) noteNoTask(machine, 'bpf_get_current_ancestor_cgroup_id');
  return machine.answer(task?.cgroupIds[lowHalf(machine, 1)] ?? 0n);
}

/** bpf_current_task_under_cgroup(map, index) */
function underCgroup(machine: Machine): Outcome {
  const map = mapArgument(machine, 1);
  if (map === undefined) return outcome.fault;
  if (!(map instanceof CgroupArrayMap)) {
    const { type } = map.linked.definition;
    const message = `cannot pass map_type ${type} into func bpf_current_task_under_cgroup#37`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  const index = lowHalf(machine, 2);
  if (index >= map.linked.definition.maxEntries) return machine.answer(-errno.E2BIG);
  const cgroup = map.idAt(index);
  if (cgroup === 0) return machine.answer(-errno.EAGAIN);
  const { task } = machine.environment;
  if (task === undefined) noteNoTask(machine, 'bpf_current_task_under_cgroup');
  return machine.answer(task?.cgroupIds.includes(BigInt(cgroup)) === true ? 1 : 0);
}

/** bpf_get_ns_current_pid_tgid(dev, ino, nsdata, size): struct bpf_pidns_info { pid, tgid }. */
function nsPidTgid(machine: Machine): Outcome {
  const size = sizeArgument(machine, 4, false);
  const to = size < 0 ? -1 : memoryArgument(machine, 3, size, 'write', 'memory');
  if (to < 0) return outcome.fault;
  const { bytes, view } = machine.memory;
  bytes.fill(0, to, to + size);
  if (size !== 8) return machine.answer(-errno.EINVAL);
  const space = machine.environment.task?.pidNamespace;
  if (space === undefined) {
    const text = 'no pid namespace is known: environment.task.pidNamespace says which one it is';
    machine.emitNote('bpf_get_ns_current_pid_tgid', text);
    return machine.answer(-errno.ENOENT);
  }
  if (machine.register(1) !== space.dev || machine.register(2) !== space.ino)
    return machine.answer(-errno.EINVAL);
  view.setUint32(to, space.pid, true);
  view.setUint32(to + 4, space.tgid, true);
  return machine.answer(0);
}

/** Sending a signal changes nothing in the machine: it is shown. */
function sendSignal(id: number, name: string): Helper {
  const call = (machine: Machine): Outcome => {
    if (machine.environment.task === undefined) {
      noteNoTask(machine, name);
      return machine.answer(-errno.EPERM);
    }
    const signal = lowHalf(machine, 1);
    // As the process would find out: 0 tests, 1 to 64 are signals.
    if (signal > 64) return machine.answer(-errno.EINVAL);
    machine.emitOutput(name, `signal ${signal}`);
    return machine.answer(0);
  };
  return { id, name, call, answer: 'environment' };
}

export const taskHelpers: readonly Helper[] = [
  ofTask(14, 'bpf_get_current_pid_tgid', ({ tgid, pid }) => pair(tgid, pid)),
  ofTask(15, 'bpf_get_current_uid_gid', ({ gid, uid }) => pair(gid, uid)),
  { id: 16, name: 'bpf_get_current_comm', call: currentComm, answer: 'environment' },
  taskPointer(35, 'bpf_get_current_task'),
  taskPointer(158, 'bpf_get_current_task_btf'),
  { id: 175, name: 'bpf_task_pt_regs', call: taskPtRegs, answer: 'environment' },
  {
    id: 80,
    name: 'bpf_get_current_cgroup_id',
    answer: 'environment',
    call: (machine) => {
      const { task } = machine.environment;
      if (task === undefined) noteNoTask(machine, 'bpf_get_current_cgroup_id');
      return machine.answer(task?.cgroupIds.at(-1) ?? 0n);
    },
  },
  { id: 123, name: 'bpf_get_current_ancestor_cgroup_id', call: ancestorCgroupId, answer: 'environment' },
  { id: 37, name: 'bpf_current_task_under_cgroup', call: underCgroup, answer: 'environment' },
  { id: 120, name: 'bpf_get_ns_current_pid_tgid', call: nsPidTgid, answer: 'environment' },
  sendSignal(109, 'bpf_send_signal'),
  sendSignal(117, 'bpf_send_signal_thread'),
];
