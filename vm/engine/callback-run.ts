import { ok, type Result } from '../base/problem.ts';
import type { FaultCause } from '../machine/fault.ts';
import { frame, frameKinds } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import type { Deferred } from '../machine/timers.ts';
import { argumentSet } from '../machine/written.ts';
import { keyOfValue, setAddress } from '../helpers/map-fields.ts';
import { functionAt } from '../object/link/lookup.ts';
import type { FunctionSymbol } from '../object/program-object.ts';
import type { ProgramFamily } from '../programs/family.ts';

/** Runs of callbacks that the kernel calls by itself: of timers and work queues. Their frame is the outermost. */

/** Helper that such a callback was given to, as frame.helper names it. */
export const deferredHelper = 170;

/** The callback's function, and the program that has set it. */
export function functionsOf(
  { code, program }: Machine,
  { callbackIp, programIp }: Deferred,
): { readonly callback: FunctionSymbol; readonly owner: FunctionSymbol } {
  const callback = functionAt(program, code.slotOfIp(callbackIp));
  const owner = functionAt(program, code.slotOfIp(programIp));
  if (callback === undefined || owner === undefined)
    throw new Error('a callback that is no function was set');
  return { callback, owner };
}

/** A callback's context is none of its program's: it gets map, key and value. */
export function callbackFamily({ name }: ProgramFamily): ProgramFamily {
  return {
    name,
    contextStruct: undefined,
    contextFields: [],
    takesPacket: false,
    prepare: () => ok(undefined),
    collect: () => ({}),
    returnName: () => undefined,
  };
}

/** Makes the outermost frame, just reset, that of the callback, with callback(map, key, value) in r1 to r3. */
export function enterCallbackRun(machine: Machine, deferred: Deferred): Result<void> {
  const { memory, frames } = machine;
  const { view, bytes } = memory;
  const record = frames.record(0);
  const map = machine.maps[deferred.map];
  if (map === undefined) throw new Error('the map of a timer is gone');
  bytes.fill(0, record + frame.helper, record + frame.mayGotoRounds);
  view.setUint32(record + frame.kind, frameKinds.indexOf('callback'), true);
  view.setUint32(record + frame.helper, deferredHelper, true);
  view.setUint32(record + frame.map, map.index, true);
  // The program that has set the callback, and what it belongs to.
  view.setUint32(record + frame.cursor, deferred.programIp, true);
  view.setUint32(record + frame.cursor + 4, deferred.number, true);
  const key = keyOfValue(map, deferred.value);
  machine.setRegister(1, map.address);
  if ('index' in key) {
    frames.shareKey(0, 4);
    view.setUint32(record + frame.keyStorage, key.index, true);
    machine.setRegister(2, machine.regions.addressOf(view.getUint32(record + frame.keyRegion, true)));
  } else {
    setAddress(machine, 2, key.address);
  }
  setAddress(machine, 3, deferred.value);
  machine.written?.start(0, argumentSet(3));
  view.setBigUint64(record + frame.key, machine.register(2), true);
  view.setBigUint64(record + frame.value, machine.register(3), true);
  machine.timers.running = deferred.kind === 'timer' ? deferred.number : 0;
  return ok(undefined);
}

/** What the kernel has against the value that such a callback has returned; undefined for 0. */
export function refusalOfReturn(machine: Machine): FaultCause | undefined {
  const value = BigInt.asIntN(64, machine.register(0));
  if (value === 0n || !machine.kernelRules) return undefined;
  const message = `At async callback return the register R0 has value ${value}, should have been in [0, 0]`;
  return { kind: 'refused-by-kernel', message };
}

/** What the kernel has against a program that ends while it holds a lock. */
export function refusalOfLock({ locks, kernelRules }: Machine): FaultCause | undefined {
  const section = locks.heldSection;
  if (section === undefined || !kernelRules) return undefined;
  const message = `BPF_EXIT instruction in main prog cannot be used inside ${section}-ed region`;
  return { kind: 'refused-by-kernel', message };
}
