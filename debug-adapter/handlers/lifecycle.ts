import { raise } from '../../vm/base/problem.ts';
import { relocateDataChoices } from '../../vm/object/link/link.ts';
import {
  argumentsOf,
  dictionary,
  flag,
  integer,
  list,
  oneOf,
  optional,
  record,
  text,
  count,
} from '../protocol/shape.ts';
import type { LaunchConfiguration } from '../protocol/launch.ts';
import type { Shape } from '../protocol/shape.ts';
import { clientFacts } from './client-facts.ts';
import { handler, type Handler } from './handler.ts';

const textOrTexts: Shape<string | readonly string[]> = (value, path) =>
  Array.isArray(value) ? list(text)(value, path) : text(value, path);

/** The debugger's own settings; members of the scenario are checked where scenarios are read. */
const settings = argumentsOf({
  scenario: optional(text),
  stopOnEntry: optional(flag),
  stopAtExit: optional(flag),
  cycleLimit: optional(count),
  strict: optional(flag),
  relocateData: optional(oneOf(...relocateDataChoices)),
  debugFile: optional(textOrTexts),
  sourceMap: optional(dictionary(text)),
  cwd: optional(text),
  beside: optional(list(dictionary((value: unknown) => value))),
});

const launchArguments: Shape<LaunchConfiguration> = (value, path) => {
  const checked = settings(value, path);
  // Its remaining members are those of a scenario, of which `parseScenario` takes nothing for granted.
  return { ...(value as LaunchConfiguration | undefined), ...checked };
};

const nothing = argumentsOf({});

export const lifecycleHandlers: readonly Handler[] = [
  handler('launch', launchArguments, {
    handle: (session, configuration) => session.launch(configuration),
    // Only now: breakpoints are bound to the object that is loaded.
    after: (session, { beside = [] }) => {
      session.send('initialized');
      session.launchBeside(beside);
    },
  }),
  handler('attach', nothing, {
    handle: () =>
      raise(
        'attach-unsupported',
        'a program in a kernel cannot be stopped, so there is nothing to attach to; launch its object instead (request: launch), with the packet or context it gets and the contents of its maps',
      ),
  }),
  handler('restart', argumentsOf({ arguments: optional(launchArguments) }), {
    capabilities: { supportsRestartRequest: true },
    handle: (session, args) => session.restart(args.arguments),
    // The client has not asked in words that say that the program runs.
    after: (session) => {
      session.send('continued', { threadId: session.threadId, allThreadsContinued: true });
      session.run((target) => target.start());
    },
  }),
  handler('cancel', argumentsOf({ requestId: optional(integer), progressId: optional(text) }), {
    capabilities: { supportsCancelRequest: true },
    handle: (session, { requestId, progressId }) => {
      // What is answered already is past cancelling, which is no error.
      if (requestId !== undefined && session.waiting.has(requestId)) session.cancelled.add(requestId);
      if (progressId !== undefined) session.cancelProgress(progressId);
    },
  }),
  handler('configurationDone', nothing, {
    capabilities: { supportsConfigurationDoneRequest: true },
    handle: (session) => session.expectLoaded(),
    after: (session) => {
      session.send('thread', { reason: 'started', threadId: session.threadId });
      session.run((target) => target.start());
    },
  }),
  handler('terminate', nothing, {
    capabilities: { supportsTerminateRequest: true },
    handle: () => undefined,
    after: (session) => session.terminate(),
  }),
  handler('disconnect', nothing, {
    handle: () => undefined,
    after: (session) => session.disconnect(),
  }),
];

const initializeArguments = record({
  adapterID: optional(text),
  clientID: optional(text),
  linesStartAt1: optional(flag),
  columnsStartAt1: optional(flag),
  pathFormat: optional(text),
  supportsVariableType: optional(flag),
  supportsMemoryReferences: optional(flag),
  supportsMemoryEvent: optional(flag),
  supportsInvalidatedEvent: optional(flag),
  supportsProgressReporting: optional(flag),
  supportsStartDebuggingRequest: optional(flag),
});

/** Answers with the capabilities of all handlers, so that it has to know them. */
export function initializeHandler(handlers: readonly Handler[]): Handler {
  return handler('initialize', (value, path) => initializeArguments(value ?? {}, path), {
    handle: (session, args) => {
      if (args.pathFormat !== undefined && args.pathFormat !== 'path')
        raise('bad-path-format', `path format '${args.pathFormat}' is not supported, only 'path'`);
      session.client = clientFacts(args);
      return Object.assign({}, ...handlers.map(({ capabilities }) => capabilities)) as object;
    },
  });
}
