import type { Kfunc, Outcome } from '../../machine/helper.ts';
import { outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { lowHalf, mapArgument } from '../arguments.ts';
import { functionArgument } from '../callbacks.ts';
import { mapFieldArgument } from '../map-fields.ts';
import { createDeferred, setDeferredCallback } from '../timer.ts';

/** struct bpf_wq in map values: as timers, but due at once. The callback runs when time is next advanced. */

/** bpf_wq_init(wq, map, flags) */
function init(machine: Machine): Outcome {
  const field = mapFieldArgument(machine, 1, 'bpf_wq');
  const map = field && mapArgument(machine, 2);
  if (field === undefined || map === undefined) return outcome.fault;
  if (map !== field.map) {
    const message = `workqueue pointer in R1 is of the map ${field.map.name}, it doesn't match the map pointer in R2, ${map.name}`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  return machine.answer(lowHalf(machine, 3) === 0 ? createDeferred(machine, field, 'wq', 0) : -errno.EINVAL);
}

/** bpf_wq_set_callback_impl(wq, callback_fn, flags, aux) */
function setCallback(machine: Machine): Outcome {
  const field = mapFieldArgument(machine, 1, 'bpf_wq');
  const slot = field && functionArgument(machine, 2);
  if (field === undefined || slot === undefined) return outcome.fault;
  const flagged = lowHalf(machine, 3) !== 0;
  return machine.answer(flagged ? -errno.EINVAL : setDeferredCallback(machine, field, slot));
}

/** bpf_wq_start(wq, flags) */
function start(machine: Machine): Outcome {
  const field = mapFieldArgument(machine, 1, 'bpf_wq');
  if (field === undefined) return outcome.fault;
  const { timers } = machine;
  const number = timers.numberAt(field.linear);
  if (lowHalf(machine, 2) !== 0 || number === 0 || !timers.hasCallback(number))
    return machine.answer(-errno.EINVAL);
  // Work that is queued already stays where it is in the queue.
  if (timers.read(number)?.armed !== true) timers.arm(number, machine.timeNs, machine.cpu);
  return machine.answer(0);
}

export const workQueueKfuncs: readonly Kfunc[] = [
  { name: 'bpf_wq_init', call: init },
  { name: 'bpf_wq_set_callback_impl', call: setCallback },
  { name: 'bpf_wq_start', call: start },
];
