import type { DebugProtocol } from '@vscode/debugprotocol';
import type { RunResult } from '../../vm/engine/virtual-machine.ts';
import type { ProgramFamily } from '../../vm/programs/family.ts';
import type { DebugFrame } from '../debugger/frame.ts';
import type { Stop } from '../debugger/stop.ts';
import { memoryReference } from './memory-reference.ts';

/** What the call stack shows of a stop, and what it says when one points at it. */
export function stopBody(
  stop: Stop,
  family: ProgramFamily | undefined,
): Pick<DebugProtocol.StoppedEvent['body'], 'reason' | 'description' | 'text' | 'hitBreakpointIds'> {
  switch (stop.reason) {
    case 'entry':
      return said(stop.reason, 'Paused on entry', 'before the first instruction');
    case 'step':
      return said(stop.reason, 'Paused on step', 'the step is done');
    case 'goto':
      return said(stop.reason, 'Paused after a jump', 'the program goes on from here');
    case 'pause':
      return said(stop.reason, 'Paused', 'as asked for');
    case 'data breakpoint':
    case 'function breakpoint':
    case 'breakpoint':
    case 'instruction breakpoint':
      if ('text' in stop) return touched(stop);
      return {
        ...said(stop.reason, `Paused on ${stop.reason}`, `${stop.reason} ${stop.breakpoints.join(', ')}`),
        hitBreakpointIds: [...stop.breakpoints],
      };
    case 'exception':
      return {
        ...said(stop.reason, `Fault: ${stop.fault.kind}`, stop.fault.message),
        hitBreakpointIds: [...stop.breakpoints],
      };
    case 'helper error':
      return {
        // What clients ask exceptionInfo for.
        ...said('exception', stop.error.message, stop.error.message),
        hitBreakpointIds: [...stop.breakpoints],
      };
    case 'exit':
      return said(stop.reason, 'Paused at the end of the program', describeEnd(stop.result, family));
  }
}

/** The description is what the call stack shows: what was done, without what did it. */
function touched({ reason, text, breakpoints }: Extract<Stop, { readonly text: string }>) {
  const [first = ''] = text.split('\n');
  return { reason, description: first.split(', by ')[0] ?? first, text, hitBreakpointIds: [...breakpoints] };
}

function said(reason: string, description: string, text: string) {
  return { reason, description, text, hitBreakpointIds: [] };
}

/** `returned 2 (XDP_PASS), 431 cycles` */
export function describeEnd(result: RunResult, family: ProgramFamily | undefined): string {
  const cycles = `${result.cycles} ${result.cycles === 1 ? 'cycle' : 'cycles'}`;
  if (result.fault !== undefined) return `${result.fault.kind}: ${result.fault.message}, after ${cycles}`;
  const name = family?.returnName(result.retval);
  return `returned ${result.retval}${name === undefined ? '' : ` (${name})`}, ${cycles}`;
}

/** The frames of a fault, one a line, where the editor finds links. */
export function stackText(frames: readonly DebugFrame[]): string {
  return frames
    .map(({ name, source, address }) =>
      source === undefined
        ? `    at ${name} (${memoryReference(address)})`
        : `    at ${name} (${source.path}:${source.line}:${source.column})`,
    )
    .join('\n');
}
