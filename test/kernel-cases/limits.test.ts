import { describe, expect, test } from 'vitest';
import { isRefusal, readCases, runCase, type RecordedCase } from './recorded-case.ts';

/** Tail calls, may_goto and the verifier's limits on the stack, recorded on the kernel. */

/** Cases whose result is not the kernel's, with the fault they end in. */
const different: Readonly<Record<string, string>> = {
  tail_sub_again: 'call-depth',
};

/** What the machine says of a refused program begins with the verifier's words, but for these. */
const otherWords: Readonly<Record<string, RegExp>> = {
  limits_in_callback: /callback unexpected regs/,
};

const cases = readCases('limits.jsonl');
const engines = [
  ['interpreted', { warmUp: Infinity }],
  ['compiled', { smallestRun: 0, warmUp: 0 }],
] as const;

const ran = (recorded: RecordedCase): boolean => !recorded.runs.some(isRefusal);

describe.each(engines)('recorded runs, %s', (_, engine) => {
  test.each(cases.filter(ran))('$name', (recorded) => {
    const [wanted] = recorded.runs;
    if (wanted === undefined || isRefusal(wanted)) throw new Error('recorded as a run');
    const { fault, observed } = runCase(recorded, wanted, {}, engine);
    expect(fault?.kind).toBe(different[recorded.name]);
    if (fault === undefined) expect(observed).toEqual(wanted);
  });

  test.each(cases.filter((recorded) => !ran(recorded)))('$name is refused', (recorded) => {
    const [refusal] = recorded.runs;
    if (refusal === undefined || !isRefusal(refusal)) throw new Error('recorded as refused');
    const { fault } = runCase(recorded, {}, {}, engine);
    expect(fault?.kind).toBe(
      recorded.name === 'limits_wrong_context' ? 'helper-argument' : 'refused-by-kernel',
    );
    const words = otherWords[recorded.name];
    if (words === undefined) expect(fault?.message.slice(0, refusal.verifier.length)).toBe(refusal.verifier);
    else expect(fault?.message).toMatch(words);
  });
});

describe.each(engines)('loops that only may_goto ends, %s', (_, engine) => {
  const run = (program: string): unknown =>
    runCase(
      { name: program, source: 'may-goto', program, defines: {}, sets: [], globals: {}, runs: [] },
      { retval: 0, rounds: 0, inner_rounds: 0 },
      {},
      engine,
    ).observed;

  // The kernel itself ends them after 250 ms where it can, at another round each time.
  test.each(['endless', 'endless_twice'])('%s', (program) =>
    expect(run(program)).toEqual({ retval: 3, rounds: 8 << 20, inner_rounds: 0 }),
  );
});
