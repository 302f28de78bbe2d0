import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAdapter, spawnAdapter } from '../dap/adapter-process.ts';
import type { DapClient } from '../dap/client.ts';
import { initializeArguments } from '../dap/session.ts';
import { objects, scenarios, writeInputs } from './inputs.ts';

/**
 * What people read when something cannot be loaded: the same text on the command line and in the editor. All of it is
 * in messages.txt, as `ebpf-debugger test` prints it.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bad-input-'));
const longest = 20_000;
let names: readonly string[] = [];
/** By the name of the scenario. */
let messages: ReadonlyMap<string, string> = new Map();

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Status null where the process did not end in time. */
function cli(...words: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(root, 'dist/cli.cjs'), ...words],
      { cwd: folder, timeout: longest },
      (_, stdout, stderr) => resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

/** Without what depends on the machine. */
function portable(text: string): string {
  return text.replaceAll(`${folder}/`, '').replaceAll(folder, '.').replaceAll(join(root, 'examples/'), '');
}

function expectNoTrace(text: string): void {
  expect(text).not.toMatch(/^\s+at .*[:(]\d+|internal|defect|Error:|undefined is|NaN|\[object/m);
}

/** The text below each `FAIL name`. */
function messagesOf(report: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of report.split(/^FAIL /m).slice(1)) {
    const [name = '', ...lines] = part.split('\n');
    found.set(name, lines.flatMap((line) => (line.startsWith('  ') ? [line.slice(2)] : [])).join('\n'));
  }
  return found;
}

beforeAll(async () => {
  execFileSync(process.execPath, ['tools/build.mjs', 'cli'], { cwd: root, stdio: 'pipe' });
  buildAdapter();
  names = writeInputs(folder);
  const { stdout } = await cli('test', ...names);
  messages = messagesOf(portable(stdout));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

it('every message is as it was judged to be clear', async () => {
  const { status, stdout } = await cli('test', ...names);
  expect(status).toBe(2);
  expectNoTrace(stdout);
  expect([...messages.keys()]).toEqual(names);
  await expect(portable(stdout)).toMatchFileSnapshot('messages.txt');
});

const cases = [...Object.keys(objects).map((name) => `${name}.json`), ...Object.keys(scenarios)];

describe.concurrent('run ends with status 2 and the message', () => {
  it.each(cases)('%s', async (name) => {
    const { status, stdout, stderr } = await cli('run', name);
    expect([status, stderr]).toEqual([2, '']);
    const { scenario, error } = JSON.parse(stdout) as {
      scenario: string;
      error: { code: string; message: string; hint?: string };
    };
    expect(scenario).toBe(name);
    expect(error.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    const text = error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
    expect(portable(text)).toBe(messages.get(name));
  });
});

describe.concurrent('disassemble ends with status 2 and the message, or shows what can be shown', () => {
  it.each(Object.keys(objects))('%s', async (name) => {
    const { status, stdout, stderr } = await cli('disassemble', name);
    expectNoTrace(stdout + stderr);
    if (status === 0) expect(stderr).toBe('');
    else expect([status, stdout, stderr.trimEnd()]).toEqual([2, '', messages.get(`${name}.json`)]);
  });
});

describe('the editor shows the message', () => {
  let client: DapClient;
  beforeAll(async () => {
    client = spawnAdapter();
    await client.request('initialize', initializeArguments);
  });
  afterAll(() => client.close());

  it.each(cases)('%s', async (name) => {
    const { code, error } = await client.failure('launch', { scenario: join(folder, name) });
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(error).toMatchObject({ showUser: true });
    expect(portable(error?.format ?? '')).toBe(messages.get(name));
  });

  it.each(Object.keys(objects))('%s without a scenario', async (name) => {
    const { error } = await client.failure('launch', { object: join(folder, name) });
    expect(portable(error?.format ?? '')).toBe(messages.get(`${name}.json`));
  });
});

describe('an object cut at any length', () => {
  it('is refused at launch, and the session lives', async () => {
    const client = spawnAdapter();
    await client.request('initialize', initializeArguments);
    const whole = readFileSync(join(root, 'examples/count.bpf.o'));
    const path = join(folder, 'any-cut.o');
    for (let length = 0; length < whole.length; length += 97) {
      writeFileSync(path, whole.subarray(0, length));
      const { error } = await client.failure('launch', { object: path });
      expectNoTrace(error?.format ?? '');
    }
    client.close();
  });
});
