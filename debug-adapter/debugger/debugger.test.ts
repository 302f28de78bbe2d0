import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../vm/engine/virtual-machine.ts';
import { nodeFiles } from '../file-accessor-node.ts';
import { Debugger } from './debugger.ts';
import { TestSession, debugAssembly } from './testing.ts';

const endless = 'r0 = 0\nr0 += 1\ngoto -2\nexit\n';

describe('runs', () => {
  it('follow one another after each exit', async () => {
    const session = await TestSession.launch({ scenario: 'count.scenario.json' });
    const results: RunResult[] = [];
    const started: string[] = [];
    session.debugger.on('runEnded', (result) => results.push(result));
    session.debugger.on('runStarted', ({ index, count, program }) =>
      started.push(`${program} ${index + 1}/${count}`),
    );
    const stops = [await session.go(session.debugger.start())];
    for (let i = 0; i < 4; i++) stops.push(await session.go(session.debugger.continue()));
    expect(stops).toEqual(['exit 2', 'exit 2', 'exit 2', 'ended 2', 'ended 2']);
    expect(results.length).toBe(3);
    expect(started).toEqual(['count_packets 1/3', 'count_packets 2/3', 'count_packets 3/3']);
    expect(session.printed).toEqual(['program: 107628 bytes in 5 protocols, most packets are of protocol 6']);
  });

  it('go through without stops at the exits', async () => {
    const session = await TestSession.launch({ scenario: 'count.scenario.json', stopAtExit: false });
    expect(await session.go(session.debugger.start())).toBe('ended 2');
  });

  it('are entered by a step after the one before', async () => {
    const session = await TestSession.launch({ scenario: 'count.scenario.json' });
    await session.go(session.debugger.start());
    expect(session.frames).toEqual(['count_packets']);
    expect(await session.go(session.debugger.step('over'))).toMatch(/^entry count_packets: /);
  });

  it('say what they did not give', async () => {
    const runs = [{ expect: { retval: 1 } }];
    const session = await TestSession.launch({ object: 'count.bpf.o', runs });
    expect(await session.go(session.debugger.start())).toBe('exit 2');
    expect(session.printed.join()).toMatch(/^problem: .*retval.*1.*2/);
  });

  it('stop at faults, or end with them', async () => {
    const source = 'r1 = 0\nr0 = *(u64 *)(r1 +0)\nexit\n';
    const session = await debugAssembly(source);
    expect(await session.go(session.debugger.start())).toBe('exception null-pointer main: slot 1');
    expect(await session.go(session.debugger.continue())).toBe('ended 0');
    const other = await debugAssembly(source);
    other.debugger.watching.exceptions.set([]);
    expect(await other.go(other.debugger.start())).toBe('exit 0');
  });
});

describe('endless programs', () => {
  it('can be paused, and go on', async () => {
    const session = await debugAssembly(endless);
    const running = session.go(session.debugger.start());
    expect(session.debugger.running).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const asked = performance.now();
    session.debugger.pause();
    expect(await running).toMatch(/^pause main/);
    expect(performance.now() - asked).toBeLessThan(100);
    const { cycle } = session.debugger.vm.machine;
    const again = session.go(session.debugger.continue());
    session.debugger.pause();
    expect(await again).toMatch(/^pause main/);
    expect(session.debugger.vm.machine.cycle).toBeGreaterThan(cycle);
  });

  it('can be paused in a step', async () => {
    const session = await debugAssembly(endless, { lines: { 0: 1 }, configuration: { stopOnEntry: true } });
    await session.go(session.debugger.start());
    const stepping = session.go(session.debugger.step('over'));
    session.debugger.pause();
    expect(await stepping).toMatch(/^pause main/);
  });

  it('can be paused where a breakpoint is passed again and again', async () => {
    const session = await debugAssembly(endless);
    const { debugger: target } = session;
    const address = target.vm.machine.code.addressOfSlot(2);
    target.breakpoints.setInstructions([{ address, hitCondition: '< 0' }]);
    const running = session.go(target.start());
    target.pause();
    expect(await running).toMatch(/^pause main/);
  });

  it('stop at a breakpoint that is set while they run', async () => {
    const session = await debugAssembly(endless);
    const { debugger: target } = session;
    const running = session.go(target.start());
    await new Promise((resolve) => setTimeout(resolve, 5));
    target.breakpoints.setInstructions([{ address: target.vm.machine.code.addressOfSlot(2) }]);
    expect(await running).toBe('instruction breakpoint main: slot 2');
  });

  it('are counted to the hit, over many slices', async () => {
    const session = await debugAssembly(endless);
    const { debugger: target } = session;
    const address = target.vm.machine.code.addressOfSlot(2);
    target.breakpoints.setInstructions([{ address, hitCondition: '100000' }]);
    expect(await session.go(target.start())).toBe('instruction breakpoint main: slot 2');
    expect(target.vm.machine.register(0)).toBe(100_000n);
    expect(target.vm.machine.cycle).toBe(200_000);
  });

  it('end at the cycle limit, exactly', async () => {
    const session = await debugAssembly(endless, { configuration: { cycleLimit: 1_000_001 } });
    expect(await session.go(session.debugger.start())).toMatch(/^exception cycle-limit main/);
    expect(session.debugger.vm.machine.cycle).toBe(1_000_001);
    expect(await session.go(session.debugger.continue())).toBe('ended 500000');
  });

  it('take one request at a time', async () => {
    const session = await debugAssembly(endless);
    const running = session.debugger.start();
    const second = await session.debugger.continue();
    expect(second.ok ? undefined : second.problem.code).toBe('running');
    session.debugger.pause();
    await running;
  });
});

describe('registers of frames', () => {
  it('are known as far as calls keep them', async () => {
    const session = await debugAssembly('r6 = 11\nr9 = 22\ncall pc+1\nexit\nr6 = 33\nr0 = 1\nexit\n', {
      functions: { main: 0, callee: 4 },
      configuration: { stopOnEntry: true },
    });
    const { debugger: target } = session;
    await session.go(target.start());
    for (let i = 0; i < 4; i++) await session.go(target.step('in'));
    const [inner, outer] = target.stack().map((frame) => target.frameRegisters(frame));
    expect(session.frames).toEqual(['callee', 'main']);
    expect([inner?.[6], inner?.[9]]).toEqual([33n, 22n]);
    expect(outer?.slice(0, 6)).toEqual(new Array(6).fill(undefined));
    expect([outer?.[6], outer?.[9]]).toEqual([11n, 22n]);
    expect(inner?.[10]).not.toBe(outer?.[10]);
  });

  it('are none for a helper', async () => {
    const session = await TestSession.launch({ scenario: 'count.scenario.json' });
    session.debugger.breakpoints.setFunctions([{ name: 'sum' }]);
    await session.go(session.debugger.start());
    const [, helper] = session.debugger.stack();
    expect(helper?.kind).toBe('helper');
    expect(helper?.source?.line).toBe(session.line('count.bpf.c', 'protocols = bpf_for_each'));
    expect(helper && session.debugger.frameRegisters(helper)).toEqual(new Array(11).fill(undefined));
  });
});

describe('all examples', () => {
  const scenarios = readdirSync('examples').filter((name) => name.endsWith('.scenario.json'));

  it.each(scenarios)('%s goes through, stepping or not', async (scenario) => {
    const session = await TestSession.launch({ scenario });
    let last = await session.go(session.debugger.start());
    while (!last.startsWith('ended')) {
      expect(last).toMatch(/^exit/);
      last = await session.go(session.debugger.continue());
    }
    expect(session.output.filter(({ kind }) => kind === 'problem')).toEqual([]);

    const stepped = await TestSession.launch({ scenario, stopOnEntry: true });
    last = await stepped.go(stepped.debugger.start());
    for (let i = 0; i < 2000 && !last.startsWith('ended'); i++) {
      last = await stepped.go(stepped.debugger.step('in'));
      expect(last).toMatch(/^(step|entry|exit|ended)/);
    }
    expect(last).toMatch(/^ended/);
    expect(stepped.printed).toEqual(session.printed);
  });
});

describe('what cannot be loaded', () => {
  it.each([
    [{}, 'bad-scenario'],
    [{ object: 'nosuch.o' }, 'file-not-found'],
    [{ object: 'count.bpf.c' }, 'not-elf'],
    [{ scenario: 'nosuch.json' }, 'file-not-found'],
    [{ scenario: 'count.bpf.c' }, 'bad-json'],
    [{ object: 'count.bpf.o', runs: [{}], dataIn: '00' }, 'bad-configuration'],
    [{ object: 'count.bpf.o', maps: { nosuch: [] } }, 'bad-scenario'],
  ])('%j', async (configuration, code) => {
    const loaded = await Debugger.load({ cwd: 'examples', ...configuration }, nodeFiles);
    expect(loaded.ok ? undefined : loaded.problem.code).toBe(code);
  });

  it('says so when a run cannot start', async () => {
    const loaded = await Debugger.load(
      { cwd: 'examples', object: 'count.bpf.o', dataIn: '00', program: 'nosuch' },
      nodeFiles,
    );
    const started = loaded.ok ? await loaded.value.start() : loaded;
    expect(started.ok ? undefined : started.problem.code).toBe('program-unknown');
  });
});
