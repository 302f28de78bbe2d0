import { describe, expect, it } from 'vitest';
import { TestSession, debugAssembly } from './testing.ts';
import type { StepKind } from './stop.ts';

async function count(): Promise<TestSession> {
  return TestSession.launch({ scenario: 'count.scenario.json', stopOnEntry: true });
}

/** Steps until the run ends, with the frames below the innermost. */
async function transcript(session: TestSession, kind: StepKind): Promise<string[]> {
  const lines = [await session.go(session.debugger.start())];
  for (let steps = 0; steps < 200 && !/^(exit|ended)/.test(lines.at(-1) ?? ''); steps++) {
    const line = await session.go(session.debugger.step(kind));
    const callers = session.frames.slice(1).map((name) => ` < ${name}`);
    lines.push(line + callers.join(''));
  }
  return lines;
}

async function goTo(session: TestSession, file: string, text: string): Promise<string> {
  const { debugger: target } = session;
  const [bound] = target.breakpoints.setSource(`examples/${file}`, [{ line: session.line(file, text) }]);
  expect(bound?.verified).toBe(true);
  const stopped = await session.go(target.running ? target.continue() : target.start());
  target.breakpoints.setSource(`examples/${file}`, []);
  return stopped;
}

describe('stepping through count.bpf.c', () => {
  it('steps into everything', async () => {
    const lines = await transcript(await count(), 'in');
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('testdata/count.step-in.txt');
  });

  it('steps over calls and traversals', async () => {
    const lines = await transcript(await count(), 'over');
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('testdata/count.step-over.txt');
  });

  it('stops at a breakpoint in what it steps over', async () => {
    const session = await TestSession.launch({ scenario: 'count.scenario.json' });
    const { debugger: target } = session;
    await goTo(session, 'count.bpf.c', 'protocols = bpf_for_each_map_elem');
    const line = session.line('count.bpf.c', 'ctx->most = value->packets');
    target.breakpoints.setSource('examples/count.bpf.c', [{ line }]);
    expect(await session.go(target.step('over'))).toBe('breakpoint sum: ctx->most = value->packets;');
    expect(session.frames).toEqual([
      'sum',
      'bpf_for_each_map_elem(counts) — element 1 of 5',
      'count_packets',
    ]);
  });

  it('steps out of a callback to the next element, and to the caller after the last', async () => {
    const session = await TestSession.launch({ scenario: 'count.scenario.json' });
    await goTo(session, 'count.bpf.c', 'ctx->bytes += value->bytes');
    const stops: string[] = [];
    for (let i = 0; i < 5; i++) {
      stops.push(await session.go(session.debugger.step('out')));
      stops.push(session.frames[1] ?? '');
    }
    const element = (n: number): string[] => [
      'step sum: ctx->packets += value->packets;',
      `bpf_for_each_map_elem(counts) — element ${n} of 5`,
    ];
    expect(stops).toEqual([
      ...[2, 3, 4, 5].flatMap(element),
      'step count_packets: protocols = bpf_for_each_map_elem(&counts, sum, &totals, 0);',
      '',
    ]);
  });

  it('runs to the caller of a traversal', async () => {
    const session = await TestSession.launch({ scenario: 'count.scenario.json' });
    await goTo(session, 'count.bpf.c', 'ctx->bytes += value->bytes');
    expect(await session.go(session.debugger.step('caller'))).toBe(
      'step count_packets: protocols = bpf_for_each_map_elem(&counts, sum, &totals, 0);',
    );
    expect(session.debugger.vm.machine.register(0)).toBe(5n);
  });

  it('runs to the caller through breakpoints of the callback', async () => {
    const session = await TestSession.launch({ scenario: 'count.scenario.json' });
    session.debugger.breakpoints.setFunctions([{ name: 'sum' }]);
    await session.go(session.debugger.start());
    expect(session.where()).toContain('sum:');
    await session.go(session.debugger.step('caller'));
    expect(session.where()).toBe(
      'count_packets: protocols = bpf_for_each_map_elem(&counts, sum, &totals, 0);',
    );
  });

  it('steps out of a subprogram into the middle of the call', async () => {
    const session = await TestSession.launch({ scenario: 'count.scenario.json' });
    await goTo(session, 'count.bpf.c', 'if (!value)');
    expect(session.where()).toBe('count_packet: if (!value) {');
    expect(await session.go(session.debugger.step('out'))).toBe(
      'step count_packets: if (count_packet(ip->protocol, length))',
    );
    expect(session.debugger.places.lines.startsRow(session.debugger.vm.machine.slot)).toBe(false);
  });

  it('steps out of the program to its end', async () => {
    const session = await count();
    await session.go(session.debugger.start());
    expect(await session.go(session.debugger.step('out'))).toBe('exit 2');
    expect(session.printed).toEqual(['program: 107628 bytes in 5 protocols, most packets are of protocol 6']);
  });

  it('steps by instructions, over calls and into them', async () => {
    const session = await TestSession.launch({ scenario: 'count.scenario.json' });
    const { debugger: target } = session;
    await goTo(session, 'count.bpf.c', 'protocols = bpf_for_each_map_elem');
    const { machine } = target.vm;
    const first = machine.slot;
    for (let i = 0; i < 3; i++) await session.go(target.step('over', 'instruction'));
    // Two lddw and one mov.
    expect(machine.slot).toBe(first + 5);
    await session.go(target.step('over', 'instruction'));
    expect(machine.slot).toBe(first + 6);
  });

  it('takes less than 5 ms for a step', async () => {
    const session = await count();
    await session.go(session.debugger.start());
    const times: number[] = [];
    for (let i = 0; i < 8; i++) {
      const start = performance.now();
      await session.debugger.step('over');
      times.push(performance.now() - start);
    }
    expect(times.sort((a, b) => a - b)[4]).toBeLessThan(5);
  });
});

/** Line 2 counts to 3 on its own; line 4 is the end. */
const loop = `
  r1 = 0
  r1 += 1
  if r1 != 3 goto -2
  r0 = r1
  exit
`;

describe('stepping through loops', () => {
  it('stops at each pass of a loop on one line', async () => {
    const session = await debugAssembly(loop, {
      lines: { 0: 1, 1: 2, 3: 4 },
      configuration: { stopOnEntry: true },
    });
    expect(await transcript(session, 'over')).toEqual([
      'entry main: line 1',
      'step main: line 2',
      'step main: line 2',
      'step main: line 2',
      'step main: line 4',
      'exit 3',
    ]);
  });

  it('goes by instructions where there are no lines', async () => {
    const session = await debugAssembly(loop, { configuration: { stopOnEntry: true } });
    const steps = await transcript(session, 'over');
    expect(steps.slice(0, 4)).toEqual([
      'entry main: slot 0',
      'step main: slot 1',
      'step main: slot 2',
      'step main: slot 1',
    ]);
    expect(steps.at(-1)).toBe('exit 3');
  });
});

/** main calls long, which takes 2 million cycles. */
const longCall = `
  r6 = 1
  call pc+2
  r0 = r6
  exit
  r1 = 0
  r1 += 1
  if r1 != 1000000 goto -2
  r0 = 0
  exit
`;

describe('long calls', () => {
  const options = {
    functions: { main: 0, long: 4 },
    lines: { 0: 1, 1: 2, 2: 3, 4: 11, 5: 12, 7: 13 },
    configuration: { stopOnEntry: true },
  };

  it('are stepped over at full speed', async () => {
    const session = await debugAssembly(longCall, options);
    await session.go(session.debugger.start());
    await session.go(session.debugger.step('over'));
    const start = performance.now();
    expect(await session.go(session.debugger.step('over'))).toBe('step main: line 3');
    expect(performance.now() - start).toBeLessThan(500);
    expect(session.debugger.vm.machine.cycle).toBe(2_000_005);
  });

  it('do not end the session when stepped out of', async () => {
    const session = await debugAssembly(longCall, options);
    await session.go(session.debugger.start());
    await session.go(session.debugger.step('in'));
    expect(await session.go(session.debugger.step('in'))).toBe('step long: line 11');
    expect(await session.go(session.debugger.step('out'))).toBe('step main: line 3');
  });
});
