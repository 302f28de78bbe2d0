import { describe, expect, it } from 'vitest';
import type { RunJson } from '../../vm/inputs/scenario-json.ts';
import { Inspector } from './inspection/inspector.ts';
import { TestSession } from './testing.ts';

async function session(runs: readonly RunJson[], stopAtExit = true): Promise<TestSession> {
  const own = { cwd: 'test/kernel-cases/objects', object: 'timer.bpf.o', program: 'timer_order' };
  return TestSession.launch({ ...own, runs, stopAtExit });
}

const inspectorOf = ({ debugger: target }: TestSession): Inspector =>
  new Inspector(target.vm, { frameRegisters: (frame) => target.frameRegisters(frame) });

function timers(of: TestSession): readonly string[] {
  const [frame] = of.debugger.stack();
  const scope = inspectorOf(of)
    .scopes(frame!)
    .find(({ name }) => name === 'Timers');
  return (scope?.root.children('named', 0, 10) ?? []).map(
    (node) => `${node.name}: ${node.value({ hex: false })}`,
  );
}

describe('timers', () => {
  it('are debugged as runs of their own, in the order in which they come due', async () => {
    const target = await session([{}, { advanceNs: '5500000' }, { advanceNs: '1000000' }]);
    target.debugger.breakpoints.setFunctions([{ name: 'rearm' }]);
    const runs: string[] = [];
    target.debugger.on('runStarted', ({ program }) => runs.push(program));
    expect(await target.go(target.debugger.start())).toBe('exit 0');
    expect(timers(target)).toEqual([
      expect.stringMatching(/^slots\[1\]: rearm, due in 49\d+ ns$/),
      expect.stringMatching(/^slots\[0\]: rearm, due in 199\d+ ns$/),
    ]);
    expect(await target.go(target.debugger.continue())).toMatch(/^function breakpoint rearm: /);
    expect(target.frames).toEqual(['rearm', 'bpf_timer(slots)']);
    expect(timers(target)).toHaveLength(1);
    const inspector = inspectorOf(target);
    const [frame, helper] = target.debugger.stack();
    const traversal = inspector.scopes(helper!).find(({ name }) => name === 'Traversal')!.root;
    const shown = traversal
      .children('named', 0, 9)
      .map((node) => `${node.name} ${node.value({ hex: false })}`);
    expect(shown.slice(0, 3)).toEqual([
      'helper bpf_timer_set_callback',
      expect.stringMatching(/^map slots/),
      'key 1',
    ]);
    expect(inspector.scopes(frame!).map(({ name }) => name)).not.toContain('Context');
    expect(await target.go(target.debugger.step('over'))).toMatch(/^step rearm: /);
    expect(await target.go(target.debugger.continue())).toBe('exit 0');
    expect(await target.go(target.debugger.continue())).toMatch(/^function breakpoint rearm: /);
    expect(await target.go(target.debugger.step('out'))).toBe('exit 0');
    expect(await target.go(target.debugger.continue())).toBe('ended 0');
    expect(runs).toEqual(['timer_order', 'rearm', 'rearm']);
  });

  it('run when time is advanced by hand', async () => {
    const target = await session([{}]);
    await target.go(target.debugger.start());
    expect(await target.go(target.debugger.advance(1000n))).toBe('exit 0');
    expect(timers(target)).toHaveLength(2);
    expect(await target.go(target.debugger.advance(5_000_000n))).toBe('exit 0');
    expect(target.debugger.vm.program?.name).toBe('rearm');
    expect(timers(target)[0]).toMatch(/^slots\[1\]: rearm, due in 9\d+ ns$/);
    expect(await target.go(target.debugger.continue())).toBe('ended 0');
  });

  it('cannot be hurried while a program runs', async () => {
    const target = await session([{}]);
    target.debugger.breakpoints.setFunctions([{ name: 'timer_order' }]);
    await target.go(target.debugger.start());
    const refused = await target.debugger.advance(1n);
    expect(refused.ok ? undefined : refused.problem.code).toBe('running');
  });

  it('are compared with what the scenario expects of the time that passes', async () => {
    const runs = [{}, { advanceNs: '300000000', expect: { globals: { n: 7 } } }];
    const target = await session(runs, false);
    expect(await target.go(target.debugger.start())).toBe('ended 0');
    expect(target.printed.join()).toMatch(/^problem: .*n.*7.*6/);
  });
});
