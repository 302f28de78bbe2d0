import type { Helper } from '../machine/helper.ts';
import { state } from '../machine/layout.ts';
import { nextRandom } from './random.ts';

/** Time, random numbers and where the program runs. */
export const systemHelpers: readonly Helper[] = [
  { id: 5, name: 'bpf_ktime_get_ns', call: (machine) => machine.answer(machine.timeNs) },
  /** The machine never sleeps: the clock that counts sleep too is the same. */
  { id: 125, name: 'bpf_ktime_get_boot_ns', call: (machine) => machine.answer(machine.timeNs) },
  {
    id: 7,
    name: 'bpf_get_prandom_u32',
    call: (machine) => machine.answer(nextRandom(machine.memory.view, state.random)),
  },
  { id: 8, name: 'bpf_get_smp_processor_id', call: (machine) => machine.answer(machine.cpu) },
  /** All CPUs of the machine are of one node. */
  { id: 42, name: 'bpf_get_numa_node_id', call: (machine) => machine.answer(0) },
];
