import type { DebugProtocol } from '@vscode/debugprotocol';
import { completeConsole } from '../console/completion.ts';
import { count, integer, optional, record, text } from '../protocol/shape.ts';
import { consoleContext } from './console-context.ts';
import { handler, type Handler } from './handler.ts';

/** What is shown of a list at most. */
const mostItems = 1000;

export const completionHandlers: readonly Handler[] = [
  handler('completions', record({ text, column: count, line: optional(count), frameId: optional(integer) }), {
    capabilities: {
      supportsCompletionsRequest: true,
      completionTriggerCharacters: ['.', '>', '$', '(', ','],
    },
    showErrors: false,
    handle: (session, args) => {
      const { firstLine, firstColumn } = session.client;
      const line = args.text.split('\n')[(args.line ?? firstLine) - firstLine] ?? '';
      const { completer } = session.stopped;
      const context = consoleContext(session, args.frameId);
      const found = completeConsole(context, completer, line.slice(0, args.column - firstColumn));
      const digits = String(mostItems).length;
      const targets = found
        .slice(0, mostItems)
        .map(({ label, kind, detail, start, length }, index): DebugProtocol.CompletionItem => ({
          label,
          type: kind,
          ...(detail !== undefined && { detail }),
          sortText: String(index).padStart(digits, '0'),
          // DAP counts these from where the client counts columns.
          start: start + firstColumn,
          length,
        }));
      return { targets };
    },
  }),
];
