import type { DebugProtocol } from '@vscode/debugprotocol';
import type { BoundBreakpoint } from '../debugger/breakpoints/breakpoint.ts';
import type { Session } from '../session.ts';
import { memoryReference } from './memory-reference.ts';
import { lineBody } from './source-body.ts';

export function breakpointBody(session: Session, bound: BoundBreakpoint): DebugProtocol.Breakpoint {
  const { id, verified, message, address } = bound;
  return {
    id,
    verified,
    ...(message !== undefined && { message }),
    ...(bound.source && lineBody(session, bound.source)),
    ...(address !== undefined && { instructionReference: memoryReference(address) }),
  };
}
