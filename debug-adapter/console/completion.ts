import type { DebugFrame } from '../debugger/frame.ts';
import type { Completer, Completion } from '../expressions/completion.ts';
import type { ConsoleContext } from './command.ts';
import { consoleCommands } from './commands.ts';

/** What could stand at the end of a text of the debug console: commands, their words, expressions. */
export function completeConsole(
  context: ConsoleContext,
  completer: Completer,
  text: string,
): readonly Completion[] {
  const [, before = '', name = '', rest] = /^(\s*)(\.\w*)(?:((?:\/\w*)?\s[^]*))?$/.exec(text) ?? [];
  if (name === '') return completer.complete(text, context.frame);
  if (rest === undefined)
    return consoleCommands
      .filter((command) => command.name.startsWith(name))
      .map(({ name: label, summary }) => ({
        label,
        kind: 'keyword',
        detail: summary,
        start: before.length,
        length: name.length,
      }));
  const command = consoleCommands.find((candidate) => candidate.name === name);
  if (command?.complete === undefined) return [];
  const words = command.complete;
  if (words === 'expression') return expression(completer, text, rest, context.frame);
  const word = /\S*$/.exec(rest)?.[0] ?? '';
  return words(context)
    .filter((label) => label.startsWith(word))
    .map((label) => ({ label, kind: 'keyword', start: text.length - word.length, length: word.length }));
}

function expression(
  completer: Completer,
  text: string,
  rest: string,
  frame: DebugFrame,
): readonly Completion[] {
  const own = rest.replace(/^(\/\w*)?\s+/, '');
  const moved = text.length - own.length;
  return completer.complete(own, frame).map((each) => ({ ...each, start: each.start + moved }));
}
