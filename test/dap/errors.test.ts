import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildElf } from '../../vm/object/testing/build-elf.ts';
import { buildAdapter, example, spawnAdapter } from './adapter-process.ts';
import type { DapClient } from './client.ts';
import { Objects, xdpProgram } from './objects.ts';
import { initializeArguments, launch, nextStop, threadId } from './session.ts';

const objects = new Objects();
let client: DapClient;

beforeAll(buildAdapter);
beforeEach(() => {
  client = spawnAdapter();
});
afterEach(() => client.close());
afterAll(() => objects.remove());

const count = (): Uint8Array => new Uint8Array(readFileSync(example('count.bpf.o')));

function otherMachine(): Uint8Array {
  const bytes = count();
  bytes[18] = 62; // EM_X86_64
  return bytes;
}

function twoPrograms(): Uint8Array {
  const one = xdpProgram('xdp', 'one', 'r0 = 1\nexit');
  const two = xdpProgram('xdp/two', 'two', 'r0 = 2\nexit');
  return buildElf([one.code, two.code], [one.symbol, two.symbol]);
}

describe('launch', () => {
  it.each([
    ['a missing file', () => '/no/such/object.bpf.o', /no\/such\/object\.bpf\.o/],
    ['no ELF file', () => example('README.md'), /ELF/],
    ['an empty file', () => objects.write('empty.o', new Uint8Array()), /ELF/],
    ['another machine', () => objects.write('other.o', otherMachine()), /BPF/],
    ['a truncated file', () => objects.write('cut.o', count().slice(0, 2000)), /cut\.o/],
    ['several programs', () => objects.write('two.o', twoPrograms()), /one.*two/s],
  ])('says what is wrong with %s', async (_what, object, message) => {
    await client.request('initialize', initializeArguments);
    const failure = await client.failure('launch', { object: object() });
    expect(failure.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(failure.code).not.toBe('internal');
    expect(failure.error).toMatchObject({ showUser: true, id: 2 });
    expect(failure.error?.format).toMatch(message);
    expect(failure.error?.format).not.toContain('undefined');
  });

  it.each([
    ['nothing', undefined],
    ['no object', {}],
    ['a wrong setting', { object: example('count.bpf.o'), stopOnEntry: 'yes' }],
    ['a wrong list', { object: [7] }],
    ['an unknown program', { object: example('count.bpf.o'), program: 'none' }],
    ['an unknown map', { object: example('count.bpf.o'), maps: { none: [] } }],
    ['a packet that is none', { object: example('count.bpf.o'), dataIn: 'xyz' }],
    ['a scenario that is not there', { scenario: '/no/such/scenario.json' }],
    ['a scenario that is no JSON', { scenario: example('README.md') }],
  ])('refuses %s', async (_what, configuration) => {
    await client.request('initialize', initializeArguments);
    const failure = await client.failure('launch', configuration);
    expect(failure.code).not.toBe('internal');
    expect(failure.error?.format.length).toBeGreaterThan(10);
  });

  it('can be tried again after it failed, and only once when it worked', async () => {
    await client.request('initialize', initializeArguments);
    await client.failure('launch', { object: '/no/such/object.bpf.o' });
    await client.request('launch', { object: example('count.bpf.o') });
    expect((await client.failure('launch', { object: example('count.bpf.o') })).code).toBe(
      'already-launched',
    );
  });
});

describe('requests', () => {
  it('that come too early are refused', async () => {
    for (const [command, args] of [
      ['configurationDone', undefined],
      ['threads', undefined],
      ['stackTrace', { threadId }],
      ['setBreakpoints', { source: { path: 'a.c' }, breakpoints: [] }],
      ['bpf/listing', undefined],
    ] as const) {
      expect((await client.failure(command, args)).code).toBe('not-launched');
    }
    await launch(client, { object: example('count.bpf.o') });
    expect((await client.failure('stackTrace', { threadId })).code).toBe('notStopped');
  });

  it.each([
    ['setBreakpoints', {}],
    ['setBreakpoints', { source: {}, breakpoints: [{ line: 1 }] }],
    ['setBreakpoints', { source: { path: 'a.c' }, breakpoints: [{ line: 'one' }] }],
    ['setBreakpoints', { source: { path: 'a.c' }, breakpoints: 7 }],
    ['setFunctionBreakpoints', { breakpoints: [null] }],
    ['setInstructionBreakpoints', { breakpoints: [{ instructionReference: 'here' }] }],
    ['setExceptionBreakpoints', { filters: [1] }],
    ['stackTrace', undefined],
    ['stackTrace', { threadId, startFrame: -1 }],
    ['scopes', {}],
    ['scopes', { frameId: 12.5 }],
    ['scopes', { frameId: 999 }],
    ['variables', { variablesReference: '1' }],
    ['variables', { variablesReference: 0 }],
    ['variables', { variablesReference: 1, filter: 'other' }],
    ['setVariable', { variablesReference: 1, name: 'x' }],
    ['evaluate', { expression: 7 }],
    ['evaluate', { expression: '' }],
    ['evaluate', { expression: '1', frameId: -1 }],
    ['setExpression', { expression: '1', value: '2' }],
    ['readMemory', { memoryReference: '0x', count: 1 }],
    ['readMemory', { memoryReference: '0x10', count: -1 }],
    ['writeMemory', { memoryReference: '0x10' }],
    ['disassemble', { memoryReference: '0x10', instructionCount: 1e300 }],
    ['next', { threadId, granularity: 'galaxy' }],
    ['source', {}],
    ['completions', { text: 'a' }],
    ['completions', { text: 'a', column: 1, frameId: -1 }],
    ['stepInTargets', { frameId: 0 }],
    ['stepIn', { threadId, targetId: -1 }],
    ['gotoTargets', { source: {}, line: 1 }],
    ['goto', { threadId, targetId: -1 }],
    ['goto', { threadId, targetId: 1e9 }],
    ['locations', { locationReference: 1 }],
    ['modules', { startModule: -1 }],
    ['attach', {}],
    ['evaluate', { expression: '.nothing', context: 'repl' }],
    ['exceptionInfo', { threadId }],
    ['no/such/request', {}],
    ['constructor', {}],
  ])('%s %j is answered with an error, and the session lives on', async (command, args) => {
    await launch(client, { object: example('count.bpf.o'), stopOnEntry: true });
    await client.request('configurationDone');
    await nextStop(client);
    const failure = await client.failure(command, args);
    expect(failure.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(failure.code).not.toBe('internal');
    const { threads } = await client.request('threads');
    expect(threads).toHaveLength(1);
  });

  it('with an expression too deep for any stack are refused', async () => {
    await launch(client, { object: example('count.bpf.o'), stopOnEntry: true });
    await client.request('configurationDone');
    await nextStop(client);
    for (const part of ['(', '-', '!']) {
      const failure = await client.failure('evaluate', { expression: part.repeat(50_000) });
      expect(failure.code).not.toBe('internal');
    }
  });

  it('that are no messages are skipped', async () => {
    client.write('Content-Length: 9\r\n\r\n{"broken"');
    client.write('Content-Length: 4\r\n\r\nnull');
    client.write('Content-Length: nonsense\r\n\r\n');
    client.write('Content-Length: 2\r\n\r\n{}');
    expect(await client.request('initialize', initializeArguments)).toMatchObject({
      supportsConfigurationDoneRequest: true,
    });
  });
});

describe('faults', () => {
  const faulting = 'r1 = *(u32 *)(r1 +0)\nr0 = *(u8 *)(r1 +100)\nexit';

  it('stop before the access, say what it was, and can be looked at', async () => {
    await launch(client, { object: objects.xdp('fault.o', faulting) });
    await client.request('setExceptionBreakpoints', {
      filters: ['memory', 'refused', 'limits', 'not-implemented', 'strict'],
    });
    await client.request('configurationDone');
    const { stopped, top } = await nextStop(client);
    expect(stopped).toMatchObject({ reason: 'exception', description: 'Fault: invalid-access' });
    expect(top.name).toBe('main');
    const info = await client.request('exceptionInfo', { threadId });
    expect(info).toMatchObject({ exceptionId: 'invalid-access', breakMode: 'always' });
    expect(info.description).toContain('invalid access to packet, off=100 size=1');
    expect(info.details?.stackTrace).toContain('at main (');
    const { result } = await client.request('evaluate', { expression: '$cycle', frameId: top.id });
    expect(result).toBe('1');
    await client.request('continue', { threadId });
    expect(await client.event('exited')).toStrictEqual({ exitCode: 1 });
    await client.event('terminated');
  });

  it('end the run where their filter is off', async () => {
    await launch(client, { object: objects.xdp('fault.o', faulting), stopAtExit: false });
    await client.request('setExceptionBreakpoints', { filters: [] });
    await client.request('configurationDone');
    expect(await client.event('exited')).toStrictEqual({ exitCode: 1 });
    expect(client.seen('stopped')).toStrictEqual([]);
    expect(
      client
        .seen('output')
        .map(({ output }) => output)
        .join(''),
    ).toContain('invalid access to packet');
  });
});

describe('an endless loop', () => {
  const endless = 'r0 = 0\nloop:\nr0 += 1\ngoto loop';

  it('answers while it runs, and pauses', async () => {
    await launch(client, { object: objects.xdp('endless.o', endless) });
    await client.request('configurationDone');
    expect((await client.failure('stackTrace', { threadId })).code).toBe('notStopped');
    expect((await client.failure('next', { threadId })).code).toBe('notStopped');
    const { threads } = await client.request('threads');
    expect(threads[0]?.name).toBe('main on CPU 0');
    await client.request('pause', { threadId });
    const { stopped, top } = await nextStop(client);
    expect(stopped).toMatchObject({ reason: 'pause', description: 'Paused' });
    expect(top.name).toBe('main');
    expect(top.source?.path).toMatch(/^bpf-listing:/);
    const { breakpoints } = await client.request('setInstructionBreakpoints', {
      breakpoints: [{ instructionReference: top.instructionPointerReference! }],
    });
    await client.request('continue', { threadId });
    expect((await nextStop(client)).stopped.hitBreakpointIds).toStrictEqual([breakpoints[0]?.id]);
  });

  it('takes breakpoints that are set while it runs', async () => {
    await launch(client, { object: objects.xdp('endless.o', endless) });
    const { lines } = await client.request('bpf/listing');
    const [, second] = lines.filter((address) => address !== null);
    await client.request('configurationDone');
    await client.request('threads');
    await client.request('setInstructionBreakpoints', { breakpoints: [{ instructionReference: second! }] });
    expect((await nextStop(client)).stopped.reason).toBe('instruction breakpoint');
  });

  it('ends at the cycle limit', async () => {
    await launch(client, { object: objects.xdp('endless.o', endless), cycleLimit: 1_000_000 });
    await client.request('configurationDone');
    const { stopped } = await nextStop(client);
    expect(stopped).toMatchObject({ reason: 'exception', description: 'Fault: cycle-limit' });
  });

  it('does not outlive its client', async () => {
    await launch(client, { object: objects.xdp('endless.o', endless) });
    await client.request('configurationDone');
    client.hangUp();
    await expect(client.event('stopped')).rejects.toThrow('the adapter ended (0)');
  });

  it.each(['terminate', 'disconnect'] as const)('ends with %s', async (command) => {
    await launch(client, { object: objects.xdp('endless.o', endless) });
    await client.request('configurationDone');
    await client.request(command);
    if (command === 'terminate') {
      await client.event('terminated');
      await client.request('disconnect');
    }
    await expect(client.event('stopped')).rejects.toThrow('the adapter ended (0)');
  });
});
