import { readFileSync } from 'node:fs';
import type { DebugProtocol as Dap } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import { createAdapter } from '../../debug-adapter/adapter.ts';
import type { FileAccessor } from '../../debug-adapter/debugger/file-accessor.ts';
import { listen } from '../../debug-adapter/server.ts';
import { example } from './adapter-process.ts';
import { DapClient } from './client.ts';
import { initializeArguments, launch, nextStop, resume, setBreakpoints, threadId } from './session.ts';

const inCallback = 'ctx->packets += value->packets';

/** A workspace of two files that no disk has. */
const workspace = new Map([
  ['vscode-vfs://host/w/count.bpf.o', new Uint8Array(readFileSync(example('count.bpf.o')))],
  ['vscode-vfs://host/w/count.bpf.c', new Uint8Array(readFileSync(example('count.bpf.c')))],
]);
const files: FileAccessor = {
  readFile: (path) => {
    const value = workspace.get(path);
    const place = { file: path };
    return Promise.resolve(
      value
        ? { ok: true, value }
        : { ok: false, problem: { code: 'file-not-found', message: 'no file', place } },
    );
  },
  modified: (path) => Promise.resolve(workspace.has(path) ? 0 : undefined),
};

describe('an inline adapter', () => {
  it('works on the files it is given', async () => {
    const client = DapClient.inline(createAdapter(files));
    await launch(client, { object: 'count.bpf.o', cwd: 'vscode-vfs://host/w', stopOnEntry: true });
    await client.request('configurationDone');
    const { top } = await nextStop(client);
    expect(top.source?.path).toBe('vscode-vfs://host/w/count.bpf.c');
    const stepped = await resume(client, 'next');
    expect(stepped.stopped.reason).toBe('step');
    client.close();
  });

  it('answers a defect with an error, says where it is, and lives on', async () => {
    const broken: FileAccessor = {
      ...files,
      readFile: () => Promise.reject(new TypeError('what nobody thought of')),
    };
    const client = DapClient.inline(createAdapter(broken));
    await client.request('initialize', initializeArguments);
    const failure = await client.failure('launch', { object: '/a.o' });
    expect(failure.code).toBe('internal');
    expect(failure.error).toMatchObject({ id: 1, showUser: true });
    expect(failure.error?.format).toContain('what nobody thought of');
    const { category, output } = await client.event('output');
    expect(category).toBe('stderr');
    expect(output).toContain('inline.test.ts');
    await client.failure('threads');
    client.close();
  });

  it('has nothing to say after it was disposed of', async () => {
    const sent: Dap.ProtocolMessage[] = [];
    const adapter = createAdapter(files);
    adapter.onDidSendMessage((message) => sent.push(message as Dap.ProtocolMessage));
    adapter.handleMessage({ seq: 1, type: 'request', command: 'initialize' } as Dap.Request);
    adapter.dispose();
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent.filter(({ type }) => type === 'event')).toStrictEqual([]);
  });
});

describe('a server', () => {
  const clients: DapClient[] = [];
  afterEach(() => clients.splice(0).forEach((client) => client.close()));

  it('serves several sessions at once, on a port of its choice', async () => {
    const port = await listen(0);
    const source = example('count.bpf.c');
    const stops = await Promise.all(
      ['*key == 17', '*key == 47'].map(async (condition) => {
        const client = await DapClient.connect(port);
        clients.push(client);
        await launch(client, { scenario: example('count.scenario.json') });
        await setBreakpoints(client, source, { marker: inCallback, condition });
        await client.request('configurationDone');
        return nextStop(client);
      }),
    );
    expect(stops.map(({ frames }) => frames[1]?.name)).toStrictEqual([
      'bpf_for_each_map_elem(counts) — element 2 of 5',
      'bpf_for_each_map_elem(counts) — element 4 of 5',
    ]);
    await clients[0]?.request('disconnect');
    await expect(clients[0]?.event('stopped')).rejects.toThrow('the connection was closed');
    expect((await clients[1]?.request('stackTrace', { threadId }))?.totalFrames).toBe(3);
    await expect(listen(port)).rejects.toThrow('EADDRINUSE');
  });
});
