import { describe, expect, it } from 'vitest';
import { failed, ok } from '../../../vm/base/problem.ts';
import type { BoundBreakpoint, Modifiers } from './breakpoint.ts';
import { TestSession, debugAssembly } from '../testing.ts';

const source = 'examples/count.bpf.c';
const launch = (): Promise<TestSession> => TestSession.launch({ scenario: 'count.scenario.json' });

function setAt(session: TestSession, text: string, modifiers: Modifiers = {}): BoundBreakpoint | undefined {
  const line = session.line('count.bpf.c', text);
  return session.debugger.breakpoints.setSource(source, [{ line, ...modifiers }])[0];
}

/** Continues to the end of the first run; each stop with the second frame. */
async function stopsOf(session: TestSession): Promise<string[]> {
  const stops: string[] = [];
  for (
    let stop = await session.go(session.debugger.start());
    ;
    stop = await session.go(session.debugger.continue())
  ) {
    stops.push([stop, ...session.frames.slice(1, 2)].join(' < '));
    if (/^(exit|ended)/.test(stop)) return stops;
  }
}

describe('source breakpoints', () => {
  it('stop once for each element', async () => {
    const session = await launch();
    const bound = setAt(session, 'ctx->packets += value->packets');
    expect(bound).toMatchObject({ verified: true, message: undefined, source: { path: source } });
    expect(await stopsOf(session)).toEqual([
      ...[1, 2, 3, 4, 5].map(
        (n) =>
          `breakpoint sum: ctx->packets += value->packets; < bpf_for_each_map_elem(counts) — element ${n} of 5`,
      ),
      'exit 2',
    ]);
  });

  it('stop once on a line that was scheduled in parts', async () => {
    const session = await launch();
    setAt(session, 'if (eth->h_proto');
    expect(await stopsOf(session)).toHaveLength(2);
  });

  it('move to the next line of the function that has code', async () => {
    const session = await launch();
    const bound = setAt(session, '__u64 length = data_end - data');
    const line = session.line('count.bpf.c', 'struct totals totals = {}');
    expect(bound).toMatchObject({ verified: true, source: { line } });
    expect(bound?.message).toContain(`the next that has is ${line}`);
  });

  it('do not move into another function', async () => {
    const session = await launch();
    for (const text of [
      '/* Shorter packets',
      'char LICENSE',
      '__uint(max_entries',
      '#include <linux/bpf.h>',
    ]) {
      expect(setAt(session, text)).toMatchObject({
        verified: false,
        message: 'no code was compiled for this line',
      });
    }
  });

  it('on the head of a function stop at its first line', async () => {
    const session = await launch();
    const bound = setAt(session, 'int count_packets(struct xdp_md *ctx)');
    expect(bound?.source?.line).toBe(session.line('count.bpf.c', 'void *data = '));
  });

  it('say what is no source', async () => {
    const session = await launch();
    const [bound] = session.debugger.breakpoints.setSource('/other/main.c', [{ line: 3 }]);
    expect(bound).toMatchObject({ verified: false, message: 'main.c is no source of count.bpf.o' });
    const [elsewhere] = session.debugger.breakpoints.setSource('/other/count.bpf.c', [{ line: 57 }]);
    expect(elsewhere?.verified).toBe(false);
  });

  it('keep their ids when they are set again', async () => {
    const session = await launch();
    const { breakpoints } = session.debugger;
    const lines = ['ctx->packets +=', 'ctx->bytes +='].map((text) => ({
      line: session.line('count.bpf.c', text),
    }));
    const first = breakpoints.setSource(source, lines).map(({ id }) => id);
    expect(new Set(first).size).toBe(2);
    expect(breakpoints.setSource(source, [...lines].reverse()).map(({ id }) => id)).toEqual(first.reverse());
    expect(breakpoints.setSource(source, []).length).toBe(0);
    expect(await stopsOf(session)).toEqual(['exit 2']);
  });

  it('stop where another of the same line was asked for twice', async () => {
    const session = await launch();
    const line = session.line('count.bpf.c', 'ctx->packets +=');
    const ids = session.debugger.breakpoints.setSource(source, [{ line }, { line }]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });

  it('go by column where one is given', async () => {
    const session = await launch();
    const line = session.line('count.bpf.c', 'ctx->bytes +=');
    const places = session.debugger.breakpointLocations(source, line);
    expect(places.length).toBe(2);
    const bound = places.flatMap((place) => session.debugger.breakpoints.setSource(source, [place]));
    expect(bound[0]?.address).not.toBe(bound[1]?.address);
    expect(bound.map((one) => one.source?.column)).toEqual(places.map(({ column }) => column));
  });
});

describe('conditions, hit counts and log points', () => {
  const element = (n: number): string => `bpf_for_each_map_elem(counts) — element ${n} of 5`;

  it('count hits', async () => {
    const session = await launch();
    setAt(session, 'ctx->packets +=', { hitCondition: '% 2' });
    const stops = await stopsOf(session);
    expect(stops.map((stop) => stop.split(' < ')[1])).toEqual([element(2), element(4), undefined]);
  });

  it('evaluate conditions where the machine stands', async () => {
    const session = await launch();
    const { debugger: target } = session;
    target.setEvaluator({
      condition: (text) => ok(target.vm.machine.frames.read(1).callback?.index === Number(text)),
      text: () => ok(''),
    });
    setAt(session, 'ctx->packets +=', { condition: '3' });
    const stops = await stopsOf(session);
    expect(stops.map((stop) => stop.split(' < ')[1])).toEqual([element(4), undefined]);
  });

  it('stop and say why where a condition has no value', async () => {
    const session = await launch();
    session.debugger.setEvaluator({
      condition: () => failed({ code: 'unknown-name', message: 'there is no x' }),
      text: () => ok(''),
    });
    setAt(session, 'ctx->packets +=', { condition: 'x > 1' });
    expect((await stopsOf(session)).length).toBe(6);
    expect(session.printed[0]).toBe("problem: condition 'x > 1': there is no x");
  });

  it('write log messages in order with what the program prints', async () => {
    const session = await launch();
    session.debugger.setEvaluator({ condition: () => ok(true), text: (text) => ok(`<${text}>`) });
    const lines = ['ctx->packets +=', '{', '}'];
    setAt(session, lines[0] ?? '', { logMessage: 'element {*key}', hitCondition: '<= 2' });
    expect(await stopsOf(session)).toEqual(['exit 2']);
    expect(session.printed).toEqual([
      'log: element <*key>',
      'log: element <*key>',
      'program: 107628 bytes in 5 protocols, most packets are of protocol 6',
    ]);
    expect(session.output[0]?.source?.line).toBe(session.line('count.bpf.c', 'ctx->packets +='));
  });

  it('are refused with a reason', async () => {
    const session = await launch();
    expect(setAt(session, 'ctx->packets +=', { hitCondition: 'often' })).toMatchObject({ verified: false });
    expect(setAt(session, 'ctx->packets +=', { logMessage: '{' })?.message).toContain('without its }');
    expect(await stopsOf(session)).toEqual(['exit 2']);
  });
});

describe('function breakpoints', () => {
  it.each([
    ['sum', 'function breakpoint sum: ctx->packets += value->packets;'],
    ['xdp', 'function breakpoint count_packets: void *data_end = (void *)(long)ctx->data_end;'],
    [
      'count_packet',
      'function breakpoint count_packet: struct count *value = bpf_map_lookup_elem(&counts, &protocol);',
    ],
    [
      'bpf_map_lookup_elem',
      'function breakpoint count_packet: struct count *value = bpf_map_lookup_elem(&counts, &protocol);',
    ],
    [
      'bpf_trace_*',
      'function breakpoint count_packets: bpf_printk("%llu bytes in %ld protocols, most packets are of protocol %u",',
    ],
  ])('%s', async (name, expected) => {
    const session = await launch();
    const [bound] = session.debugger.breakpoints.setFunctions([{ name }]);
    expect(bound?.verified).toBe(true);
    expect(await session.go(session.debugger.start())).toBe(expected);
  });

  it('may mean several functions', async () => {
    const session = await launch();
    const [bound, unknown] = session.debugger.breakpoints.setFunctions([
      { name: 'count_*' },
      { name: 'nosuch' },
    ]);
    expect(bound?.message).toBe('2 functions: count_packet, count_packets');
    expect(unknown).toMatchObject({ verified: false });
    expect(unknown?.message).toContain('no function, program section or call of a helper named nosuch');
    expect((await stopsOf(session)).length).toBe(3);
  });
});

describe('instruction breakpoints', () => {
  it('stop at an address and offset', async () => {
    const session = await launch();
    const { breakpoints, vm, code } = session.debugger;
    const sum = code.functions.find(({ name }) => name === 'sum')?.firstSlot ?? -1;
    const address = vm.machine.code.addressOfSlot(sum + 2);
    const [bound] = breakpoints.setInstructions([{ address, offset: -16 }]);
    expect(bound).toMatchObject({ verified: true, address: address - 16n });
    expect((await stopsOf(session))[0]).toContain('instruction breakpoint sum: ctx->packets');
  });

  it('are not verified where no instruction starts', async () => {
    const session = await debugAssembly('r1 = 0x123456789 ll\nr0 = 0\nexit\n');
    const { breakpoints, vm } = session.debugger;
    const first = vm.machine.code.addressOfSlot(0);
    const bound = breakpoints.setInstructions([
      { address: first },
      { address: first + 8n },
      { address: first + 4n },
      { address: 0n },
      { address: 0xffff_ffff_ffff_ffffn },
    ]);
    expect(bound.map(({ verified }) => verified)).toEqual([true, false, false, false, false]);
  });
});

describe('breakpoints in the listing', () => {
  it('stop at the instruction of the line, or at the next', async () => {
    const session = await launch();
    const { breakpoints, places } = session.debugger;
    const label = places.listing.text.split('\n').indexOf('sum:');
    const [bound] = breakpoints.setSource(places.listingPath, [{ line: label + 1 }]);
    // The label, the source line, the instruction.
    expect(bound).toMatchObject({ verified: true, source: { path: places.listingPath, line: label + 3 } });
    expect((await stopsOf(session))[0]).toContain('breakpoint sum: ctx->packets');
  });

  it('belong to their object', async () => {
    const session = await launch();
    const [bound] = session.debugger.breakpoints.setSource('bpf-listing:/other.o.bpf-listing', [{ line: 9 }]);
    expect(bound).toMatchObject({ verified: false, message: 'this is not the listing of count.bpf.o' });
  });
});
