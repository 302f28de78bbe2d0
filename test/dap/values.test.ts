import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildAdapter, example, spawnAdapter } from './adapter-process.ts';
import type { DapClient } from './client.ts';
import {
  launch,
  nextStop,
  part,
  parts,
  resume,
  scopeOf,
  setBreakpoints,
  threadId,
  variableAt,
  type Sight,
} from './session.ts';

const source = example('count.bpf.c');
const inCallback = 'ctx->packets += value->packets';

let client: DapClient;
let stop: Sight;

beforeAll(buildAdapter);
beforeEach(async () => {
  client = spawnAdapter();
  await launch(client, { scenario: example('count.scenario.json') });
  await setBreakpoints(client, source, { marker: inCallback });
  await client.request('configurationDone');
  stop = await nextStop(client);
});
afterEach(() => client.close());

async function evaluate(expression: string, context = 'watch', frame = stop.top): Promise<string> {
  return (await client.request('evaluate', { expression, context, frameId: frame.id })).result;
}

describe('evaluate', () => {
  it('sees the frame it is asked for', async () => {
    expect(await evaluate('value->packets * 2 + *key')).toBe('64');
    expect(await evaluate('ctx->busiest')).toBe('0');
    expect(await evaluate('$traversal.index', 'watch', stop.frames[1])).toBe('0');
    expect(await evaluate('$r10 - 32,x', 'hover', stop.frames[2])).toBe('0x3000101e0');
    expect(await evaluate('threshold,x')).toBe('0x2710');
  });

  it('answers with parts and an address', async () => {
    const body = await client.request('evaluate', { expression: '*value', frameId: stop.top.id });
    expect(body).toMatchObject({
      result: '{packets = 7, bytes = 1050}',
      type: 'struct count',
      namedVariables: 2,
      indexedVariables: 0,
    });
    expect(body.memoryReference).toMatch(/^0x[0-9a-f]+$/);
    expect(
      (await parts(client, body.variablesReference)).map(({ name, value }) => [name, value]),
    ).toStrictEqual([
      ['packets', '7'],
      ['bytes', '1050'],
    ]);
  });

  it.each([
    ['nothing_of_that_name', 'hover'],
    ['1 +', 'repl'],
    ['value->none', 'watch'],
    ['threshold = 1', 'hover'],
    ['threshold = 1', 'watch'],
  ])('refuses %s in %s', async (expression, context) => {
    const failure = await client.failure('evaluate', { expression, context, frameId: stop.top.id });
    expect(failure.code).toMatch(/^[a-z-]+$/);
    expect(failure.error).toMatchObject({ showUser: false });
    expect(await evaluate('threshold')).toBe('10000');
  });

  it('assigns in the debug console, and tells what changed', async () => {
    expect(await evaluate('threshold = 1', 'repl')).toBe('1');
    expect(await client.event('invalidated')).toStrictEqual({ areas: ['variables'] });
    expect(await evaluate('threshold')).toBe('1');
  });
});

describe('setVariable', () => {
  it('changes a value of the map, which the program then reads', async () => {
    const { variablesReference } = await variableAt(client, stop.top, 'Locals', 'value');
    const changed = await client.request('setVariable', {
      variablesReference,
      name: 'bytes',
      value: '2000000',
    });
    expect(changed.value).toBe('2000000');
    await client.event('invalidated');
    expect(await evaluate('counts[50].bytes')).toBe('2000000');
    const end = await runToEnd();
    expect(end).toContain('2106578 bytes in 5 protocols');
  });

  it('changes a register', async () => {
    const { variablesReference } = await scopeOf(client, stop.top, 'Registers');
    const changed = await client.request('setVariable', { variablesReference, name: 'r6', value: '0x123' });
    expect(changed.value).toBe('291');
    expect(await evaluate('$r6')).toBe('291');
  });

  it('says why a value cannot be changed', async () => {
    const { variablesReference } = await scopeOf(client, stop.top, 'Registers');
    for (const [name, value, code] of [
      ['pc', '1', 'read-only'],
      ['r6', 'rubbish', /^[a-z-]+$/],
      ['r99', '1', 'unknown-variable'],
    ] as const) {
      const failure = await client.failure('setVariable', { variablesReference, name, value });
      expect(failure.code).toMatch(code);
    }
  });
});

describe('setExpression', () => {
  it('stores in what the expression stands for', async () => {
    const body = await client.request('setExpression', {
      expression: 'ctx->most',
      value: 'value->packets + 3',
      frameId: stop.top.id,
    });
    expect(body.value).toBe('10');
    expect(await evaluate('ctx->most')).toBe('10');
  });
});

describe('variables', () => {
  it('come in pages, named before indexed', async () => {
    const maps = await scopeOf(client, stop.top, 'Maps');
    const counts = await part(client, maps.variablesReference, 'counts');
    const { variablesReference, indexedVariables = 0 } = counts;
    expect(indexedVariables).toBe(5);
    const page = async (start: number, count: number) =>
      (await client.request('variables', { variablesReference, filter: 'indexed', start, count })).variables;
    const all = (await page(0, 5)).map(({ name }) => name);
    expect(new Set(all).size).toBe(5);
    expect((await page(1, 2)).map(({ name }) => name)).toStrictEqual(all.slice(1, 3));
    expect(await page(4, 100)).toHaveLength(1);
    expect(await page(5, 100)).toStrictEqual([]);
    expect(await page(4_000_000, 100)).toStrictEqual([]);
  });

  it('are forgotten when the program goes on', async () => {
    const { variablesReference } = await scopeOf(client, stop.top, 'Locals');
    await resume(client);
    const stale = await client.failure('variables', { variablesReference });
    expect(stale.code).toBe('stale-reference');
    const frame = await client.failure('scopes', { frameId: stop.top.id });
    expect(frame.code).toBe('stale-reference');
  });

  it('are shown in hexadecimal where asked, for one request or for all', async () => {
    const { variablesReference } = await scopeOf(client, stop.top, 'Globals');
    const threshold = async (format?: { hex: boolean }) => {
      const body = await client.request('variables', { variablesReference, ...(format && { format }) });
      return body.variables.find(({ name }) => name === 'threshold')?.value;
    };
    expect(await threshold()).toBe('10000');
    expect(await threshold({ hex: true })).toBe('0x2710');
    expect(await client.request('bpf/toggleHex')).toStrictEqual({ hex: true });
    expect(await client.event('invalidated')).toStrictEqual({ areas: ['variables'] });
    expect(await threshold()).toBe('0x2710');
    expect(await client.request('bpf/toggleHex', { hex: false })).toStrictEqual({ hex: false });
    expect(await threshold()).toBe('10000');
  });
});

describe('memory', () => {
  it('is read by reference and offset, and ends where its region ends', async () => {
    const value = await variableAt(client, stop.top, 'Locals', 'value');
    const memoryReference = value.memoryReference!;
    const whole = await client.request('readMemory', { memoryReference, count: 16 });
    expect(whole).toStrictEqual({
      address: memoryReference,
      data: Buffer.from([7, 0, 0, 0, 0, 0, 0, 0, 0x1a, 4, 0, 0, 0, 0, 0, 0]).toString('base64'),
    });
    const tail = await client.request('readMemory', { memoryReference, offset: 8, count: 1 });
    expect(tail.data).toBe(Buffer.from([0x1a]).toString('base64'));
    const packet = await client.request('readMemory', {
      memoryReference: (await variableAt(client, stop.top, 'Packet', '+48')).memoryReference!,
      count: 100,
    });
    expect(Buffer.from(packet.data!, 'base64')).toHaveLength(12);
    expect(packet.unreadableBytes).toBe(88);
    const nothing = await client.request('readMemory', { memoryReference: '0x0', count: 8 });
    expect(nothing).toStrictEqual({ address: '0x0', data: '', unreadableBytes: 8 });
  });

  it('is written, and the views that show it hear of it', async () => {
    const { memoryReference } = await variableAt(client, stop.top, 'Locals', 'value');
    await client.request('readMemory', { memoryReference: memoryReference!, count: 16 });
    const written = await client.request('writeMemory', {
      memoryReference: memoryReference!,
      offset: 8,
      data: Buffer.from([1, 2]).toString('base64'),
    });
    expect(written).toStrictEqual({ bytesWritten: 2 });
    expect(await client.event('memory')).toStrictEqual({ memoryReference, offset: 8, count: 2 });
    await client.event('invalidated');
    expect(await evaluate('value->bytes')).toBe('513');
  });

  it('is not written where nothing may be changed', async () => {
    const code = stop.top.instructionPointerReference!;
    const failure = await client.failure('writeMemory', { memoryReference: code, data: 'AAAA' });
    expect(failure.code).toBe('read-only');
    expect(failure.error?.showUser).toBe(true);
    for (const args of [
      { memoryReference: 'r1', data: 'AAAA' },
      { memoryReference: code, data: 'not base64' },
    ]) {
      expect((await client.failure('writeMemory', args)).code).toMatch(/^bad-/);
    }
  });
});

async function runToEnd(): Promise<string> {
  await setBreakpoints(client, source);
  await client.request('continue', { threadId });
  await client.event('stopped');
  return client
    .seen('output')
    .map(({ output }) => output)
    .join('');
}
