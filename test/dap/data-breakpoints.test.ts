import type { DebugProtocol as Dap } from '@vscode/debugprotocol';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildAdapter, example, spawnAdapter } from './adapter-process.ts';
import { inCallback, source } from './callback-stop.ts';
import type { DapClient } from './client.ts';
import { launch, nextStop, resume, scopeOf, setBreakpoints, variableAt, type Sight } from './session.ts';

let client: DapClient;

beforeAll(buildAdapter);
beforeEach(async () => {
  client = spawnAdapter();
  await launch(client, { scenario: example('count.scenario.json') });
});
afterEach(() => client.close());

async function start(): Promise<Sight> {
  await client.request('configurationDone');
  return nextStop(client);
}

async function info(args: Dap.DataBreakpointInfoArguments): Promise<Dap.DataBreakpointInfoResponse['body']> {
  return client.request('dataBreakpointInfo', args);
}

async function watch(
  dataId: string | null,
  more: Partial<Dap.DataBreakpoint> = {},
): Promise<Dap.Breakpoint | undefined> {
  const { breakpoints } = await client.request('setDataBreakpoints', {
    breakpoints: [{ dataId: dataId ?? '', ...more }],
  });
  return breakpoints[0];
}

/** At the entry of the function that counts the packet. */
async function stopBeforeCounting(): Promise<Sight> {
  await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'count_packet' }] });
  const sight = await start();
  await client.request('setFunctionBreakpoints', { breakpoints: [] });
  return sight;
}

describe('data breakpoints', () => {
  it('on a member of a map value say what it was and is, and who wrote it', async () => {
    const { top } = await stopBeforeCounting();
    const counts = await variableAt(client, top, 'Maps', 'counts');
    const { variables } = await client.request('variables', {
      variablesReference: counts.variablesReference,
    });
    const element = variables.find(({ evaluateName }) => evaluateName === 'counts[17]')!;
    const value = (await client.request('variables', { variablesReference: element.variablesReference }))
      .variables;
    const found = await info({
      variablesReference: value.find(({ name }) => name === 'value')!.variablesReference,
      name: 'packets',
    });
    expect(found).toMatchObject({
      dataId: 'map:counts[17]+0/8',
      description: 'counts[17].packets',
      accessTypes: ['read', 'write', 'readWrite'],
      canPersist: true,
    });
    const bound = await watch(found.dataId);
    expect(bound).toMatchObject({ verified: true });
    const next = await resume(client);
    expect(next.stopped).toMatchObject({ reason: 'data breakpoint', hitBreakpointIds: [bound?.id] });
    expect(next.stopped.description).toMatch(/^counts\[17\]\.packets: 40 → 41$/);
    expect(next.stopped.text).toBe(
      'counts[17].packets: 40 → 41, by lock *(u64 *)(r0 +0) += r1 in count_packet',
    );
  });

  it('bind by name before the program runs, as those of the last session do', async () => {
    const global = await watch('global:threshold+0/8', { accessType: 'read' });
    expect(global).toMatchObject({ verified: true });
    const stop = await start();
    expect(stop.stopped.reason).toBe('data breakpoint');
    expect(stop.stopped.description).toMatch(/^threshold: \d+ read$/);
  });

  it('refuse registers, and say why', async () => {
    await setBreakpoints(client, source, { marker: inCallback });
    const { top } = await start();
    const registers = await scopeOf(client, top, 'Registers');
    expect(await info({ variablesReference: registers.variablesReference, name: 'r1' })).toEqual({
      dataId: null,
      description: 'r1 is a register: only memory can be watched',
    });
    expect(await info({ name: '1 + 1', frameId: top.id })).toMatchObject({ dataId: null });
    expect(await info({ name: 'no_such', frameId: top.id })).toMatchObject({
      dataId: null,
      description: 'column 1: nothing here is called no_such',
    });
  });

  it('on the packet and at an address', async () => {
    const { top } = await stopBeforeCounting();
    expect(await info({ name: 'packet[14..18]' })).toMatchObject({
      dataId: 'packet:14/4',
      description: 'packet[14..18]',
      canPersist: true,
    });
    const context = await variableAt(client, top, 'Context', 'data');
    expect(context.name).toBe('data');
    const memory = await info({ name: top.instructionPointerReference!, asAddress: true, bytes: 8 });
    expect(memory.dataId).toBe(`memory:${top.instructionPointerReference}/8`);
    expect(await info({ name: '0x10', asAddress: true, bytes: 8 })).toMatchObject({ dataId: null });
    // The end of this run, then the second packet's type, behind its addresses.
    await watch('packet:12/2', { accessType: 'read' });
    await resume(client);
    const read = await resume(client);
    expect(read.stopped).toMatchObject({
      reason: 'data breakpoint',
      description: 'packet[12..14]: 08 00 read',
    });
  });

  it('stop only where condition and hit count hold', async () => {
    await client.request('setDataBreakpoints', {
      breakpoints: [
        { dataId: 'map:counts[17]+0/8', condition: 'counts[17].packets > 41' },
        { dataId: 'map:counts[17]+0/16', condition: 'counts[17].packets == 41', hitCondition: '2' },
      ],
    });
    const { stopped } = await start();
    expect(stopped.description).toBe(
      'counts[17]: {packets = 41, bytes = 5120} → {packets = 41, bytes = 5180}',
    );
  });

  it('on a stack end with the call, and say so', async () => {
    await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'sum' }] });
    const { top } = await start();
    const found = await info({ name: 'ctx->packets', frameId: top.id });
    expect(found.dataId).toMatch(/^stack:0\.0\.0:0x/);
    expect(found.canPersist).toBe(false);
    const bound = await watch(found.dataId);
    await client.request('setFunctionBreakpoints', { breakpoints: [] });
    const stop = await resume(client);
    expect(stop.stopped).toMatchObject({ reason: 'data breakpoint', hitBreakpointIds: [bound?.id] });
    expect(stop.stopped.description).toMatch(/^ctx->packets: 0 → \d+$/);
    await watch(found.dataId, { hitCondition: '> 100' });
    await resume(client);
    await resume(client);
    const changed = client.seen('breakpoint');
    expect(changed.at(-1)).toMatchObject({
      reason: 'changed',
      breakpoint: { id: bound?.id, verified: false },
    });
    expect(changed.at(-1)?.breakpoint.message).toContain('has ended with the call of its function');
  });
});

describe('map breakpoints', () => {
  it('stop at what is done with a map, or with one of its elements', async () => {
    const { breakpoints } = await client.request('setFunctionBreakpoints', {
      breakpoints: [
        { name: 'map:counts[17]:lookup' },
        { name: 'map:counts[99]:delete' },
        { name: 'map:nothing' },
        { name: 'map:counts:paint' },
      ],
    });
    expect(breakpoints.map(({ verified, message }) => [verified, message])).toEqual([
      [true, undefined],
      [true, 'counts has no element 99 now'],
      [false, 'there is no map nothing in this object'],
      [false, 'paint is nothing that is done with a map: lookup, update, delete, write, any are'],
    ]);
    const stop = await start();
    expect(stop.stopped).toMatchObject({
      reason: 'function breakpoint',
      hitBreakpointIds: [breakpoints[0]?.id],
      description: 'counts[17] looked up',
    });
    expect(stop.stopped.text).toContain('bpf_map_lookup_elem');
  });

  it('of a whole map stop at writes through pointers too', async () => {
    await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'map:counts' }] });
    const stop = await start();
    expect(stop.stopped.reason).toBe('function breakpoint');
    expect(stop.stopped.description).toMatch(/^counts\[17\]\.packets: \d+ → \d+$/);
  });

  it('are offered on the nodes of the scope', async () => {
    await setBreakpoints(client, source, { marker: inCallback });
    const { top } = await start();
    const maps = await scopeOf(client, top, 'Maps');
    const map = await info({ variablesReference: maps.variablesReference, name: 'counts' });
    expect(map).toMatchObject({ dataId: 'map:counts', description: 'counts', canPersist: true });
    const counts = await variableAt(client, top, 'Maps', 'counts');
    const element = await info({ variablesReference: counts.variablesReference, name: '[0]' });
    expect(element).toMatchObject({ dataId: 'map:counts[50]', description: 'counts[50]' });
  });
});
