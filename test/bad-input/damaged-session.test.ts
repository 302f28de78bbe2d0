import { readFileSync } from 'node:fs';
import type { DebugProtocol as Dap } from '@vscode/debugprotocol';
import { describe, expect, it } from 'vitest';
import { createAdapter } from '../../debug-adapter/adapter.ts';
import type { FileAccessor } from '../../debug-adapter/debugger/file-accessor.ts';
import { readElf } from '../../vm/object/elf/read-elf.ts';
import { Random } from '../../vm/engine/testing/random.ts';
import { expectOk } from '../../vm/base/problem.ts';
import { example } from '../dap/adapter-process.ts';
import { DapClient, RequestFailed } from '../dap/client.ts';
import { initializeArguments, threadId } from '../dap/session.ts';

/** Sessions on objects with wrong bytes in one section: refused at launch, or debugged to the end without a defect. */

const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(example(name)));
const whole = bytes('count.bpf.o');
const source = bytes('count.bpf.c');
const { maps, globals, runs } = JSON.parse(new TextDecoder().decode(bytes('count.scenario.json'))) as {
  maps: unknown;
  globals: unknown;
  runs: { dataIn: string }[];
};
const run = { dataIn: runs[0]?.dataIn };

const sections = expectOk(readElf(whole, 'count.bpf.o')).sections.filter(
  (section) => section.bytes.length > 0 && section.name !== 'license',
);

function damaged(random: Random): Uint8Array {
  const copy = whole.slice();
  const { bytes: contents } = random.pick(sections);
  const start = contents.byteOffset - whole.byteOffset;
  for (let i = 0; i <= random.below(6); i++)
    copy[start + random.below(contents.length)] = random.chance(30) ? 0xff : random.below(256);
  return copy;
}

function filesWith(object: Uint8Array): FileAccessor {
  return {
    readFile: (path) => Promise.resolve({ ok: true, value: path.endsWith('.o') ? object : source }),
    modified: () => Promise.resolve(0),
  };
}

const refused = {};

/** The body of the answer, or `refused`; fails the test on a defect. */
async function ask(client: DapClient, command: string, args?: unknown): Promise<unknown> {
  try {
    return await client.requestRaw(command, args);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    expect(error.code, error.message).not.toBe('internal');
    return refused;
  }
}

async function lookAround(client: DapClient): Promise<void> {
  const { stackFrames } = (await client.requestRaw('stackTrace', {
    threadId,
  })) as Dap.StackTraceResponse['body'];
  for (const { id: frameId } of stackFrames) {
    const scopes = (await ask(client, 'scopes', { frameId })) as Partial<Dap.ScopesResponse['body']>;
    for (const { variablesReference } of scopes.scopes ?? []) {
      const answer = await ask(client, 'variables', { variablesReference });
      const { variables = [] } = answer as Partial<Dap.VariablesResponse['body']>;
      for (const { variablesReference: part } of variables.slice(0, 8)) {
        if (part > 0) await ask(client, 'variables', { variablesReference: part, start: 0, count: 10 });
      }
    }
    await ask(client, 'evaluate', { expression: 'value->packets', frameId, context: 'watch' });
  }
  const memoryReference = stackFrames[0]?.instructionPointerReference;
  await ask(client, 'disassemble', { memoryReference, instructionCount: 20, instructionOffset: -10 });
}

/** Whether the object was taken. */
async function session(random: Random): Promise<boolean> {
  const client = DapClient.inline(createAdapter(filesWith(damaged(random))));
  await client.requestRaw('initialize', initializeArguments);
  const object = '/w/count.bpf.o';
  const configuration = { object, maps, globals, runs: [run], cycleLimit: 20_000 };
  const launched = (await ask(client, 'launch', configuration)) !== refused;
  if (launched) {
    const breakpoints = Array.from({ length: 10 }, (_, i) => ({ line: 10 * i + 1 }));
    await ask(client, 'setBreakpoints', { source: { path: '/w/count.bpf.c' }, breakpoints });
    await ask(client, 'bpf/listing');
    const ended = client.event('terminated').then(() => 'ended' as const);
    await ask(client, 'configurationDone');
    for (let stops = 0; stops < 5; stops++) {
      const stopped = client.event('stopped').then(() => 'stopped' as const);
      stopped.catch(() => undefined);
      if ((await Promise.race([ended, stopped])) === 'ended') break;
      await lookAround(client);
      await ask(client, random.pick(['next', 'stepIn', 'stepOut', 'continue']), { threadId });
    }
    ended.catch(() => undefined);
  }
  for (const { output } of client.seen('output')) expect(output).not.toContain('defect');
  client.close();
  return launched;
}

describe('sessions on damaged objects', () => {
  it.each([1, 2, 3, 4])('batch %i', async (batch) => {
    const taken = { yes: 0, no: 0 };
    for (let i = 0; i < 30; i++) taken[(await session(new Random(1000 * batch + i))) ? 'yes' : 'no']++;
    expect(taken.yes).toBeGreaterThan(3);
    expect(taken.no).toBeGreaterThan(3);
  });
});
