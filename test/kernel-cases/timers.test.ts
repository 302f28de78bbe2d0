import { describe, expect, test } from 'vitest';
import { isRefusal, readCases, runCase, type RecordedCase } from './recorded-case.ts';

/** Timers and work queues, recorded on the kernel: what the program got, and what the callbacks did in the time after it. */

const cases = [...readCases('timers.jsonl'), ...readCases('work-queues.jsonl')];
const engines = [
  ['interpreted', { warmUp: Infinity }],
  ['compiled', { smallestRun: 0, warmUp: 0 }],
  ['strict', { strict: true }],
] as const;
const ran = (recorded: RecordedCase): boolean => !recorded.runs.some(isRefusal);

describe.each(engines)('timers, %s', (_, engine) => {
  test.each(cases.filter(ran))('$name', (recorded) => {
    const [wanted] = recorded.runs;
    if (wanted === undefined || isRefusal(wanted)) throw new Error('recorded as a run');
    const { fault, observed } = runCase(recorded, wanted, {}, engine);
    expect(fault).toBeUndefined();
    expect(observed).toEqual(wanted);
  });

  test.each(cases.filter((recorded) => !ran(recorded)))('$name is refused', (recorded) => {
    const { fault } = runCase(recorded, {}, {}, engine);
    expect(fault?.kind).toBe('refused-by-kernel');
    expect(fault?.message).toContain('At async callback return the register R0 has value 1');
  });
});
