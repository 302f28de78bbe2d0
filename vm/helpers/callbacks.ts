import { outcome, type Outcome } from '../machine/helper.ts';
import { decoded, frame, frames, state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { refusalOfFrame } from '../machine/stack-depth.ts';
import { isStackOrNull } from './arguments.ts';

/** What helpers that run callbacks share: entering the frame, arguments, what a callback may return. */

export interface CallbackCall {
  readonly helper: number;
  /** Register that holds the function's address. */
  readonly register: number;
  /** Register that holds callback_ctx; left out: the one behind that of the function; undefined: there is none. */
  readonly context?: number | undefined;
  /** Index of the map, where there is one. */
  readonly map?: number | undefined;
}

/** Slot of the function that `register` points to; undefined with a fault. */
export function functionArgument(machine: Machine, register: number): number | undefined {
  const slot = machine.code.slotOfAddress(machine.register(register));
  if (slot === undefined) {
    machine.fail({ kind: 'helper-argument', message: `R${register} type=scalar expected=func` });
    return undefined;
  }
  if (machine.program.functions.some(({ firstSlot }) => firstSlot === slot)) return slot;
  const message = `R${register} points to instruction ${slot}, which is not the start of a function`;
  machine.fail({ kind: 'helper-argument', message });
  return undefined;
}

/**
 * Checks function and callback_ctx and pushes a callback frame, its helper part filled in. The first callback is yet
 * to be set up. Undefined with a fault, and nothing changed, where the kernel would refuse it.
 */
export function enterCallbacks(machine: Machine, call: CallbackCall): number | undefined {
  const slot = functionArgument(machine, call.register);
  const from = 'context' in call ? call.context : call.register + 1;
  if (slot === undefined || (from !== undefined && !isStackOrNull(machine, from))) return undefined;
  const context = from === undefined ? 0n : machine.register(from);
  const { view } = machine.memory;
  const ip = view.getUint32(state.ip, true);
  const entry = machine.code.ipOfSlot(slot);
  const { depth } = machine.frames;
  const refused = refusalOfFrame(machine) ?? machine.stackDepths.refusalOfCall(machine, slot);
  if (refused !== undefined) {
    machine.fail(refused);
    return undefined;
  }
  machine.frames.pushCallback(ip, ip + decoded.sizeOf, entry, machine.cycle + 1);
  const record = machine.frames.record(depth + 1);
  view.setUint32(record + frame.helper, call.helper, true);
  if (call.map !== undefined) view.setUint32(record + frame.map, call.map, true);
  view.setBigUint64(record + frame.context, context, true);
  return record;
}

/** Leaves the callback frame: the helper returns `result` to its caller. */
export function leaveCallbacks(machine: Machine, result: number): Outcome {
  machine.frames.pop();
  machine.answer(result);
  return outcome.reload;
}

/** Record of the innermost frame. */
export function innermostRecord(machine: Machine): number {
  return frames + machine.memory.view.getUint32(state.depth, true) * frame.sizeOf;
}

/**
 * What the callback has returned, 0 or 1, noted in its frame; anything else is a fault (-1), or, without the verifier's
 * rules, as good as 1. The verifier knows a range of values, the machine the one value.
 */
export function takeReturn(machine: Machine, record: number): number {
  const { view } = machine.memory;
  const low = view.getUint32(state.registers, true);
  const high = view.getInt32(state.registers + 4, true);
  if (low > 1 || high !== 0) {
    const value = BigInt.asIntN(64, machine.register(0));
    const message = `At callback return the register R0 has value ${value}, should have been in [0, 1]`;
    if (machine.refuse(message)) return -1;
  }
  view.setUint32(record + frame.visited, view.getUint32(record + frame.visited, true) + 1, true);
  view.setUint32(record + frame.lastReturn, low, true);
  view.setInt32(record + frame.lastReturn + 4, high, true);
  return low === 0 && high === 0 ? 0 : 1;
}

/** The next callback of the frame begins: `index` is its number, from 0. */
export function beginNext(machine: Machine, record: number, index: number): Outcome {
  const { view } = machine.memory;
  const cycle = machine.cycle + 1;
  view.setUint32(record + frame.index, index, true);
  view.setUint32(record + frame.entryCycle, cycle >>> 0, true);
  view.setUint32(record + frame.entryCycle + 4, Math.floor(cycle / 0x1_0000_0000), true);
  view.setUint32(state.ip, view.getUint32(record + frame.entryIp, true), true);
  return outcome.reload;
}

/** Copies a u64 of the frame record to a register. */
export function passField(machine: Machine, record: number, field: number, register: number): void {
  const { view } = machine.memory;
  const to = state.registers + 8 * register;
  view.setUint32(to, view.getUint32(record + field, true), true);
  view.setUint32(to + 4, view.getUint32(record + field + 4, true), true);
}
