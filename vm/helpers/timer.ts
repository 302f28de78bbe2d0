import { ProblemError } from '../base/problem.ts';
import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import { frame } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { mapArgument } from './arguments.ts';
import { functionArgument } from './callbacks.ts';
import { mapFieldArgument, type MapField } from './map-fields.ts';

/**
 * struct bpf_timer in map values (kernel/bpf/helpers.c). Time passes between runs: a timer that came due while a
 * program ran waits until time is advanced, and its callback is a run of its own (engine/callback-run.ts).
 */

/** CLOCK_* that a timer can have. */
const clocks = { realtime: 0n, monotonic: 1n, boottime: 7n };
/** BPF_F_TIMER_ABS and BPF_F_TIMER_CPU_PIN. */
const flag = { absolute: 1n, pinned: 2n };
/** KTIME_SEC_MAX in ns: where a relative time that overflows ends (ktime_add_safe). */
const latest = 9223372036n * 1_000_000_000n;

/** Programs that may be run where a timer's lock cannot be taken (is_tracing_prog_type). */
const tracing = new Set(['kprobe', 'tracepoint', 'perf_event', 'raw_tracepoint', 'raw_tracepoint_writable']);

/** The timer in R1; undefined with a fault. */
function timerArgument(machine: Machine): MapField | undefined {
  if (tracing.has(machine.programType)) {
    machine.fail({ kind: 'refused-by-kernel', message: 'tracing progs cannot use bpf_timer yet' });
    return undefined;
  }
  return mapFieldArgument(machine, 1, 'bpf_timer');
}

/** bpf_timer_init(timer, map, flags): flags are the clock. */
function init(machine: Machine): Outcome {
  const field = timerArgument(machine);
  const map = field && mapArgument(machine, 2);
  if (field === undefined || map === undefined) return outcome.fault;
  if (map !== field.map) {
    const message = `timer pointer in R1 is of the map ${field.map.name}, it doesn't match the map pointer in R2, ${map.name}`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  const clock = machine.register(3);
  if (!Object.values(clocks).includes(clock)) return machine.answer(-errno.EINVAL);
  return machine.answer(createDeferred(machine, field, 'timer', Number(clock)));
}

/** __bpf_async_init: 0 or a negative errno. */
export function createDeferred(
  machine: Machine,
  { linear, map, address, value }: MapField,
  kind: 'timer' | 'wq',
  clock: number,
): number {
  if (machine.timers.numberAt(linear) !== 0) return -errno.EBUSY;
  machine.accessListener?.(linear, 16, 'write');
  try {
    machine.timers.create(linear, { kind, map: map.index, address, value, clock });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return -errno.ENOMEM;
  }
  return 0;
}

/** bpf_timer_set_callback(timer, callback_fn) */
function setCallback(machine: Machine): Outcome {
  const field = timerArgument(machine);
  const slot = field && functionArgument(machine, 2);
  if (field === undefined || slot === undefined) return outcome.fault;
  return machine.answer(setDeferredCallback(machine, field, slot));
}

/** __bpf_async_set_callback: `slot` is that of the function. */
export function setDeferredCallback(machine: Machine, { linear }: MapField, slot: number): number {
  const number = machine.timers.numberAt(linear);
  if (number === 0) return -errno.EINVAL;
  machine.timers.setCallback(number, machine.code.ipOfSlot(slot), programOf(machine));
  return 0;
}

/** Where the program of the run begins; of a callback's run, the program that has set the callback. */
function programOf(machine: Machine): number {
  const record = machine.frames.record(0);
  const { callback } = machine.frames.read(0);
  const { view } = machine.memory;
  return callback === undefined
    ? view.getUint32(record + frame.entryIp, true)
    : view.getUint32(record + frame.cursor, true);
}

/** bpf_timer_start(timer, nsecs, flags) */
function start(machine: Machine): Outcome {
  const field = timerArgument(machine);
  if (field === undefined) return outcome.fault;
  const flags = machine.register(3);
  if ((flags & ~(flag.absolute | flag.pinned)) !== 0n) return machine.answer(-errno.EINVAL);
  const number = machine.timers.numberAt(field.linear);
  if (number === 0 || !machine.timers.hasCallback(number)) return machine.answer(-errno.EINVAL);
  const nsecs = BigInt.asIntN(64, machine.register(2));
  const absolute = (flags & flag.absolute) !== 0n;
  machine.timers.arm(number, absolute ? nsecs : after(machine.timeNs, nsecs), machine.cpu);
  return machine.answer(0);
}

function after(now: bigint, nsecs: bigint): bigint {
  const sum = BigInt.asIntN(64, now + nsecs);
  return sum < 0n || sum < now || sum < nsecs ? latest : sum;
}

/** bpf_timer_cancel(timer): 1 where it was armed. */
function cancel(machine: Machine): Outcome {
  const field = timerArgument(machine);
  if (field === undefined) return outcome.fault;
  const { timers } = machine;
  const number = timers.numberAt(field.linear);
  if (number === 0) return machine.answer(-errno.EINVAL);
  if (number === timers.running) return machine.answer(-errno.EDEADLK);
  return machine.answer(timers.cancel(number) ? 1 : 0);
}

export const timerHelpers: readonly Helper[] = [
  { id: 169, name: 'bpf_timer_init', call: init },
  { id: 170, name: 'bpf_timer_set_callback', call: setCallback },
  { id: 171, name: 'bpf_timer_start', call: start },
  { id: 172, name: 'bpf_timer_cancel', call: cancel },
];
