import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import { frame } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { UserRingBufferMap } from '../maps/ring-buffer.ts';
import {
  beginNext,
  enterCallbacks,
  innermostRecord,
  leaveCallbacks,
  passField,
  takeReturn,
} from './callbacks.ts';
import { mapOfType } from './map-of-type.ts';
import { wakeupFlags } from './ring-buffer.ts';

const id = 209;
const name = 'bpf_user_ringbuf_drain';
/** BPF_MAX_USER_RINGBUF_SAMPLES of kernel/bpf/ringbuf.c. */
const mostSamples = 128 * 1024;

/** In the frame's cursor: samples looked at and samples that were discarded (u32 each). */
const cursor = { samples: frame.cursor, discarded: frame.cursor + 4 } as const;

/** callback(dynptr, callback_ctx); the frame holds where the dynptr and its data are. */
function passArguments(machine: Machine, map: UserRingBufferMap, record: number): void {
  const { view } = machine.memory;
  view.setBigUint64(record + frame.key, map.dynptrAddress, true);
  view.setBigUint64(record + frame.value, map.sampleAddress, true);
  passField(machine, record, frame.key, 1);
  passField(machine, record, frame.context, 2);
}

/** Goes on to the next sample: 0 where a callback is due, else the helper ends, with what it returns. */
function advance(
  machine: Machine,
  map: UserRingBufferMap,
  record: number,
): { readonly ends: number } | undefined {
  const { memory } = machine;
  const count = (field: number): number => memory.view.getUint32(record + field, true);
  while (count(cursor.samples) < mostSamples) {
    const found = map.peek();
    if (found === 0) return undefined;
    if (found < 0) return { ends: found };
    if (found === 2) break;
    memory.view.setUint32(record + cursor.discarded, count(cursor.discarded) + 1, true);
    memory.view.setUint32(record + cursor.samples, count(cursor.samples) + 1, true);
  }
  return { ends: count(cursor.samples) - count(cursor.discarded) };
}

function end(machine: Machine, map: UserRingBufferMap, result: number): Outcome {
  map.ring.busy = false;
  return leaveCallbacks(machine, result);
}

/** bpf_user_ringbuf_drain(map, callback_fn, callback_ctx, flags): how many samples callbacks were given. */
function call(machine: Machine): Outcome {
  const map = mapOfType(machine, 1, UserRingBufferMap, `${name}#${id}`);
  if (map === undefined) return outcome.fault;
  const flags = machine.register(4);
  const record = enterCallbacks(machine, { helper: id, register: 2, map: map.index });
  if (record === undefined) return outcome.fault;
  if ((flags & ~wakeupFlags) !== 0n) return leaveCallbacks(machine, -errno.EINVAL);
  if (map.ring.busy) return leaveCallbacks(machine, -errno.EBUSY);
  map.ring.busy = true;
  machine.memory.view.setBigUint64(record + frame.flags, flags, true);
  const ended = advance(machine, map, record);
  if (ended !== undefined) return end(machine, map, ended.ends);
  passArguments(machine, map, record);
  return outcome.reload;
}

/** The sample of the callback is consumed, whatever it returns; 1 ends the drain. */
function onReturn(machine: Machine): Outcome {
  const record = innermostRecord(machine);
  const { view } = machine.memory;
  const map = machine.maps[view.getUint32(record + frame.map, true)];
  if (!(map instanceof UserRingBufferMap)) throw new Error('the map of a drain is gone');
  const returned = takeReturn(machine, record);
  if (returned < 0) return outcome.fault;
  map.release();
  const samples = view.getUint32(record + cursor.samples, true) + 1;
  view.setUint32(record + cursor.samples, samples, true);
  if (returned === 1) return end(machine, map, samples - view.getUint32(record + cursor.discarded, true));
  const ended = advance(machine, map, record);
  if (ended !== undefined) return end(machine, map, ended.ends);
  passArguments(machine, map, record);
  return beginNext(machine, record, machine.memory.view.getUint32(record + frame.visited, true));
}

export const userRingBufferDrain: Helper = { id, name, call, callback: { parameters: 2, onReturn } };
