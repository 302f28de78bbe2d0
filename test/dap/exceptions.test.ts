import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildAdapter, spawnAdapter } from './adapter-process.ts';
import type { DapClient } from './client.ts';
import { Objects } from './objects.ts';
import { initializeArguments, launch, nextStop, resume, threadId } from './session.ts';

const objects = new Objects();
let client: DapClient;

beforeAll(buildAdapter);
beforeEach(() => {
  client = spawnAdapter();
});
afterEach(() => client.close());
afterAll(() => objects.remove());

describe('exception filters', () => {
  it('are told once, each with a place for a condition', async () => {
    const { exceptionBreakpointFilters: filters = [] } = await client.request(
      'initialize',
      initializeArguments,
    );
    expect(filters.map(({ filter, default: on }) => [filter, on])).toEqual([
      ['memory', true],
      ['refused', true],
      ['limits', true],
      ['not-implemented', true],
      ['strict', true],
      ['helper-errors', false],
    ]);
    expect(
      filters.every(
        ({ supportsCondition, conditionDescription }) => supportsCondition && conditionDescription,
      ),
    ).toBe(true);
  });

  it('of errors stop behind the call, where the words of the condition are met', async () => {
    const source = 'r6 = r1\nr2 = 5000\ncall 44\nr1 = r6\nr2 = 0\ncall 44\nr0 = 2\nexit';
    await launch(client, { object: objects.xdp('errors.o', source) });
    const { breakpoints } = await client.request('setExceptionBreakpoints', {
      filters: [],
      filterOptions: [{ filterId: 'helper-errors', condition: 'EINVAL, bpf_xdp_*' }, { filterId: 'nothing' }],
    });
    expect(breakpoints).toMatchObject([
      { verified: true },
      { verified: false, message: 'there is no filter nothing' },
    ]);
    await client.request('configurationDone');
    const { stopped } = await nextStop(client);
    expect(stopped).toMatchObject({
      reason: 'exception',
      description: 'bpf_xdp_adjust_head returned -22 (EINVAL)',
      hitBreakpointIds: [breakpoints[0]?.id],
    });
    const info = await client.request('exceptionInfo', { threadId });
    expect(info).toMatchObject({
      exceptionId: 'bpf_xdp_adjust_head',
      details: { evaluateName: '$r0' },
    });
    expect((await resume(client)).stopped.reason).toBe('exit');
  });

  it('of faults take kinds and expressions as conditions', async () => {
    const source = 'r1 = 0\nr0 = *(u8 *)(r1 +0)\nexit';
    await launch(client, { object: objects.xdp('null.o', source), stopAtExit: false });
    await client.request('setExceptionBreakpoints', {
      filters: [],
      filterOptions: [{ filterId: 'memory', condition: '$r1 == 0' }],
    });
    await client.request('configurationDone');
    const { stopped } = await nextStop(client);
    expect(stopped.description).toBe('Fault: null-pointer');
    const { description, details } = await client.request('exceptionInfo', { threadId });
    expect(description?.split('\n')).toEqual([
      expect.stringContaining("R1 invalid mem access 'scalar'"),
      'The verifier refuses the program: the pointer may be NULL.',
      'Compare the pointer with NULL first, as what bpf_map_lookup_elem returns.',
      'Switch off: Memory faults, in the Breakpoints view.',
    ]);
    expect(details?.evaluateName).toBe('$r1');
  });

  it('whose condition another kind of fault does not meet do not stop', async () => {
    const source = 'r1 = 0\nr0 = *(u8 *)(r1 +0)\nexit';
    await launch(client, { object: objects.xdp('null.o', source), stopAtExit: false });
    await client.request('setExceptionBreakpoints', {
      filters: [],
      filterOptions: [{ filterId: 'memory', condition: 'invalid-access' }],
    });
    await client.request('configurationDone');
    expect(await client.event('exited')).toStrictEqual({ exitCode: 1 });
    expect(client.seen('stopped')).toStrictEqual([]);
  });
});
