import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonArray, isJsonObject, parseJson, type JsonValue } from '../../vm/inputs/json.ts';
import { expectOk, raise } from '../../vm/base/problem.ts';

/** What one command of bpftool answered. */
export type Answer =
  { readonly ok: true; readonly output: JsonValue } | { readonly ok: false; readonly error: string };

const mostOutput = 1 << 30;
/** BATCH_LINE_LEN_MAX and BATCH_ARG_NB_MAX of bpftool, less a margin. */
const longestLine = 60_000;
const mostWords = 4000;

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs bpftool with words of its own command line; on one CPU where `cpu` is given. */
export function bpftool(words: readonly string[], cpu?: number): Ran {
  const command =
    cpu === undefined ? ['bpftool', ...words] : ['taskset', '-c', String(cpu), 'bpftool', ...words];
  const [program = '', ...rest] = command;
  const { status, stdout, stderr, error } = spawnSync(program, rest, {
    encoding: 'utf8',
    maxBuffer: mostOutput,
  });
  if (error) raise('bpftool', `${program} cannot be run: ${error.message}`);
  return { status, stdout, stderr };
}

/**
 * Performs commands in order and answers each; one that fails does not keep the next from being performed. Many go into
 * one process. `folder`: where the list of commands may be written.
 */
export function perform(commands: readonly (readonly string[])[], folder: string, cpu: number): Answer[] {
  const answers: Answer[] = [];
  while (answers.length < commands.length) {
    const first = answers.length;
    const next = commands[first] ?? [];
    const count = isLong(next) ? 0 : batchLength(commands, first);
    answers.push(
      ...(count === 0 ? [alone(next, cpu)] : batch(commands.slice(first, first + count), folder, cpu)),
    );
  }
  return answers;
}

function isLong(words: readonly string[]): boolean {
  return words.length > mostWords || words.reduce((sum, word) => sum + word.length + 1, 0) > longestLine;
}

function batchLength(commands: readonly (readonly string[])[], first: number): number {
  const end = commands.findIndex((words, i) => i >= first && isLong(words));
  return (end < 0 ? commands.length : end) - first;
}

function alone(words: readonly string[], cpu: number): Answer {
  const ran = bpftool(['-j', ...words], cpu);
  const output = ran.stdout.trim() === '' ? null : expectOk(parseJson(ran.stdout));
  return answerOf(output, ran.status);
}

/** The answers up to the first that failed, which ends a batch. */
function batch(commands: readonly (readonly string[])[], folder: string, cpu: number): Answer[] {
  const file = join(folder, 'batch');
  writeFileSync(file, commands.map((words) => `${words.join(' ')}\n`).join(''));
  const ran = bpftool(['-j', 'batch', 'file', file], cpu);
  const list = parseJson(ran.stdout);
  if (!list.ok || !isJsonArray(list.value)) {
    const why = list.ok ? 'no list' : list.problem.message;
    const end = (ran.stdout + ran.stderr).slice(-200);
    return raise(
      'bpftool',
      `the answers of bpftool (status ${ran.status ?? 'none'}): ${why}; they end with ${end}`,
    );
  }
  const answers = list.value
    .filter((item) => isJsonObject(item) && 'command' in item)
    .map((item) => answerOf(isJsonObject(item) ? (item['output'] ?? null) : null, 0));
  if (answers.length === 0)
    raise('bpftool', `bpftool performed nothing: ${(ran.stdout + ran.stderr).slice(0, 500)}`);
  return answers;
}

function answerOf(output: JsonValue, status: number | null): Answer {
  if (isJsonObject(output) && typeof output['error'] === 'string')
    return { ok: false, error: output['error'] };
  return status === 0
    ? { ok: true, output }
    : { ok: false, error: `bpftool ended with status ${status ?? 'none'}` };
}
