import { describe, expect, it } from 'vitest';
import { expectOk } from '../../vm/base/problem.ts';
import { stateHash } from '../../vm/history/state-hash.ts';
import { checkJump, jumpTargets } from './jump.ts';
import { debugAssembly, type TestSession } from './testing.ts';

/** Line 2 calls first, then second; each has lines of its own. */
async function twoCalls(): Promise<TestSession> {
  const session = await debugAssembly(
    `r6 = r1
     call pc+4
     call pc+5
     r7 = 3
     r0 = 2
     exit
     r0 = 1
     exit
     r0 = 2
     exit`,
    {
      functions: { main: 0, first: 6, second: 8 },
      lines: { 0: 1, 1: 2, 3: 3, 4: 4, 6: 11, 8: 21 },
      mainText: Array.from({ length: 30 }, (_, i) => `line ${i + 1}`).join('\n'),
      configuration: { stopOnEntry: true },
    },
  );
  await session.go(session.debugger.start());
  return session;
}

describe('calls of a line', () => {
  it('can be gone into one by one', async () => {
    const targets = async (): Promise<TestSession> => {
      const session = await twoCalls();
      expect(await session.go(session.debugger.step('over'))).toBe('step main: line 2');
      return session;
    };
    const session = await targets();
    expect(session.debugger.callTargets.map(({ label, slot }) => [label, slot])).toEqual([
      ['first', 1],
      ['second', 2],
    ]);
    expect(await session.go(session.debugger.step('in', 'statement', 1))).toBe('step first: line 11');
    const other = await targets();
    expect(await other.go(other.debugger.step('in', 'statement', 2))).toBe('step second: line 21');
    expect(other.frames).toEqual(['second', 'main']);
  });

  it('stop at breakpoints in those that are passed', async () => {
    const session = await twoCalls();
    session.debugger.breakpoints.setFunctions([{ name: 'first' }]);
    await session.go(session.debugger.step('over'));
    expect(await session.go(session.debugger.step('in', 'statement', 2))).toBe(
      'function breakpoint first: line 11',
    );
  });

  it('that are not come to end the step on the next line', async () => {
    const session = await twoCalls();
    await session.go(session.debugger.step('over'));
    await session.go(session.debugger.step('in', 'statement', 1));
    await session.go(session.debugger.step('out'));
    expect(await session.go(session.debugger.step('in', 'statement', 1))).toBe('step main: line 3');
  });

  it('are none when the run has ended', async () => {
    const session = await twoCalls();
    await session.go(session.debugger.continue());
    expect(session.debugger.callTargets).toEqual([]);
  });
});

describe('a jump', () => {
  it('changes where the program goes on, and nothing else', async () => {
    const session = await twoCalls();
    const { debugger: target } = session;
    const { machine } = target.vm;
    const before = { cycle: machine.cycle, r1: machine.register(1) };
    expect(expectOk(jumpTargets(target, 'main.c', 4))).toEqual([4]);
    expect(await session.go(target.goto(4))).toBe('goto main: line 4');
    expect({ cycle: machine.cycle, r1: machine.register(1) }).toEqual(before);
    expect(await session.go(target.continue())).toBe('exit 2');
    expect(machine.register(7)).not.toBe(3n);
  });

  it('is made again when the run is gone through again', async () => {
    const session = await twoCalls();
    const { debugger: target } = session;
    await session.go(target.step('over'));
    await session.go(target.goto(3));
    await session.go(target.step('over'));
    const { moment } = target.recording;
    const before = stateHash(target.vm);
    expectOk(target.recording.seek({ run: moment.run, cycle: 0 }));
    expect(target.vm.machine.slot).toBe(0);
    expectOk(target.recording.seek(moment));
    expect(stateHash(target.vm)).toBe(before);
    expect(target.vm.machine.register(7)).toBe(3n);
  });

  it('stays within the function, at an instruction', async () => {
    const { debugger: target } = await twoCalls();
    expect(jumpTargets(target, 'main.c', 11)).toMatchObject({ problem: { code: 'other-function' } });
    expect(jumpTargets(target, 'other.c', 1)).toEqual({ ok: true, value: [] });
    for (const slot of [-1, 6, 99]) expect(checkJump(target, slot)).toMatchObject({ ok: false });
    expect(checkJump(target, 0)).toMatchObject({ ok: true });
  });
});
