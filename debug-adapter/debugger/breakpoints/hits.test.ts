import { describe, expect, it } from 'vitest';
import { failed, ok } from '../../../vm/base/problem.ts';
import type { ActiveBreakpoint } from './breakpoint.ts';
import { arriveAt, type BreakpointEvaluator } from './hits.ts';

const evaluator: BreakpointEvaluator = {
  condition: (text) => (text === 'bad' ? failed({ code: 'x', message: 'no bad' }) : ok(text !== '0')),
  text: (text) => (text === 'bad' ? failed({ code: 'x', message: 'no bad' }) : ok(`<${text}>`)),
};

function active(id: number, parts: Partial<ActiveBreakpoint> = {}): ActiveBreakpoint {
  const none = {
    line: undefined,
    occurs: undefined,
    condition: undefined,
    hitCondition: undefined,
    log: undefined,
  };
  return { id, kind: 'source', slots: new Set([0]), ...none, hits: 0, ...parts };
}

describe('arriving at breakpoints', () => {
  it('names all that stop, and the reason by the strongest kind', () => {
    const all = [active(1, { kind: 'instruction' }), active(2, { kind: 'function' })];
    expect(arriveAt(0, all, evaluator).stop).toEqual({ reason: 'function breakpoint', breakpoints: [1, 2] });
    expect(arriveAt(0, [...all, active(3)], evaluator).stop?.reason).toBe('breakpoint');
  });

  it('does not count hits at which the condition is false', () => {
    const breakpoint = active(1, { condition: '0', hitCondition: () => true });
    expect(arriveAt(0, [breakpoint], evaluator).stop).toBeUndefined();
    expect(breakpoint.hits).toBe(0);
  });

  it('stops where the hit count says so', () => {
    const breakpoint = active(1, { condition: '1', hitCondition: (hits) => hits === 2 });
    const stops = [1, 2, 3].map(() => arriveAt(0, [breakpoint], evaluator).stop !== undefined);
    expect(stops).toEqual([false, true, false]);
  });

  it('stops and says so where a condition has no value', () => {
    const { stop, messages } = arriveAt(0, [active(1, { condition: 'bad' })], evaluator);
    expect(stop?.breakpoints).toEqual([1]);
    expect(messages).toEqual([{ kind: 'problem', text: "condition 'bad': no bad" }]);
  });

  it('writes log messages and goes on', () => {
    const log = [{ text: 'a ' }, { expression: 'b' }, { text: ' ' }, { expression: 'bad' }];
    const { stop, messages } = arriveAt(0, [active(1, { log })], evaluator);
    expect(stop).toBeUndefined();
    expect(messages).toEqual([{ kind: 'log', text: 'a <b> {bad: no bad}' }]);
  });
});
