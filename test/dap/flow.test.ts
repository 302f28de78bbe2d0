import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildAdapter, example, lineOf, spawnAdapter } from './adapter-process.ts';
import { configuration, inCallback, source, stopInCallback } from './callback-stop.ts';
import type { DapClient } from './client.ts';
import { launch, nextStop, resume, setBreakpoints, threadId, variableAt } from './session.ts';

let client: DapClient;

beforeAll(buildAdapter);
beforeEach(() => {
  client = spawnAdapter();
});
afterEach(() => client.close());

describe('a callback of bpf_for_each_map_elem', () => {
  it('is stopped in at its first element, below the frame of the helper', async () => {
    const { stopped, frames, top } = await stopInCallback(client);
    expect(stopped).toStrictEqual({
      reason: 'breakpoint',
      description: 'Paused on breakpoint',
      text: `breakpoint ${stopped.hitBreakpointIds?.[0] ?? ''}`,
      hitBreakpointIds: [expect.any(Number)],
      threadId,
      allThreadsStopped: true,
    });
    expect(frames.map(({ name, line, presentationHint }) => [name, line, presentationHint])).toStrictEqual([
      ['sum', lineOf(source, inCallback), undefined],
      [
        'bpf_for_each_map_elem(counts) — element 1 of 5',
        lineOf(source, 'protocols = bpf_for_each_map_elem'),
        'label',
      ],
      ['count_packets', lineOf(source, 'protocols = bpf_for_each_map_elem'), undefined],
    ]);
    expect(top.source).toStrictEqual({ name: 'count.bpf.c', path: source });
  });

  it('shows the traversal, key and value by type, and the caller’s variable behind callback_ctx', async () => {
    const { frames, top } = await stopInCallback(client);
    const helper = frames[1]!;
    const traversal = async (...path: string[]) =>
      (await variableAt(client, helper, 'Traversal', ...path)).value;
    expect(await traversal('index')).toBe('0');
    expect(await traversal('elements')).toBe('5');
    expect(await traversal('key')).toBe('50');
    expect(await traversal('value')).toBe('{packets = 7, bytes = 1050}');
    expect(await traversal('value', 'bytes')).toBe('1050');
    expect(await traversal('map')).toBe('counts: 5 of 16 elements');
    const value = await variableAt(client, top, 'Locals', 'value');
    expect(value).toMatchObject({ type: 'struct count *', evaluateName: 'value' });
    const context = await variableAt(client, top, 'Locals', 'ctx', 'packets');
    expect(context.value).toBe('0');
  });

  it('goes from element to element, steps out to the next one, and returns to its caller', async () => {
    await stopInCallback(client);
    const second = await resume(client);
    expect(second.frames[1]?.name).toBe('bpf_for_each_map_elem(counts) — element 2 of 5');
    expect((await variableAt(client, second.frames[1]!, 'Traversal', 'last_return')).value).toBe('0');
    await client.request('setBreakpoints', { source: { path: source }, breakpoints: [] });
    const third = await resume(client, 'stepOut');
    expect(third.stopped).toMatchObject({ reason: 'step', hitBreakpointIds: [] });
    expect(third.frames.map(({ name }) => name).slice(0, 2)).toStrictEqual([
      'sum',
      'bpf_for_each_map_elem(counts) — element 3 of 5',
    ]);
    const caller = await resume(client, 'bpf/runToCaller');
    expect(caller.frames.map(({ name }) => name)).toStrictEqual(['count_packets']);
    // The traversal has returned the number of its elements.
    expect((await variableAt(client, caller.top, 'Registers', 'r0')).value).toBe('5');
    expect(client.seen('continued')).toStrictEqual([{ threadId, allThreadsContinued: true }]);
  });

  it('runs three packets, stops after each, prints, and exits with what the last returned', async () => {
    await launch(client, configuration);
    await client.request('configurationDone');
    for (let run = 0; run < 3; run++) {
      const { stopped, top } = await nextStop(client);
      expect(stopped).toMatchObject({ reason: 'exit', description: 'Paused at the end of the program' });
      expect(top.name).toBe('count_packets');
      await client.request('continue', { threadId });
    }
    expect(await client.event('exited')).toStrictEqual({ exitCode: 2 });
    await client.event('terminated');
    const lines = client.seen('output').map(({ category, output }) => `${category}: ${output.trimEnd()}`);
    expect(lines).toStrictEqual([
      'console: run 1 of 3: count_packets',
      'stdout: 107628 bytes in 5 protocols, most packets are of protocol 6',
      expect.stringMatching(/^console: count_packets returned 2 \(XDP_PASS\), \d+ cycles$/),
      'console: run 2 of 3: count_packets',
      expect.stringMatching(/^console: count_packets returned 2 \(XDP_PASS\), \d+ cycles$/),
      'console: run 3 of 3: count_packets',
      expect.stringMatching(/^console: count_packets returned 2 \(XDP_PASS\), \d+ cycles$/),
    ]);
    const printed = client.seen('output').find(({ category }) => category === 'stdout');
    expect(printed).toMatchObject({ line: lineOf(source, 'bpf_printk("%llu'), source: { path: source } });
  });

  it('is entered by stepping in and left by stepping over its last line', async () => {
    await launch(client, { ...configuration, stopOnEntry: true });
    await setBreakpoints(client, source, { marker: 'protocols = bpf_for_each_map_elem' });
    await client.request('configurationDone');
    const entry = await nextStop(client);
    expect(entry.stopped).toMatchObject({ reason: 'entry' });
    expect(entry.top.name).toBe('count_packets');
    await resume(client);
    const inside = await resume(client, 'stepIn');
    expect(inside.top.name).toBe('sum');
    const { threads } = await client.request('threads');
    expect(threads).toStrictEqual([{ id: threadId, name: 'count_packets on CPU 0' }]);
  });
});

describe('every example', () => {
  it.each([
    'array',
    'hash',
    'lru_hash',
    'percpu_array',
    'percpu_hash',
    'lru_percpu_hash',
    'stop_early',
    'untyped',
  ])('%s runs to its end with what it expects', async (name) => {
    await launch(client, { scenario: example(`${name}.scenario.json`), stopAtExit: false });
    await client.request('setExceptionBreakpoints', { filters: [] });
    await client.request('configurationDone');
    await client.event('terminated');
    // Differences to what the scenario expects would be told here.
    expect(client.seen('output').filter(({ category }) => category === 'stderr')).toStrictEqual([]);
  });
});
