import { describe, expect, it } from 'vitest';
import { parseHitCondition } from './hit-condition.ts';

function hitsThatStop(text: string): number[] {
  const condition = parseHitCondition(text);
  if (!condition.ok) throw new Error(condition.problem.message);
  return [1, 2, 3, 4, 5, 6].filter((hits) => condition.value(hits));
}

describe('hit counts', () => {
  it.each([
    ['3', [3]],
    ['= 3', [3]],
    ['==3', [3]],
    ['>4', [5, 6]],
    ['>= 4', [4, 5, 6]],
    ['<3', [1, 2]],
    ['<= 3', [1, 2, 3]],
    [' %2 ', [2, 4, 6]],
  ])('%s', (text, expected) => {
    expect(hitsThatStop(text)).toEqual(expected);
  });

  it.each(['', 'x', '>', '3 4', '-1', '!= 3', '% 0', '99999999999999999999'])('refuses %j', (text) => {
    const condition = parseHitCondition(text);
    expect(condition.ok ? undefined : condition.problem.code).toBe('bad-hit-condition');
  });
});
