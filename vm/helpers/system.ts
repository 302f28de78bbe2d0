import type { Helper } from '../machine/helper.ts';
import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { nextRandom } from './random.ts';

/** Ticks of a second: CONFIG_HZ, as Debian has it. */
const ticksPerSecond = 250n;
const tickNs = 1_000_000_000n / ticksPerSecond;
/** INITIAL_JIFFIES of include/linux/jiffies.h: five minutes before 32 bits overflow. */
const firstTick = (1n << 32n) - 300n * ticksPerSecond;

/** The clock of atomic time stands a constant apart from the machine's. */
function taiTime(machine: Machine): bigint {
  const { taiOffsetNs } = machine.environment;
  if (taiOffsetNs === undefined) {
    const text = 'the time of day is not known: environment.taiOffsetNs says how far it is from ktime';
    machine.emitNote('bpf_ktime_get_tai_ns', text);
  }
  return machine.timeNs + (taiOffsetNs ?? 0n);
}

/** Time, random numbers and where the program runs. */
export const systemHelpers: readonly Helper[] = [
  { id: 5, name: 'bpf_ktime_get_ns', call: (machine) => machine.answer(machine.timeNs) },
  /** The machine never sleeps: the clock that counts sleep too is the same. */
  { id: 125, name: 'bpf_ktime_get_boot_ns', call: (machine) => machine.answer(machine.timeNs) },
  /** The time of the last tick. */
  {
    id: 160,
    name: 'bpf_ktime_get_coarse_ns',
    call: (machine) => machine.answer(machine.timeNs - (machine.timeNs % tickNs)),
  },
  {
    id: 208,
    name: 'bpf_ktime_get_tai_ns',
    answer: 'environment',
    call: (machine) => machine.answer(taiTime(machine)),
  },
  {
    id: 118,
    name: 'bpf_jiffies64',
    call: (machine) => machine.answer(firstTick + machine.timeNs / tickNs),
  },
  {
    id: 7,
    name: 'bpf_get_prandom_u32',
    call: (machine) => machine.answer(nextRandom(machine.memory.view, state.random)),
  },
  { id: 8, name: 'bpf_get_smp_processor_id', call: (machine) => machine.answer(machine.cpu) },
  /** All CPUs of the machine are of one node. */
  { id: 42, name: 'bpf_get_numa_node_id', call: (machine) => machine.answer(0) },
];
