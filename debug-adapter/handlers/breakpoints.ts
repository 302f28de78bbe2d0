import type { DebugProtocol } from '@vscode/debugprotocol';
import { raise } from '../../vm/base/problem.ts';
import type { BoundBreakpoint } from '../debugger/breakpoints/breakpoint.ts';
import { count, integer, list, optional, record, text } from '../protocol/shape.ts';
import type { Session } from '../session.ts';
import { handler, type Handler } from './handler.ts';
import { addressOf, memoryReference } from './memory-reference.ts';
import { lineBody, listingReference, recoveredSource } from './source-body.ts';

const modifiers = { condition: optional(text), hitCondition: optional(text), logMessage: optional(text) };
const source = record({ path: optional(text), name: optional(text), sourceReference: optional(integer) });

/** The file a client means: its path, or what it fetched. */
function pathOf(session: Session, { path, sourceReference }: ReturnType<typeof source>): string {
  if (sourceReference === listingReference) return session.debugger.places.listingPath;
  const fetched = sourceReference === undefined ? undefined : recoveredSource(session, sourceReference)?.path;
  return fetched ?? path ?? raise('bad-arguments', 'a source without a path has no breakpoints');
}

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

export const breakpointHandlers: readonly Handler[] = [
  handler(
    'setBreakpoints',
    record({
      source,
      breakpoints: optional(list(record({ line: count, column: optional(count), ...modifiers }))),
    }),
    {
      capabilities: {
        supportsConditionalBreakpoints: true,
        supportsHitConditionalBreakpoints: true,
        supportsLogPoints: true,
      },
      handle: (session, args) => {
        const { firstLine, firstColumn } = session.client;
        const wanted = (args.breakpoints ?? []).map(({ line, column, ...rest }) => ({
          ...rest,
          line: line + 1 - firstLine,
          ...(column !== undefined && { column: column + 1 - firstColumn }),
        }));
        const bound = session.debugger.breakpoints.setSource(pathOf(session, args.source), wanted);
        return { breakpoints: bound.map((one) => breakpointBody(session, one)) };
      },
    },
  ),
  handler('setFunctionBreakpoints', record({ breakpoints: list(record({ name: text, ...modifiers })) }), {
    capabilities: { supportsFunctionBreakpoints: true },
    handle: (session, args) => {
      const bound = session.debugger.breakpoints.setFunctions(args.breakpoints);
      return { breakpoints: bound.map((one) => breakpointBody(session, one)) };
    },
  }),
  handler(
    'setInstructionBreakpoints',
    record({
      breakpoints: list(record({ instructionReference: text, offset: optional(integer), ...modifiers })),
    }),
    {
      capabilities: { supportsInstructionBreakpoints: true },
      handle: (session, args) => {
        const wanted = args.breakpoints.map(({ instructionReference, offset, ...rest }) => ({
          ...rest,
          address: addressOf(instructionReference, offset),
        }));
        const bound = session.debugger.breakpoints.setInstructions(wanted);
        return { breakpoints: bound.map((one) => breakpointBody(session, one)) };
      },
    },
  ),
  handler('breakpointLocations', record({ source, line: count, endLine: optional(count) }), {
    capabilities: { supportsBreakpointLocationsRequest: true },
    showErrors: false,
    handle: (session, args) => {
      const { firstLine, firstColumn } = session.client;
      const first = args.line + 1 - firstLine;
      const last = args.endLine === undefined ? first : args.endLine + 1 - firstLine;
      const found = session.debugger.breakpointLocations(pathOf(session, args.source), first, last);
      const breakpoints = found.map(({ line, column }) => ({
        line: line - 1 + firstLine,
        column: column - 1 + firstColumn,
      }));
      return { breakpoints };
    },
  }),
  handler('setExceptionBreakpoints', record({ filters: list(text) }), {
    capabilities: {
      exceptionBreakpointFilters: [
        {
          filter: 'faults',
          label: 'Faults',
          description: 'Stops at an instruction that does what the kernel does not allow, before it does it.',
          default: true,
        },
      ],
    },
    handle: (session, args) => {
      session.debugger.stopAtFaults = args.filters.includes('faults');
    },
  }),
];
