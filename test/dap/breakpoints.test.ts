import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildAdapter, example, lineOf, spawnAdapter } from './adapter-process.ts';
import type { DapClient } from './client.ts';
import { launch, nextStop, resume, setBreakpoints, threadId, variableAt, type Sight } from './session.ts';

const source = example('count.bpf.c');
const inCallback = 'ctx->packets += value->packets';

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

async function elementOf({ frames }: Sight): Promise<string | undefined> {
  const helper = frames.find(({ presentationHint }) => presentationHint === 'label');
  return helper && (await variableAt(client, helper, 'Traversal', 'index')).value;
}

describe('source breakpoints', () => {
  it('stop only where their condition holds', async () => {
    await setBreakpoints(client, source, { marker: inCallback, condition: '*key == 6' });
    const stop = await start();
    expect(await elementOf(stop)).toBe('4');
    expect((await variableAt(client, stop.frames[1]!, 'Traversal', 'key')).value).toBe('6');
    const next = await resume(client);
    expect(next.stopped.reason).toBe('exit');
  });

  it.each([
    ['3', ['2']],
    ['>= 4', ['3', '4']],
    ['% 2', ['1', '3']],
  ])('stop at the hits that %s means', async (hitCondition, elements) => {
    await setBreakpoints(client, source, { marker: inCallback, hitCondition });
    const stops: (string | undefined)[] = [];
    let stop = await start();
    while (stop.stopped.reason !== 'exit') {
      stops.push(await elementOf(stop));
      stop = await resume(client);
    }
    expect(stops).toStrictEqual(elements);
  });

  it('log without a stop', async () => {
    await setBreakpoints(client, source, {
      marker: inCallback,
      logMessage: 'protocol {*key}: {value->bytes} bytes',
    });
    expect((await start()).stopped.reason).toBe('exit');
    const logged = client.seen('output').filter(({ line }) => line === lineOf(source, inCallback));
    expect(logged.map(({ category, output }) => [category, output])).toStrictEqual([
      ['console', 'protocol 50: 1050 bytes\n'],
      ['console', 'protocol 17: 5180 bytes\n'],
      ['console', 'protocol 1: 294 bytes\n'],
      ['console', 'protocol 47: 2800 bytes\n'],
      ['console', 'protocol 6: 98304 bytes\n'],
    ]);
  });

  it('say what is wrong with a condition, and stop', async () => {
    await setBreakpoints(client, source, { marker: inCallback, condition: 'no_such_name == 1' });
    expect((await start()).stopped.reason).toBe('breakpoint');
    const said = client.seen('output').filter(({ category }) => category === 'stderr');
    expect(said).toHaveLength(1);
    expect(said[0]?.output).toContain('no_such_name');
  });

  it('are not verified where there is no code, and keep their numbers', async () => {
    const [before] = await setBreakpoints(client, source, { marker: inCallback });
    const bound = await setBreakpoints(
      client,
      source,
      { marker: 'SPDX-License-Identifier' },
      { marker: inCallback },
      { marker: 'protocols = bpf_for_each_map_elem', hitCondition: 'many' },
    );
    expect(bound.map(({ verified }) => verified)).toStrictEqual([false, true, false]);
    expect(bound[0]?.message).toBe('no code was compiled for this line');
    expect(bound[1]?.id).toBe(before?.id);
    expect(bound[2]?.message).toContain("'many' is no hit count");
  });

  it('are found by column and by line', async () => {
    const line = lineOf(source, 'value->packets > ctx->most');
    const { breakpoints } = await client.request('breakpointLocations', { source: { path: source }, line });
    expect(breakpoints.length).toBeGreaterThan(1);
    expect(breakpoints.every((at) => at.line === line && (at.column ?? 0) > 0)).toBe(true);
  });
});

describe('other breakpoints', () => {
  it('stop at the entry of a function, and before the call of a helper', async () => {
    const { breakpoints } = await client.request('setFunctionBreakpoints', {
      breakpoints: [{ name: 'count_packet' }, { name: 'bpf_trace_printk' }, { name: 'nothing' }],
    });
    expect(breakpoints.map(({ verified }) => verified)).toStrictEqual([true, true, false]);
    const first = await start();
    expect(first.stopped).toMatchObject({
      reason: 'function breakpoint',
      hitBreakpointIds: [breakpoints[0]?.id],
    });
    expect(first.frames.map(({ name }) => name)).toStrictEqual(['count_packet', 'count_packets']);
    const second = await resume(client);
    expect(second.stopped.hitBreakpointIds).toStrictEqual([breakpoints[1]?.id]);
    expect(second.top.line).toBe(lineOf(source, 'bpf_printk("%llu'));
  });

  it('stop at an instruction, given by reference and offset, also a negative one', async () => {
    await setBreakpoints(client, source, { marker: inCallback });
    const { top } = await start();
    const instructionReference = top.instructionPointerReference!;
    const { breakpoints } = await client.request('setInstructionBreakpoints', {
      breakpoints: [
        { instructionReference, offset: 16 },
        { instructionReference, offset: -8 },
        { instructionReference, offset: 3 },
      ],
    });
    expect(breakpoints.map(({ verified }) => verified)).toStrictEqual([true, true, false]);
    const next = await resume(client);
    expect(next.stopped).toMatchObject({
      reason: 'instruction breakpoint',
      hitBreakpointIds: [breakpoints[0]?.id],
    });
    expect(BigInt(next.top.instructionPointerReference!)).toBe(BigInt(instructionReference) + 16n);
  });

  it('in the listing stop at the instruction of their line', async () => {
    const listing = await client.request('bpf/listing');
    const line = listing.lines.findIndex((address) => address !== null);
    const { breakpoints } = await client.request('setBreakpoints', {
      source: { path: listing.uri },
      breakpoints: [{ line: line + 1 }],
    });
    expect(breakpoints).toMatchObject([
      { verified: true, line: line + 1, instructionReference: listing.lines[line] },
    ]);
    const stop = await start();
    expect(stop.top.instructionPointerReference).toBe(listing.lines[line]);
  });

  it('do not outlive their removal while the program stands', async () => {
    await setBreakpoints(client, source, { marker: inCallback });
    await start();
    await setBreakpoints(client, source);
    await client.request('continue', { threadId });
    expect((await nextStop(client)).stopped.reason).toBe('exit');
  });
});
