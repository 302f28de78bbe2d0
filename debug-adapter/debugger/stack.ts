import { callbackCallerName } from '../../vm/machine/helper.ts';
import { registerCount } from '../../vm/isa/opcode.ts';
import { deferredHelper } from '../../vm/engine/callback-run.ts';
import type { CallbackFrame, FrameView } from '../../vm/machine/frames.ts';
import { frame } from '../../vm/machine/layout.ts';
import type { Machine } from '../../vm/machine/machine.ts';
import type { DebugScope } from '../debug-info/debug-info.ts';
import type { CodeIndex } from './code-index.ts';
import type { CodeScopes } from './code-scopes.ts';
import type { DebugFrame } from './frame.ts';
import type { Places } from './places.ts';

/** What frames are made with beside the machine. */
export interface StackView {
  readonly code: CodeIndex;
  readonly places: Places;
  readonly scopes: CodeScopes;
  /** Inlined copies that begin at the machine's instruction and are not entered yet: see InlinePlace. */
  readonly hidden: number;
}

/** The frames of a machine that has started, innermost first; empty before the first run. */
export function readStack(
  machine: Machine,
  { code, places, scopes, hidden }: StackView,
): readonly DebugFrame[] {
  if (machine.runState === 'idle') return [];
  const frames: DebugFrame[] = [];
  const push = (frame: Pick<DebugFrame, 'kind' | 'name' | 'depth' | 'slot'> & Partial<DebugFrame>): void => {
    frames.push({
      id: frames.length + 1,
      address: machine.code.addressOfSlot(frame.slot),
      function: code.functionOf(frame.slot),
      source: places.placeOf(frame.slot),
      scope: undefined,
      inlined: false,
      callback: undefined,
      ...frame,
    });
  };
  let { slot } = machine;
  for (let { depth } = machine.frames; depth >= 0; depth--) {
    const view = machine.frames.read(depth);
    const innermost = depth === machine.frames.depth;
    for (const level of levelsAt(slot, scopes, places, innermost ? hidden : 0)) {
      push({ kind: 'function', depth, slot, ...level, name: level.name ?? functionName(code, slot) });
    }
    for (const { callIp } of view.tailCalls) {
      const call = machine.code.slotOfIp(callIp);
      const name = `${functionName(code, call)} — tail call`;
      push({ kind: 'tail-call', name, depth, slot: call });
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

type Level = Pick<DebugFrame, 'scope' | 'inlined' | 'source'> & { readonly name: string | undefined };

/** The copies inlined at a slot, innermost first, then the function itself: each is where it calls the one before. */
function levelsAt(slot: number, scopes: CodeScopes, places: Places, hidden: number): readonly Level[] {
  const chain = scopes.chainAt(slot);
  const innermost = places.placeOf(slot);
  if (chain.length === 0) return [{ name: undefined, scope: undefined, inlined: false, source: innermost }];
  const levels = chain.map((scope, index): Level => {
    const callee = chain[index + 1];
    return {
      name: scope.kind === 'inlined' ? `${scope.name} — inlined` : scope.name,
      scope: callee === undefined ? scopes.scopeAt(slot) : callee.parent,
      inlined: scope.kind === 'inlined',
      source: callee === undefined ? innermost : callPlace(callee, slot, places),
    };
  });
  return levels.slice(0, levels.length - hidden).reverse();
}

/** Where a compiler does not say where the call was: the function that calls. */
function callPlace({ call, parent }: DebugScope, slot: number, places: Places): DebugFrame['source'] {
  const position = call ?? parent?.declaration;
  return (position && places.placeOfPosition(position)) ?? places.listingOf(slot);
}

function functionName(code: CodeIndex, slot: number): string {
  return code.functionOf(slot)?.name ?? `slot ${slot}`;
}

/** `bpf_for_each_map_elem(counts) — element 3 of 17`: counted from 1, of those that are in the map now. */
function helperName(machine: Machine, callback: CallbackFrame): string {
  const { helper, map: mapIndex, index, total } = callback;
  if (helper === deferredHelper) return deferredName(machine, callback);
  const name = callbackCallerName(machine.helpers, helper);
  const map = mapIndex === undefined ? undefined : machine.maps[mapIndex];
  const call = map === undefined ? name : `${name}(${map.name})`;
  const number = index + 1;
  if (map?.traversal !== undefined) return `${call} — element ${number}${ofElements(number, map.count())}`;
  if (total > 0) return `${call} — iteration ${number} of ${total}`;
  return `${call} — call ${number}`;
}

/** Callbacks may delete what they have seen. */
function ofElements(number: number, count: number): string {
  return number > count ? `, ${count} left` : ` of ${count}`;
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
