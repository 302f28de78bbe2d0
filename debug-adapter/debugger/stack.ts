import { registerCount } from '../../vm/isa/opcode.ts';
import { deferredHelper } from '../../vm/engine/callback-run.ts';
import type { CallbackFrame, FrameView } from '../../vm/machine/frames.ts';
import { frame } from '../../vm/machine/layout.ts';
import type { Machine } from '../../vm/machine/machine.ts';
import type { CodeIndex } from './code-index.ts';
import type { DebugFrame } from './frame.ts';
import type { Places } from './places.ts';

/** The frames of a machine that has started, innermost first; empty before the first run. */
export function readStack(machine: Machine, code: CodeIndex, places: Places): readonly DebugFrame[] {
  if (machine.runState === 'idle') return [];
  const frames: DebugFrame[] = [];
  const push = (frame: Pick<DebugFrame, 'kind' | 'name' | 'depth' | 'slot' | 'callback'>): void => {
    frames.push({
      id: frames.length + 1,
      address: machine.code.addressOfSlot(frame.slot),
      function: code.functionOf(frame.slot),
      source: places.placeOf(frame.slot),
      ...frame,
    });
  };
  let { slot } = machine;
  for (let { depth } = machine.frames; depth >= 0; depth--) {
    const view = machine.frames.read(depth);
    push({ kind: 'function', name: functionName(code, slot), depth, slot, callback: undefined });
    for (const { callIp } of view.tailCalls) {
      const call = machine.code.slotOfIp(callIp);
      const name = `${functionName(code, call)} — tail call`;
      push({ kind: 'tail-call', name, depth, slot: call, callback: undefined });
    }
    if (depth > 0) slot = machine.code.slotOfIp(view.callIp);
    if (view.callback !== undefined) {
      push({
        kind: 'helper',
        name: helperName(machine, view.callback),
        depth,
        slot,
        callback: view.callback,
      });
    }
  }
  return frames;
}

function functionName(code: CodeIndex, slot: number): string {
  return code.functionOf(slot)?.name ?? `slot ${slot}`;
}

/** `bpf_for_each_map_elem(counts) — element 3 of 17`: counted from 1, of those that are in the map now. */
function helperName(machine: Machine, callback: CallbackFrame): string {
  const { helper, map: mapIndex, index, total } = callback;
  if (helper === deferredHelper) return deferredName(machine, callback);
  const name = machine.helpers.nameOf(helper) ?? `helper ${helper}`;
  const map = mapIndex === undefined ? undefined : machine.maps[mapIndex];
  const call = map === undefined ? name : `${name}(${map.name})`;
  const number = index + 1;
  if (map?.traversal !== undefined) return `${call} — element ${number} of ${map.count()}`;
  if (total > 0) return `${call} — iteration ${number} of ${total}`;
  return `${call} — call ${number}`;
}

/** `bpf_timer(flows)`: who calls the callback whose run this is. */
function deferredName({ maps, memory, frames, timers }: Machine, { map }: CallbackFrame): string {
  const number = memory.view.getUint32(frames.record(0) + frame.cursor + 4, true);
  const kind = timers.read(number)?.kind ?? 'timer';
  return `bpf_${kind}(${map === undefined ? '' : (maps[map]?.name ?? '')})`;
}

/**
 * r0 to r10 of a frame. Calls keep r6 to r10; what an outer frame had in r0 to r5 is gone. A helper has none of its own,
 * and what tail called has none left.
 */
export function frameRegisters(machine: Machine, frame: DebugFrame): readonly (bigint | undefined)[] {
  const { depth: innermost } = machine.frames;
  const all = Array.from({ length: registerCount }, (_, number) => number);
  if (frame.kind !== 'function') return all.map(() => undefined);
  if (frame.depth >= innermost) return all.map((number) => machine.register(number));
  const callee: FrameView = machine.frames.read(frame.depth + 1);
  return all.map((number) => (number < 6 ? undefined : callee.saved[number - 6]));
}
