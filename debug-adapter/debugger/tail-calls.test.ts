import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Inspector } from './inspection/inspector.ts';
import { TestSession } from './testing.ts';

const session = (program: string): Promise<TestSession> =>
  TestSession.launch({ cwd: 'test/kernel-cases/objects', object: 'tail-call.bpf.o', program });

async function stoppedAt(name: string, program: string, hitCondition?: string): Promise<TestSession> {
  const target = await session(program);
  target.debugger.breakpoints.setFunctions([{ name, ...(hitCondition !== undefined && { hitCondition }) }]);
  await target.go(target.debugger.start());
  return target;
}

describe('tail calls', () => {
  it('stay in the call stack, below what they have gone to', async () => {
    const target = await stoppedAt('leaf', 'chain_of_two');
    expect(target.frames).toEqual(['leaf', 'second — tail call', 'chain_of_two — tail call']);
    const [running, second] = target.debugger.stack();
    expect([running?.kind, second?.kind]).toEqual(['function', 'tail-call']);
    const lines = readFileSync('test/kernel-cases/sources/tail-call.bpf.c', 'utf8').split('\n');
    const definition = lines.findLastIndex((line) => line.startsWith('int second('));
    const call = lines.findIndex((line, at) => at > definition && line.includes('bpf_tail_call('));
    expect(target.debugger.places.lines.rowAt(second!.slot)?.line).toBe(call + 1);
  });

  it('replace the frame of the subprogram that makes them', async () => {
    const target = await stoppedAt('leaf', 'nested_subprograms');
    expect(target.frames).toEqual([
      'leaf',
      'call_leaf — tail call',
      'sub_leaf',
      'call_sub_leaf — tail call',
      'nested_subprograms',
    ]);
    expect(target.debugger.stack().map(({ depth }) => depth)).toEqual([2, 2, 1, 1, 0]);
  });

  it('are all there, as many as a run can make', async () => {
    const target = await stoppedAt('again', 'limit', '33');
    expect(target.frames).toEqual([
      'again',
      ...Array.from({ length: 32 }, () => 'again — tail call'),
      'limit — tail call',
    ]);
  });

  it('are gone with the frame', async () => {
    const target = await stoppedAt('leaf', 'from_subprogram');
    expect(await target.go(target.debugger.step('out'))).toMatch(/^step from_subprogram/);
    expect(target.frames).toEqual(['from_subprogram']);
    expect(await target.go(target.debugger.step('out'))).toBe('exit 8');
  });

  it('belong to one activation of a frame', async () => {
    const target = await stoppedAt('leaf', 'many_returns', '2');
    expect(target.frames).toEqual(['leaf', 'call_leaf — tail call', 'many_returns']);
  });

  it('have no registers and no arguments of their own, what runs has the context', async () => {
    const target = await stoppedAt('leaf', 'two_deep');
    await target.go(target.debugger.step('over'));
    const inspector = new Inspector(target.debugger.vm, {
      frameRegisters: (frame) => target.debugger.frameRegisters(frame),
      edited: () => undefined,
    });
    const [running, replaced] = target.debugger.stack();
    const scopes = (frame: typeof running): string[] => inspector.scopes(frame!).map(({ name }) => name);
    expect(inspector.scopes(running!)[0]?.root.children('named', 0, 1)[0]?.value({ hex: false })).toMatch(
      /ctx/,
    );
    expect(scopes(running)).toEqual(expect.arrayContaining(['Arguments', 'Registers', 'Maps']));
    expect(scopes(replaced)).not.toEqual(expect.arrayContaining(['Registers']));
    expect(scopes(replaced)).toContain('Maps');
  });

  it.each(['over', 'in'] as const)('a step %s goes to the program', async (kind) => {
    const target = await session('present');
    target.debugger.breakpoints.setFunctions([{ name: 'present' }]);
    await target.go(target.debugger.start());
    for (let steps = 0; target.frames[0] !== 'leaf' && steps < 20; steps++)
      await target.go(target.debugger.step(kind));
    expect(target.frames).toEqual(['leaf', 'present — tail call']);
  });
});
