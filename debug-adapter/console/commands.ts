import { raise } from '../../vm/base/problem.ts';
import { codeCommands } from './code-commands.ts';
import {
  columns,
  splitCommand,
  type ConsoleAnswer,
  type ConsoleCommand,
  type ConsoleContext,
} from './command.ts';
import { memoryCommands } from './memory-commands.ts';
import { runCommands } from './run-commands.ts';
import { stateCommands } from './state-commands.ts';
import { typeCommand } from './type-command.ts';

const help: ConsoleCommand = {
  name: '.help',
  usage: '[COMMAND]',
  summary: 'lists the commands, or tells about one',
  help: [
    'What begins with no dot is an expression of C; `x = 1`, `x++` and the like change the program’s state.',
  ],
  complete: () => consoleCommands.map(({ name }) => name),
  run: (_, words) => helpText(words),
};

export const consoleCommands: readonly ConsoleCommand[] = [
  help,
  ...stateCommands,
  typeCommand,
  ...codeCommands,
  ...memoryCommands,
  ...runCommands,
];

/** Also for a program that runs. */
export function helpText(words: string): string {
  if (words === '') {
    const rows = consoleCommands.map(({ name, usage, summary }) => [`${name} ${usage}`, summary]);
    const last = help.help[0] ?? '';
    return `${columns(rows)}\n${last}`;
  }
  const { name, usage, summary, help: lines } = commandNamed(words.startsWith('.') ? words : `.${words}`);
  return [`${name} ${usage}`.trimEnd(), `${summary}.`, ...lines].join('\n');
}

export function isHelp(text: string): boolean {
  return splitCommand(text)?.name === help.name;
}

/** Raises for what is wrong with the command. */
export function runCommand(context: ConsoleContext, text: string): ConsoleAnswer {
  const split = splitCommand(text) ?? raise('unknown-command', 'commands begin with a dot');
  const answer = commandNamed(split.name).run(context, split.words);
  return typeof answer === 'string' ? { text: answer } : answer;
}

function commandNamed(name: string): ConsoleCommand {
  return (
    consoleCommands.find((candidate) => candidate.name === name) ??
    raise('unknown-command', `there is no command ${name}; .help lists them`)
  );
}
