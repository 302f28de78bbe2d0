import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import { frame, state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { highHalf, lowHalf, mapArgument } from './arguments.ts';
import {
  beginNext,
  enterCallbacks,
  innermostRecord,
  leaveCallbacks,
  passField,
  takeReturn,
} from './callbacks.ts';

const id = 164;

/** callback(map, key, value, callback_ctx); key and value addresses are in the record. */
function passArguments(machine: Machine, map: KernelMap, record: number): void {
  machine.memory.view.setBigUint64(state.registers + 8, map.address, true);
  passField(machine, record, frame.key, 2);
  passField(machine, record, frame.value, 3);
  passField(machine, record, frame.context, 4);
}

/** bpf_for_each_map_elem(map, callback_fn, callback_ctx, flags) */
function call(machine: Machine): Outcome {
  const map = mapArgument(machine, 1);
  if (map === undefined) return outcome.fault;
  if (map.traversal === undefined) {
    const message = `callback function not allowed for map ${map.name} of type ${map.typeName}`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  const flagged = lowHalf(machine, 4) !== 0 || highHalf(machine, 4) !== 0;
  const record = enterCallbacks(machine, { helper: id, register: 2, map: map.index });
  if (record === undefined) return outcome.fault;
  if (flagged) return leaveCallbacks(machine, -errno.EINVAL);
  if (!map.traversal.advance(machine, record, false)) return leaveCallbacks(machine, 0);
  passArguments(machine, map, record);
  return outcome.reload;
}

/** Counts the callback; goes on with the next element, or returns how many callbacks ran. */
function onReturn(machine: Machine): Outcome {
  const record = innermostRecord(machine);
  const { view } = machine.memory;
  const map = machine.maps[view.getUint32(record + frame.map, true)];
  if (map?.traversal === undefined) throw new Error('the map of a traversal is gone');
  const returned = takeReturn(machine, record);
  if (returned < 0) return outcome.fault;
  const visited = view.getUint32(record + frame.visited, true);
  if (returned === 1 || !map.traversal.advance(machine, record, true))
    return leaveCallbacks(machine, visited);
  passArguments(machine, map, record);
  return beginNext(machine, record, visited);
}

export const forEachMapElem: Helper = {
  id,
  name: 'bpf_for_each_map_elem',
  call,
  callback: { parameters: 4, onReturn },
};
