import { describe, expect, test } from 'vitest';
import { readCases, runCase, type RecordedCase } from './recorded-case.ts';

/** Programs that the kernel refuses, run without its rules: they go on as they would on the hardware. */

const cases = [...readCases('callbacks.jsonl'), ...readCases('timers.jsonl')];
const elements: RecordedCase['sets'] = ['00', '01', '02'].map((key) => [
  'm',
  `${key}000000`,
  '0200000000000000',
]);

function run(name: string, like: object): ReturnType<typeof runCase> {
  const recorded = cases.find((one) => one.name === name)!;
  const sets = recorded.source === 'for-each' ? elements : [];
  return runCase({ ...recorded, sets }, { ...like }, {}, { kernelRules: false });
}

describe('without the rules of the verifier', () => {
  test.each([
    // The helpers stop at any value that is not 0.
    ['cbret_2', { ret: 1, n: 1 }],
    ['cbret_m1', { ret: 1, n: 1 }],
    ['loop_ret2', { ret: 1 }],
    ['loop_retm1', { ret: 1 }],
    ['ctx_scalar', { ret: 3, n: 3 }],
    ['ctx_skb', { ret: 3, n: 3 }],
    ['ctx_glob', { ret: 3, n: 3 }],
    ['while_locked', { ret: 3, n: 3 }],
    ['timer_return', { retval: 0 }],
  ])('%s goes on', (name, wanted) => {
    const { fault, observed } = run(name, wanted);
    expect(fault).toBeUndefined();
    expect(observed).toEqual(wanted);
  });

  test.each([
    ['recursive_cb', 'call-depth'],
    ['ctx_null_deref', 'null-pointer'],
    ['val_oob', 'invalid-access'],
    ['type_RINGBUF', 'refused-by-kernel'],
  ])('%s stops all the same, for %s', (name, kind) => {
    expect(run(name, {}).fault?.kind).toBe(kind);
  });

  test.each(['keywrite', 'keywrite_arr'])('%s changes the key', (name) => {
    expect(run(name, {}).fault).toBeUndefined();
  });
});
