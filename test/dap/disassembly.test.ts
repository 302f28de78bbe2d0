import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildAdapter, example, lineOf, spawnAdapter } from './adapter-process.ts';
import { configuration, inCallback, source, stopInCallback } from './callback-stop.ts';
import type { DapClient } from './client.ts';
import { Objects, withoutLineTexts } from './objects.ts';
import { initializeArguments, launch, nextStop, resume, threadId } from './session.ts';

let client: DapClient;

beforeAll(buildAdapter);
beforeEach(() => {
  client = spawnAdapter();
});
afterEach(() => client.close());

describe('disassemble', () => {
  it.each([
    [-200, 400],
    [0, 1],
    [-3, 7],
    [50, 50],
    [1000, 20],
    [-100_000, 3],
    [0, 0],
  ])('answers offset %d and count %d exactly, with ascending addresses', async (instructionOffset, count) => {
    const { top } = await stopInCallback(client);
    const memoryReference = top.instructionPointerReference!;
    const { instructions } = await client.request('disassemble', {
      memoryReference,
      instructionOffset,
      instructionCount: count,
    });
    expect(instructions).toHaveLength(count);
    const addresses = instructions.map(({ address }) => BigInt(address));
    expect(addresses.every((address, i) => i === 0 || address > addresses[i - 1]!)).toBe(true);
    expect(addresses.every((address) => address > 0n)).toBe(true);
    if (instructionOffset <= 0 && instructionOffset + count > 0)
      expect(addresses[-instructionOffset]).toBe(BigInt(memoryReference));
  });

  it('shows text, bytes, symbol and source of an instruction', async () => {
    const { top } = await stopInCallback(client);
    const { instructions } = await client.request('disassemble', {
      memoryReference: top.instructionPointerReference!,
      instructionCount: 2,
    });
    const [first] = instructions;
    expect(first).toMatchObject({
      address: top.instructionPointerReference,
      symbol: 'sum',
      location: { path: source },
      line: lineOf(source, inCallback),
    });
    expect(first?.instruction).toMatch(/^\([0-9a-f]{2}\) r\d = \*\(u64 \*\)\(r3 \+0\)$/);
    expect(first?.instructionBytes).toMatch(/^79( [0-9a-f]{2}){7}$/);
    expect(first?.presentationHint).toBeUndefined();
  });

  it('refuses what would fill the memory', async () => {
    await launch(client, configuration);
    const args = { memoryReference: '0x100010000', instructionCount: 100_000_000 };
    expect((await client.failure('disassemble', args)).code).toBe('bad-arguments');
  });
});

describe('stepping by instruction', () => {
  it('moves one instruction at a time, and into a callback', async () => {
    const { top } = await stopInCallback(client);
    const second = await resume(client, 'next', { granularity: 'instruction' });
    expect(second.stopped.reason).toBe('step');
    const at = (reference: string | undefined) => BigInt(reference!);
    expect(at(second.top.instructionPointerReference) - at(top.instructionPointerReference)).toBe(8n);
    const third = await resume(client, 'stepIn', { granularity: 'instruction' });
    expect(at(third.top.instructionPointerReference) - at(top.instructionPointerReference)).toBe(16n);
  });
});

describe('the listing', () => {
  it('is a document that knows the instruction of each line', async () => {
    await launch(client, configuration);
    const { uri, text, lines } = await client.request('bpf/listing');
    expect(uri).toMatch(/^bpf-listing:.*count\.bpf\.o\.bpf-listing$/);
    const rows = text.split('\n');
    const shown = lines.flatMap((address, index) =>
      address === null ? [] : [{ address, row: rows[index] }],
    );
    expect(shown.every(({ row }) => /^ *\d+: ([0-9a-f]{2} ){7}/.test(row ?? ''))).toBe(true);
    const { instructions } = await client.request('disassemble', {
      memoryReference: shown[0]!.address,
      instructionCount: shown.length,
    });
    expect(instructions.map(({ address }) => address)).toStrictEqual(shown.map(({ address }) => address));
    expect(shown.every(({ row }, i) => row?.endsWith(instructions[i]!.instruction))).toBe(true);
  });

  it('is fetched by clients that do not open its scheme', async () => {
    await client.request('initialize', { ...initializeArguments, clientID: 'other' });
    await client.request('launch', configuration);
    await client.event('initialized');
    const { sources } = await client.request('loadedSources');
    expect(sources.map(({ path }) => path)).toContain(source);
    const listing = sources.find(({ sourceReference = 0 }) => sourceReference > 0);
    const body = await client.request('source', { sourceReference: listing!.sourceReference! });
    expect(body.content).toBe((await client.request('bpf/listing')).text);
    const failure = await client.failure('source', { sourceReference: 77 });
    expect(failure.code).toBe('unknown-source');
  });

  it('is where frames are of whose source nothing is there, and is stepped through line by line', async () => {
    const objects = new Objects();
    const object = objects.write('count.bpf.o', withoutLineTexts(readFileSync(example('count.bpf.o'))));
    await launch(client, { object, cwd: objects.folder, stopOnEntry: true });
    await client.request('configurationDone');
    const { top } = await nextStop(client);
    objects.remove();
    expect(top.source?.path).toMatch(/^bpf-listing:.*count\.bpf\.o\.bpf-listing$/);
    const rows = (await client.request('bpf/listing')).text.split('\n');
    expect(rows[top.line - 1]).toMatch(/^ *0: /);
    for (const slot of [1, 2]) {
      const { top: next } = await resume(client, 'next');
      expect(rows[next.line - 1]).toMatch(new RegExp(`^ *${slot}: `));
    }
  });
});

describe('lines counted from 0', () => {
  it('are taken and given', async () => {
    await client.request('initialize', {
      ...initializeArguments,
      linesStartAt1: false,
      columnsStartAt1: false,
    });
    await client.request('launch', configuration);
    await client.event('initialized');
    const line = readFileSync(source, 'utf8')
      .split('\n')
      .findIndex((text) => text.includes(inCallback));
    const { breakpoints } = await client.request('setBreakpoints', {
      source: { path: source },
      breakpoints: [{ line }],
    });
    expect(breakpoints[0]).toMatchObject({ verified: true, line });
    await client.request('configurationDone');
    await client.event('stopped');
    const { stackFrames } = await client.request('stackTrace', { threadId, startFrame: 0, levels: 1 });
    expect(stackFrames.map((frame) => frame.line)).toStrictEqual([line]);
  });
});
