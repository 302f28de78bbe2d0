import { describe, expect, test } from 'vitest';
import { defaultEnvironment } from '../environment/environment.ts';
import { frame, heap, state } from '../machine/layout.ts';
import { Machine } from '../machine/machine.ts';
import { Engine } from './engine.ts';
import { mostRounds } from './may-goto.ts';
import { assembledProgram } from './testing.ts';

/** `compiled`: from the first instruction; otherwise the interpreter alone. */
function start(source: string, compiled: boolean): { machine: Machine; engine: Engine } {
  const machine = new Machine(assembledProgram(source), defaultEnvironment, {
    helpers: new Map(),
    nameOf: () => undefined,
  });
  const engine = new Engine(machine, compiled ? { smallestRun: 0, warmUp: 0 } : { smallestRun: Infinity });
  const entry = machine.code.ipOfSlot(0);
  machine.memory.view.setUint32(state.ip, entry, true);
  machine.frames.reset(entry);
  machine.runState = 'running';
  return { machine, engine };
}

const setRounds = ({ machine }: { machine: Machine }, depth: number, rounds: number): void => {
  const record = machine.frames.record(depth);
  const { view } = machine.memory;
  view.setUint32(record + frame.mayGotoRounds, rounds, true);
  view.setBigUint64(record + frame.mayGotoCycle, view.getBigUint64(record + frame.entryCycle, true), true);
};

const endless = `
  r0 = 0
again:
  may_goto out
  r0 += 1
  goto again
out:
  exit`;

const nested = `
  r0 = 0
  r1 = 0
outer:
  may_goto out
  r1 += 1
  r2 = 0
inner:
  may_goto outer
  r0 += 1
  r2 += 1
  if r2 < r1 goto inner
  if r1 < 40 goto outer
out:
  exit`;

const perCall = `
  r6 = 0
  r7 = 0
again:
  may_goto out
  call sub
  r7 += r0
  r6 += 1
  if r6 < 5 goto again
out:
  r0 = r7
  exit
sub:
  r0 = 0
more:
  may_goto done
  r0 += 1
  if r0 < 1000 goto more
done:
  exit`;

const engines = [
  ['interpreted', false],
  ['compiled', true],
] as const;

describe.each(engines)('may_goto, %s', (_, compiled) => {
  test('falls through as often as the kernel counts, then jumps', () => {
    const { machine, engine } = start(endless, compiled);
    expect(engine.run(2 ** 30, {})).toBe('exited');
    expect(machine.register(0)).toBe(BigInt(mostRounds));
    // r0 = 0, then three instructions a round, then the jump and the exit.
    expect(machine.cycle).toBe(1 + 3 * mostRounds + 2);
  });

  test('costs one cycle, taken or not', () => {
    const on = start('may_goto +1\nr0 = 1\nexit', compiled);
    on.engine.run(1, {});
    expect([on.machine.slot, on.machine.cycle]).toEqual([1, 1]);
    const out = start('may_goto +1\nr0 = 1\nexit', compiled);
    setRounds(out, 0, mostRounds);
    out.engine.run(1, {});
    expect([out.machine.slot, out.machine.cycle]).toEqual([2, 1]);
  });

  test('the loops of a function share one count', () => {
    const all = start(nested, compiled);
    expect(all.engine.run(10_000, {})).toBe('exited');
    expect(all.machine.register(0)).toBe(820n);
    const few = start(nested, compiled);
    setRounds(few, 0, mostRounds - 10);
    expect(few.engine.run(10_000, {})).toBe('exited');
    // 10 rounds: 1 + 1, 1 + 2, 1 + 3 of the outer and inner loop, then one of the outer.
    expect([few.machine.register(0), few.machine.register(1)]).toEqual([6n, 4n]);
  });

  test('every call begins to count anew', () => {
    const { machine, engine } = start(perCall, compiled);
    setRounds({ machine }, 1, mostRounds);
    expect(engine.run(100_000, {})).toBe('exited');
    expect(machine.register(0)).toBe(5000n);
  });

  test('so does every run', () => {
    const { machine, engine } = start(endless, compiled);
    engine.run(500, {});
    machine.frames.reset(machine.code.ipOfSlot(0));
    const record = machine.frames.record(0);
    expect(machine.memory.view.getUint32(record + frame.mayGotoRounds, true)).toBe(0);
  });

  test('jumps back and to the next instruction', () => {
    const back = start('r0 += 1\nif r0 > 3 goto +1\nmay_goto -3\nexit', compiled);
    setRounds(back, 0, mostRounds);
    expect(back.engine.run(100, {})).toBe('exited');
    expect(back.machine.register(0)).toBe(4n);
    const next = start('may_goto +0\nexit', compiled);
    expect(next.engine.run(100, {})).toBe('exited');
    expect(
      next.machine.memory.view.getUint32(next.machine.frames.record(0) + frame.mayGotoRounds, true),
    ).toBe(1);
  });
});

describe('both engines leave the same memory', () => {
  test.each([
    ['nested loops', nested],
    ['a count for each call', perCall],
    ['an endless loop', endless],
  ])('%s, stopped anywhere', (_, source) => {
    const [one, other] = [start(source, false), start(source, true)];
    for (let cycle = 0, step = 1; cycle < 3000; cycle += step, step = ((step * 7) % 97) + 1) {
      const reasons = [one, other].map(({ engine }) => engine.run(step, {}));
      expect(reasons[1]).toBe(reasons[0]);
      const [expected, actual] = [one, other].map(({ machine }) => machine.memory.bytes.slice(0, heap));
      expect(Buffer.compare(expected!, actual!)).toBe(0);
      if (reasons[0] !== 'budget') break;
    }
  });
});
