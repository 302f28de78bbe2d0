import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { consoleCommands } from '../../debug-adapter/console/commands.ts';
import { withNamedAddresses } from './normalise.ts';
import { buildAdapter, spawnAdapter } from './adapter-process.ts';
import { configuration, stopInCallback } from './callback-stop.ts';
import type { DapClient } from './client.ts';
import { launch, nextStop, parts, threadId, type Sight } from './session.ts';

let client: DapClient;

beforeAll(buildAdapter);
beforeEach(() => {
  client = spawnAdapter();
});
afterEach(() => client.close());

async function say(stop: Sight, expression: string): Promise<string> {
  const { result } = await client.request('evaluate', {
    expression,
    context: 'repl',
    frameId: stop.top.id,
  });
  return result;
}

describe('commands of the debug console', () => {
  it('have texts', async () => {
    const stop = await stopInCallback(client);
    const texts: string[] = [];
    const show = async (command: string): Promise<void> => {
      const lines = (await say(stop, command)).split('\n').map((line) => line.trimEnd());
      texts.push([`> ${command}`, ...lines].join('\n'));
    };
    for (const command of [
      ...['.help', ...consoleCommands.map(({ name }) => `.help ${name}`)],
      ...[
        '.bt',
        '.regs',
        '.maps',
        '.map counts',
        '.map counts 3 1',
        '.timers',
        '.where value',
        '.where $r10 - 8',
      ],
      ...[
        '.type *ctx',
        '.type struct totals',
        '.type value->packets',
        '.type counts',
        '.type sum',
        '.type __u32',
        '.type unsigned long',
      ],
      ...[
        '.disas',
        '.disas count_packet',
        '.disas $pc, 2',
        '.line',
        '.line sum',
        '.line 57',
        '.line count.bpf.c:86',
      ],
      ...[
        '.x value',
        '.x/2xg value',
        '.x/4dw value',
        '.x/3c $packet',
        '.x/2i $pc',
        '.x/s count_packets.____fmt',
      ],
      ...['.find "bytes in"', '.find ff ff ff fe', '.hex on', '.regs', '.hex'],
    ])
      await show(command);
    await expect(`${withNamedAddresses(texts.join('\n\n'))}\n`).toMatchFileSnapshot('golden/console.txt');
  });

  it('say what is wrong with them', async () => {
    const stop = await stopInCallback(client);
    for (const [command, code] of [
      ['.nothing', 'unknown-command'],
      ['.help nothing', 'unknown-command'],
      ['.map nothing', 'unknown-map'],
      ['.map', 'unknown-map'],
      ['.map counts -1', 'bad-arguments'],
      ['.x', 'expression-empty'],
      ['.x/99999 value', 'bad-arguments'],
      ['.x/2q value', 'bad-arguments'],
      ['.x 0', 'unreadable'],
      ['.disas 8', 'no-code'],
      ['.disas sum, 0', 'bad-arguments'],
      ['.find zz', 'bad-arguments'],
      ['.advance 1s', 'running'],
      ['.advance soon', 'bad-arguments'],
      ['.hex perhaps', 'bad-arguments'],
      ['.where nothing', 'unknown-name'],
      ['.type nothing', 'unknown-name'],
    ] as const) {
      const failure = await client.failure('evaluate', {
        expression: command,
        context: 'repl',
        frameId: stop.top.id,
      });
      expect([command, failure.code]).toStrictEqual([command, code]);
    }
  });

  it('are commands in the console only', async () => {
    const stop = await stopInCallback(client);
    const failure = await client.failure('evaluate', {
      expression: '.maps',
      context: 'watch',
      frameId: stop.top.id,
    });
    expect(failure.code).toBe('expression-syntax');
  });

  it('show a map that can be opened', async () => {
    const stop = await stopInCallback(client);
    const body = await client.request('evaluate', {
      expression: '.map counts',
      context: 'repl',
      frameId: stop.top.id,
    });
    expect(body.indexedVariables).toBe(5);
    expect(await parts(client, body.variablesReference)).toHaveLength(5);
  });

  it('let the program go on', async () => {
    const stop = await stopInCallback(client);
    expect(await say(stop, '.caller')).toBe('runs to the caller of the helper');
    const { top } = await nextStop(client);
    expect(top.name).toBe('count_packets');
    expect(client.seen('continued')).toStrictEqual([{ threadId, allThreadsContinued: true }]);
  });

  it('advance time when a run has ended', async () => {
    await launch(client, configuration);
    await client.request('configurationDone');
    const stop = await nextStop(client);
    expect(await say(stop, '.advance 5ms')).toBe('5000000 ns pass');
    expect((await nextStop(client)).stopped.reason).toBe('exit');
  });

  it('help also while the program runs, and nothing else does', async () => {
    await launch(client, configuration);
    const { result } = await client.request('evaluate', { expression: '.help .bt', context: 'repl' });
    expect(result).toMatch(/^\.bt\nshows the call stack\.\n/);
    const failure = await client.failure('evaluate', { expression: '.bt', context: 'repl' });
    expect(failure.code).toBe('notStopped');
  });
});

describe('completions', () => {
  const complete = async (text: string, stop: Sight): Promise<readonly string[]> => {
    const args = { text, column: text.length + 1, frameId: stop.top.id };
    return (await client.request('completions', args)).targets.map(({ label }) => label);
  };

  it('are commands, their words, and expressions', async () => {
    const stop = await stopInCallback(client);
    expect(await complete('.ma', stop)).toStrictEqual(['.maps', '.map']);
    expect(await complete('.map c', stop)).toStrictEqual(['counts']);
    expect(await complete('.help .ti', stop)).toStrictEqual(['.timers']);
    expect(await complete('.x/4xb value->pa', stop)).toStrictEqual(['packets']);
    expect(await complete('.where thr', stop)).toStrictEqual(['threshold']);
    expect(await complete('ctx->mo', stop)).toStrictEqual(['most']);
    // The kernel's enumerations are in DWARF only.
    expect(await complete('XDP_PA', stop)).toStrictEqual(['XDP_PASS']);
    expect(await say(stop, 'XDP_PASS,d')).toBe('2');
  });

  it('say what they replace, in the columns of the client', async () => {
    const stop = await stopInCallback(client);
    const { targets } = await client.request('completions', {
      text: 'first line\n1 + value->pa + 2',
      line: 2,
      column: 14,
      frameId: stop.top.id,
    });
    expect(targets).toStrictEqual([
      { label: 'packets', type: 'field', detail: '__u64', sortText: '0000', start: 12, length: 2 },
    ]);
    expect(await complete('.x/4xb value->pa', stop)).toHaveLength(1);
    const inCommand = await client.request('completions', { text: '.x/4xb value->pa', column: 17 });
    expect(inCommand.targets[0]).toMatchObject({ start: 15, length: 2 });
  });
});
