import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import { inlinedLoops } from '../machine/inlined-loops.ts';
import { frame, state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { highHalf, lowHalf } from './arguments.ts';
import {
  beginNext,
  enterCallbacks,
  innermostRecord,
  leaveCallbacks,
  passField,
  takeReturn,
} from './callbacks.ts';

const id = 181;
/** BPF_MAX_LOOPS of include/linux/bpf.h. */
const mostLoops = 8 << 20;
/** -E2BIG moved into the lower half of r0. */
const tooManyInlined = -errno.E2BIG >>> 0;

/** callback(index, callback_ctx) */
function passArguments(machine: Machine, record: number, index: number): void {
  const { view } = machine.memory;
  view.setUint32(state.registers + 8, index, true);
  view.setUint32(state.registers + 12, 0, true);
  passField(machine, record, frame.context, 2);
}

/**
 * bpf_loop(nr_loops, callback_fn, callback_ctx, flags), whose nr_loops has 32 bits. Where the kernel's verifier replaces
 * the call by a loop of its own, that loop compares 64 bits and returns -E2BIG with zeros in the upper half.
 */
function call(machine: Machine): Outcome {
  const loops = lowHalf(machine, 1);
  const isInlined = inlinedLoops(machine.program).has(machine.slot);
  const wide = isInlined && highHalf(machine, 1) !== 0;
  const flagged = lowHalf(machine, 4) !== 0 || highHalf(machine, 4) !== 0;
  const record = enterCallbacks(machine, { helper: id, register: 2, map: undefined });
  if (record === undefined) return outcome.fault;
  if (flagged) return leaveCallbacks(machine, -errno.EINVAL);
  if (loops > mostLoops || wide) return leaveCallbacks(machine, isInlined ? tooManyInlined : -errno.E2BIG);
  if (loops === 0) return leaveCallbacks(machine, 0);
  machine.memory.view.setUint32(record + frame.total, loops, true);
  passArguments(machine, record, 0);
  return outcome.reload;
}

function onReturn(machine: Machine): Outcome {
  const record = innermostRecord(machine);
  const returned = takeReturn(machine, record);
  if (returned < 0) return outcome.fault;
  const { view } = machine.memory;
  const visited = view.getUint32(record + frame.visited, true);
  if (returned === 1 || visited === view.getUint32(record + frame.total, true)) {
    return leaveCallbacks(machine, visited);
  }
  passArguments(machine, record, visited);
  return beginNext(machine, record, visited);
}

export const loop: Helper = { id, name: 'bpf_loop', call, callback: { parameters: 2, onReturn } };
