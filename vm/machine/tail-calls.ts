import type { LinearMemory } from '../memory/linear-memory.ts';
import { state, tailCall, tailCallTable } from './layout.ts';

/** A function that a tail call has replaced in its frame; ips are linear offsets of decoded instructions. */
export interface TailCall {
  /** The call. */
  readonly callIp: number;
  /** First instruction of the function that made it. */
  readonly entryIp: number;
  /** Cycle at which that function began. */
  readonly entryCycle: number;
}

/**
 * Tail calls of the activation that began at `entryCycle` in the frame at `depth`, the last one first. A frame has no
 * list of its own: a tail call begins an activation, at a cycle of its own, and notes which one it ends.
 */
export function readTailCalls({ view }: LinearMemory, depth: number, entryCycle: number): TailCall[] {
  const found: TailCall[] = [];
  let cycle = BigInt(entryCycle);
  for (let at = view.getUint32(state.tailCalls, true) - 1; at >= 0; at--) {
    const record = tailCallTable + at * tailCall.sizeOf;
    if (view.getUint32(record + tailCall.depth, true) !== depth) continue;
    if (view.getBigUint64(record + tailCall.begun, true) !== cycle) continue;
    cycle = view.getBigUint64(record + tailCall.ended, true);
    found.push({
      callIp: view.getUint32(record + tailCall.callIp, true),
      entryIp: view.getUint32(record + tailCall.entryIp, true),
      entryCycle: Number(cycle),
    });
  }
  return found;
}

/** Notes a tail call; there is room for all that a run can make. */
export function noteTailCall(
  { view }: LinearMemory,
  depth: number,
  { callIp, entryIp, entryCycle }: TailCall,
  begun: number,
): void {
  const count = view.getUint32(state.tailCalls, true);
  const record = tailCallTable + count * tailCall.sizeOf;
  view.setUint32(record + tailCall.depth, depth, true);
  view.setUint32(record + tailCall.callIp, callIp, true);
  view.setUint32(record + tailCall.entryIp, entryIp, true);
  view.setBigUint64(record + tailCall.ended, BigInt(entryCycle), true);
  view.setBigUint64(record + tailCall.begun, BigInt(begun), true);
  view.setUint32(state.tailCalls, count + 1, true);
}
