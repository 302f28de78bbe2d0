import { copyFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildAdapter, example, lineOf, spawnAdapter } from './adapter-process.ts';
import { configuration, inCallback, source, stopInCallback } from './callback-stop.ts';
import type { DapClient } from './client.ts';
import { Objects } from './objects.ts';
import {
  initializeArguments,
  launch,
  look,
  nextStop,
  resume,
  setBreakpoints,
  threadId,
  variableAt,
} from './session.ts';

const objects = new Objects();
let client: DapClient;

beforeAll(buildAdapter);
beforeEach(() => {
  client = spawnAdapter();
});
afterEach(() => client.close());
afterAll(() => objects.remove());

const call = 'protocols = bpf_for_each_map_elem';

describe('targets of a step', () => {
  it('are the calls of the line; one of them can be gone into', async () => {
    await launch(client, configuration);
    await setBreakpoints(client, source, { marker: call });
    await client.request('configurationDone');
    const { top } = await nextStop(client);
    const { targets } = await client.request('stepInTargets', { frameId: top.id });
    expect(targets.map(({ label, line }) => [label, line])).toStrictEqual([
      ['sum — callback of bpf_for_each_map_elem', lineOf(source, call)],
    ]);
    await client.request('stepIn', { threadId, targetId: targets[0]!.id });
    expect((await nextStop(client)).top.name).toBe('sum');
  });

  it('that are no calls of the line are refused', async () => {
    const { top } = await stopInCallback(client);
    expect((await client.request('stepInTargets', { frameId: top.id })).targets).toStrictEqual([]);
    expect((await client.failure('stepIn', { threadId, targetId: 7 })).code).toBe('stale-reference');
  });

  it('are none for outer frames', async () => {
    const { frames } = await stopInCallback(client);
    for (const frame of frames)
      expect((await client.request('stepInTargets', { frameId: frame.id })).targets).toStrictEqual([]);
  });
});

describe('a jump', () => {
  it('goes to another line of the function, and the program goes on there', async () => {
    await launch(client, configuration);
    await setBreakpoints(client, source, { marker: call });
    await client.request('configurationDone');
    await nextStop(client);
    const line = lineOf(source, 'return XDP_ABORTED') + 4;
    const { targets } = await client.request('gotoTargets', { source: { path: source }, line });
    expect(targets.length).toBeGreaterThan(0);
    await client.request('goto', { threadId, targetId: targets[0]!.id });
    const { stopped, top } = await nextStop(client);
    expect(stopped).toMatchObject({ reason: 'goto', description: 'Paused after a jump' });
    expect([top.name, top.line]).toStrictEqual(['count_packets', line]);
    const end = await resume(client);
    expect(end.stopped.reason).toBe('exit');
  });

  it('does not leave the function, nor begin after the end of the run', async () => {
    await stopInCallback(client);
    const line = lineOf(source, call);
    const elsewhere = await client.failure('gotoTargets', { source: { path: source }, line });
    expect(elsewhere.error?.format).toBe(
      'the program is in sum, and the line belongs to count_packets: it can jump only within its function',
    );
    const { targets } = await client.request('gotoTargets', {
      source: { path: source },
      line: lineOf(source, inCallback),
    });
    expect((await client.failure('goto', { threadId, targetId: 99_999 })).code).toBe('other-function');
    await setBreakpoints(client, source);
    await resume(client);
    const late = await client.failure('goto', { threadId, targetId: targets[0]!.id });
    expect(late.code).toBe('not-running');
    const none = await client.request('gotoTargets', { source: { path: source }, line: 1 });
    expect(none.targets).toStrictEqual([]);
  });
});

describe('restart', () => {
  it('begins anew with fresh maps, and keeps the breakpoints', async () => {
    const { top, stopped } = await stopInCallback(client);
    const { hitBreakpointIds } = stopped;
    await client.request('evaluate', { expression: 'counts[50].packets = 99', context: 'repl' });
    const [before] = client.seen('breakpoint');
    expect(before).toBeUndefined();
    await client.request('restart');
    const again = await nextStop(client);
    expect(again.stopped).toMatchObject({ reason: 'breakpoint', hitBreakpointIds });
    expect([again.top.name, again.top.line]).toStrictEqual([top.name, top.line]);
    const [id] = hitBreakpointIds ?? [];
    expect(client.seen('breakpoint').filter(({ breakpoint }) => breakpoint.id === id)).toMatchObject([
      { reason: 'changed', breakpoint: { verified: true, line: top.line } },
    ]);
    const { result } = await client.request('evaluate', { expression: 'counts[50].packets' });
    expect(result).toBe('7');
    expect((await client.failure('scopes', { frameId: top.id })).code).toBe('stale-reference');
  });

  it('takes a new configuration, and leaves all as it is where that cannot be loaded', async () => {
    await stopInCallback(client);
    const failure = await client.failure('restart', { arguments: { object: '/nowhere.o' } });
    expect(failure.error).toMatchObject({ showUser: true });
    const { result } = await client.request('evaluate', { expression: '$traversal.index' });
    expect(result).toBe('0');
    await client.request('restart', { arguments: { ...configuration, stopOnEntry: true } });
    expect((await nextStop(client)).stopped.reason).toBe('entry');
  });

  it('ends an endless loop, and takes the object as it is now', async () => {
    const object = objects.xdp('endless.o', 'r0 = 0\ngoto pc-1\nexit');
    const other = objects.xdp('ends.o', 'r0 = 2\nexit');
    await launch(client, { object });
    await client.request('configurationDone');
    copyFileSync(other, object);
    await client.request('restart');
    const { stopped } = await nextStop(client);
    expect(stopped.text).toBe('returned 2 (XDP_PASS), 2 cycles');
    expect(client.seen('stopped')).toHaveLength(1);
  });

  it('tells of sources that are no longer those that were listed', async () => {
    await stopInCallback(client);
    await client.request('restart', { arguments: { scenario: example('array.scenario.json') } });
    const changes = client.seen('loadedSource').map(({ reason, source: { name } }) => `${reason} ${name}`);
    expect(changes).toContain('removed count.bpf.c');
    expect(changes).toContain('new array.bpf.c');
  });

  it('needs a program', async () => {
    await client.request('initialize', initializeArguments);
    expect((await client.failure('restart')).code).toBe('not-launched');
  });
});

describe('sessions beside this one', () => {
  const beside = [{ object: 'other.bpf.o', stopOnEntry: true }, { name: 'third' }];

  it('are started by the client', async () => {
    await client.request('initialize', { ...initializeArguments, supportsStartDebuggingRequest: true });
    await client.request('launch', { ...configuration, beside });
    await client.event('initialized');
    await client.request('threads');
    expect(client.asked.map(({ command, arguments: args }): unknown[] => [command, args])).toStrictEqual([
      [
        'startDebugging',
        {
          request: 'launch',
          configuration: {
            type: 'bpf',
            name: 'count.bpf.o (2)',
            object: 'other.bpf.o',
            stopOnEntry: true,
            request: 'launch',
          },
        },
      ],
      [
        'startDebugging',
        { request: 'launch', configuration: { type: 'bpf', name: 'third', request: 'launch' } },
      ],
    ]);
  });

  it('are left out where the client cannot, and it says so', async () => {
    await launch(client, { ...configuration, beside });
    await client.request('threads');
    expect(client.asked).toStrictEqual([]);
    const said = client.seen('output').filter(({ category }) => category === 'important');
    expect(said).toHaveLength(2);
  });
});

describe('long runs', () => {
  it('are told of, and end where the client cancels them', async () => {
    const object = objects.xdp('loop.o', 'r0 = 0\ngoto pc-1\nexit');
    await client.request('initialize', { ...initializeArguments, supportsProgressReporting: true });
    await client.request('launch', { object, cycleLimit: 1e15 });
    await client.event('initialized');
    await client.request('configurationDone');
    const { progressId, title, cancellable } = await client.event('progressStart');
    expect([title, cancellable]).toStrictEqual(['Running main', true]);
    expect((await client.event('progressUpdate')).message).toMatch(/^[\d,]+ cycles$/);
    await client.request('cancel', { progressId });
    expect(await client.event('progressEnd')).toStrictEqual({ progressId });
    expect((await client.event('stopped')).reason).toBe('pause');
  });

  it('are not told of to clients that do not want it', async () => {
    const object = objects.xdp('loop2.o', 'r0 = 0\ngoto pc-1\nexit');
    await launch(client, { object, cycleLimit: 3_000_000_000 });
    await client.request('configurationDone');
    expect((await client.event('stopped')).reason).toBe('exception');
    expect(client.seen('progressStart')).toStrictEqual([]);
  });
});

describe('requests that wait', () => {
  it('can be cancelled', async () => {
    const { top } = await stopInCallback(client);
    const { seq } = client.messages.at(-2)!;
    const wanted = client.request('evaluate', { expression: '1 + 1', frameId: top.id });
    const unwanted = client.failure('evaluate', { expression: '2 + 2', frameId: top.id });
    const requestId = Math.max(seq, ...client.messages.map((message) => message.seq));
    await Promise.all([
      client.requestRaw('cancel', { requestId: lastRequest(client) ?? requestId }),
      wanted,
      unwanted,
    ]);
    expect((await wanted).result).toBe('2');
    expect(await unwanted).toMatchObject({ code: 'cancelled', error: { showUser: false } });
  });

  it('are past it once they are answered, which is no error', async () => {
    await stopInCallback(client);
    expect(await client.requestRaw('cancel', { requestId: 1 })).toBeUndefined();
    expect((await client.request('threads')).threads).toHaveLength(1);
  });
});

/** Number of the last request that was sent. */
function lastRequest({ messages }: DapClient): number | undefined {
  return messages.findLast(({ type }) => type === 'request')?.seq;
}

describe('attach', () => {
  it('is refused with what to do instead', async () => {
    await client.request('initialize', initializeArguments);
    const failure = await client.failure('attach', {});
    expect(failure.code).toBe('attach-unsupported');
    expect(failure.error).toMatchObject({ showUser: true });
    expect(failure.error?.format).toMatch(/launch its object instead/);
  });
});

describe('what is loaded', () => {
  it('is one module', async () => {
    await launch(client, configuration);
    const { modules, totalModules } = await client.request('modules', { startModule: 0, moduleCount: 10 });
    expect(totalModules).toBe(1);
    expect(modules).toMatchObject([
      { name: 'count.bpf.o', path: example('count.bpf.o'), symbolStatus: 'DWARF and BTF' },
    ]);
    expect((await client.request('modules', { startModule: 1 })).modules).toStrictEqual([]);
    expect(client.seen('process')).toMatchObject([{ startMethod: 'launch', pointerSize: 64 }]);
  });
});

describe('locations', () => {
  it('lead from a variable to its declaration, and from code to its line', async () => {
    const { top } = await stopInCallback(client);
    const value = await variableAt(client, top, 'Locals', 'value');
    const declared = await client.request('locations', {
      locationReference: value.declarationLocationReference!,
    });
    expect(declared).toMatchObject({ source: { path: source }, line: lineOf(source, 'static long sum(') });
    const evaluated = await client.request('evaluate', { expression: 'sum', frameId: top.id });
    const code = await client.request('locations', { locationReference: evaluated.valueLocationReference! });
    expect(code).toMatchObject({ source: { path: source } });
    const pc = await variableAt(client, top, 'Registers', 'pc');
    const here = await client.request('locations', { locationReference: pc.valueLocationReference! });
    expect(here.line).toBe(top.line);
    const map = await client.request('evaluate', { expression: '&counts', frameId: top.id });
    const counts = await client.request('locations', { locationReference: map.valueLocationReference! });
    expect(counts.line).toBe(lineOf(source, '} counts SEC'));
    await resume(client);
    const stale = await client.failure('locations', {
      locationReference: value.declarationLocationReference!,
    });
    expect(stale.code).toBe('stale-reference');
  });
});

describe('output', () => {
  it('of each of several runs is a group', async () => {
    await launch(client, configuration);
    await client.request('configurationDone');
    await look(client, await client.event('stopped'));
    const groups = client.seen('output').map(({ group, output }) => [group, output.trimEnd()]);
    expect(groups[0]).toStrictEqual(['start', 'run 1 of 3: count_packets']);
    expect(groups.at(-1)).toStrictEqual(['end', expect.stringMatching(/^count_packets returned 2/)]);
    expect(groups.slice(1, -1).every(([group]) => group === undefined)).toBe(true);
  });
});
