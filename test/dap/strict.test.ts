import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { buildAdapter, lineOf, spawnAdapter } from './adapter-process.ts';
import type { DapClient } from './client.ts';
import { Objects } from './objects.ts';
import { launch, nextStop, threadId } from './session.ts';

/** The launch option `strict`: what was never written stops the program where it is read. */

const object = fileURLToPath(new URL('../strict/unset.bpf.o', import.meta.url));
const source = fileURLToPath(new URL('../strict/unset.bpf.c', import.meta.url));
const objects = new Objects();
let client: DapClient;

beforeAll(() => buildAdapter(), 60_000);
afterAll(() => objects.remove());
beforeEach(() => {
  client = spawnAdapter();
});
afterEach(() => client.close());

async function run(configuration: object): Promise<void> {
  await launch(client, configuration);
  await client.request('setExceptionBreakpoints', {
    filters: ['memory', 'refused', 'limits', 'not-implemented', 'strict'],
  });
  await client.request('configurationDone');
}

describe('strict', () => {
  it('stops at the line that reads stack bytes which were never written', async () => {
    await run({ object, strict: true });
    const { stopped, top } = await nextStop(client);
    expect(stopped).toMatchObject({ reason: 'exception', description: 'Fault: uninitialised-stack' });
    expect(stopped.text).toMatch(/^invalid read from stack R10 off -\d+\+0 size 4: strict mode: /);
    expect(stopped.text).toContain('switch strict off ("strict" in the launch configuration');
    expect(top).toMatchObject({ name: 'read_unset', source: { path: source } });
    expect(top.line).toBe(lineOf(source, 'second was never written'));
    const info = await client.request('exceptionInfo', { threadId });
    expect(info).toMatchObject({ exceptionId: 'uninitialised-stack', breakMode: 'always' });
  });

  it('lets stack bytes that the user has set be read', async () => {
    await run({ object, strict: true, stopOnEntry: true });
    const { top } = await nextStop(client);
    const expression = '*(int *)($r10 - 8) = 40';
    await client.request('evaluate', { expression, frameId: top.id, context: 'repl' });
    await client.request('continue', { threadId });
    const { stopped } = await nextStop(client);
    expect(stopped).toMatchObject({ reason: 'exit' });
    expect(stopped.text).toContain('returned 42');
  });

  it('stops at the read of a register', async () => {
    const path = objects.xdp('register.o', 'r1 = 7\ncall 8\nr0 += r1\nexit');
    await run({ object: path, strict: true });
    const { stopped, top } = await nextStop(client);
    expect(stopped).toMatchObject({ reason: 'exception', description: 'Fault: uninitialised-register' });
    expect(stopped.text).toMatch(
      /^R1 !read_ok: strict mode: r1 was not written, or not since the last call; /,
    );
    const { result } = await client.request('evaluate', { expression: '$cycle', frameId: top.id });
    expect(result).toBe('2');
  });

  it.each([{}, { strict: false }])('is off with %j', async (more) => {
    await run({ object, ...more });
    const { stopped } = await nextStop(client);
    expect(stopped.reason).toBe('exit');
  });

  it('is true or false', async () => {
    await expect(launch(client, { object, strict: 'yes' })).rejects.toThrow('strict has to be true or false');
  });
});
