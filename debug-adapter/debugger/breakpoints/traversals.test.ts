import { describe, expect, it } from 'vitest';
import { expectOk } from '../../../vm/base/problem.ts';
import { TestSession, debugAssembly } from '../testing.ts';

const launch = (): Promise<TestSession> => TestSession.launch({ scenario: 'count.scenario.json' });

/** What stops in the first run, in words. */
async function stopsOf(session: TestSession, ...names: readonly string[]): Promise<string[]> {
  const bound = session.debugger.setFunctionBreakpoints(names.map((name) => ({ name })));
  expect(bound.map(({ verified }) => verified)).toEqual(names.map(() => true));
  const stops: string[] = [];
  let progress = expectOk(await session.debugger.start());
  while (progress.reason !== 'exit' && progress.reason !== 'ended') {
    stops.push('text' in progress ? progress.text : progress.reason);
    progress = expectOk(await session.debugger.continue());
  }
  return stops;
}

const call = 'bpf_for_each_map_elem(counts)';

describe('traversal breakpoints', () => {
  it('stop at the begin and at the end', async () => {
    expect(await stopsOf(await launch(), 'traversal:counts', 'traversal:counts:end')).toEqual([
      `${call} begins`,
      `${call} has ended, it returned 5`,
    ]);
  });

  it('stop at each element, by the name of the helper too', async () => {
    const elements = [1, 2, 3, 4, 5].map((number) => `${call}: element ${number}`);
    expect(await stopsOf(await launch(), 'traversal:bpf_for_each*:element')).toEqual(elements);
  });

  it('stop where a callback has changed its context', async () => {
    const stops = await stopsOf(await launch(), 'traversal:*:ctx');
    expect(stops).toHaveLength(5);
    expect(stops[0]).toBe(`${call}: element 1 has changed callback_ctx`);
  });

  it('do not stop for early ends where there are none', async () => {
    expect(await stopsOf(await launch(), 'traversal:counts:stopped')).toEqual([]);
  });

  it('stop at the exit that ends a loop early', async () => {
    const source = `
      r1 = 10
      r2 = subprog[f_each]
      r3 = 0
      r4 = 0
      call 181
      exit
      f_each: r0 = 0
      if r1 != 3 goto +1
      r0 = 1
      exit`;
    const session = await debugAssembly(source, { functions: { main: 0, f_each: 7 } });
    expect(await stopsOf(session, 'traversal:bpf_loop:stopped', 'traversal:bpf_loop:end')).toEqual([
      'bpf_loop is stopped by element 4: its callback returns 1',
      'bpf_loop has ended, it returned 4',
    ]);
  });

  it('say what is no traversal', async () => {
    const { debugger: target } = await launch();
    const names = ['traversal:', 'traversal:nothing', 'traversal:counts:paint'];
    expect(
      target.setFunctionBreakpoints(names.map((name) => ({ name }))).map(({ message }) => message),
    ).toEqual([
      "'traversal:' names no traversal: traversal:counts:end does",
      'no map, and no helper that is called and runs callbacks, is named nothing',
      'paint is no event of a traversal: begin, element, stopped, ctx, end are',
    ]);
  });
});

describe('function breakpoints', () => {
  it.each([
    ['count*', true, '2 functions: count_packet, count_packets'],
    ['function:count_packet', true, undefined],
    ['section:xd*', true, undefined],
    ['helper:bpf_map_update_elem', true, 'the call'],
    ['helper:bpf_map_*', true, '2 calls'],
    ['helper:count_packet', false, 'count.bpf.o has no call of a helper named count_packet'],
    ['kfunc:bpf_iter_num_new', false, 'count.bpf.o has no call of a kernel function named bpf_iter_num_new'],
    ['section:tc', false, 'count.bpf.o has no program section named tc'],
  ])('%s', async (name, verified, message) => {
    const { debugger: target } = await launch();
    const [bound] = target.setFunctionBreakpoints([{ name }]);
    expect([bound?.verified, bound?.message]).toEqual([verified, message]);
  });
});
