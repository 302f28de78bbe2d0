import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { isOfProgramType, lowHalf } from './arguments.ts';
import { cgroupState } from './cgroup-state.ts';

/** What the hook that a cgroup program stands at returns (bpf_get_retval, bpf_set_retval of kernel/bpf/cgroup.c). */

const types = ['cgroup_sysctl', 'cgroup_device'];

function get(machine: Machine): Outcome {
  if (!isOfProgramType(machine, types, 'bpf_get_retval#186')) return outcome.fault;
  return machine.answer(machine.memory.view.getInt32(cgroupState.retval, true));
}

function set(machine: Machine): Outcome {
  if (!isOfProgramType(machine, types, 'bpf_set_retval#187')) return outcome.fault;
  machine.memory.view.setInt32(cgroupState.retval, lowHalf(machine, 1) | 0, true);
  return machine.answer(0);
}

export const hookReturnHelpers: readonly Helper[] = [
  { id: 186, name: 'bpf_get_retval', call: get },
  { id: 187, name: 'bpf_set_retval', call: set },
];
