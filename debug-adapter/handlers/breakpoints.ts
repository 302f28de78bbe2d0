import { count, integer, list, optional, record, text } from '../protocol/shape.ts';
import { breakpointBody } from './breakpoint-body.ts';
import { handler, type Handler } from './handler.ts';
import { addressOf } from './memory-reference.ts';
import { pathOf, sourceShape } from './source-path.ts';

/** What any breakpoint may have beside its place. */
export const conditions = {
  condition: optional(text),
  hitCondition: optional(text),
  logMessage: optional(text),
};
const source = sourceShape;

export const breakpointHandlers: readonly Handler[] = [
  handler(
    'setBreakpoints',
    record({
      source,
      breakpoints: optional(list(record({ line: count, column: optional(count), ...conditions }))),
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
  handler('setFunctionBreakpoints', record({ breakpoints: list(record({ name: text, ...conditions })) }), {
    capabilities: { supportsFunctionBreakpoints: true },
    handle: (session, args) => {
      const bound = session.debugger.setFunctionBreakpoints(args.breakpoints);
      return { breakpoints: bound.map((one) => breakpointBody(session, one)) };
    },
  }),
  handler(
    'setInstructionBreakpoints',
    record({
      breakpoints: list(record({ instructionReference: text, offset: optional(integer), ...conditions })),
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
];
