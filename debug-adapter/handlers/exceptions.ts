import { raise } from '../../vm/base/problem.ts';
import { exceptionFilters, filterOf } from '../debugger/breakpoints/exception-filters.ts';
import { faultHints } from '../debugger/breakpoints/fault-hints.ts';
import type { Stop } from '../debugger/stop.ts';
import { integer, list, optional, record, text } from '../protocol/shape.ts';
import { breakpointBody } from './breakpoint-body.ts';
import { handler, type Handler } from './handler.ts';
import { stackText } from './stop-body.ts';

export const exceptionHandlers: readonly Handler[] = [
  handler(
    'setExceptionBreakpoints',
    record({
      filters: list(text),
      filterOptions: optional(list(record({ filterId: text, condition: optional(text) }))),
    }),
    {
      capabilities: {
        supportsExceptionFilterOptions: true,
        exceptionBreakpointFilters: exceptionFilters.map(
          ({ filter, label, description, on, conditionDescription }) => ({
            filter,
            label,
            description,
            default: on,
            supportsCondition: true,
            conditionDescription,
          }),
        ),
      },
      handle: (session, { filters, filterOptions = [] }) => {
        const wanted = [
          ...filters.map((filter) => ({ filter })),
          ...filterOptions.map(({ filterId, condition }) => ({ filter: filterId, condition })),
        ];
        const bound = session.debugger.watching.exceptions.set(wanted);
        return { breakpoints: bound.map((one) => breakpointBody(session, one)) };
      },
    },
  ),
  handler('exceptionInfo', record({ threadId: integer }), {
    capabilities: { supportsExceptionInfoRequest: true },
    handle: (session) => {
      const { stop, frames } = session.stopped;
      const { id, message, more, evaluateName } = describe(stop);
      const stackTrace = stackText(frames.map(({ frame }) => frame));
      return {
        exceptionId: id,
        description: [message, ...more].join('\n'),
        breakMode: 'always',
        details: {
          message,
          typeName: id,
          fullTypeName: id,
          ...(evaluateName !== undefined && { evaluateName }),
          stackTrace,
        },
      };
    },
  }),
];

interface Description {
  readonly id: string;
  readonly message: string;
  /** What the kernel would say, and a hint. */
  readonly more: readonly string[];
  /** An expression for the value that is to blame. */
  readonly evaluateName: string | undefined;
}

function describe(stop: Stop): Description {
  switch (stop.reason) {
    case 'exception': {
      const { kind, message, access } = stop.fault;
      const { kernel, hint } = faultHints[kind];
      const family = filterOf(stop.fault)?.label;
      return {
        id: kind,
        message,
        more: [
          kernel,
          hint,
          ...(family === undefined ? [] : [`Switch off: ${family}, in the Breakpoints view.`]),
        ],
        evaluateName: access?.register === undefined ? undefined : `$r${access.register}`,
      };
    }
    case 'helper error':
      return { id: stop.error.helper, message: stop.error.message, more: [], evaluateName: '$r0' };
    default:
      return raise('no-fault', 'the program did not stop at a fault');
  }
}
