import { failed, ok, type Result } from '../../../vm/base/problem.ts';

/** Whether the hit with this number, counted from 1, stops. */
export type HitCondition = (hits: number) => boolean;

const syntax = /^\s*(>=|<=|==?|>|<|%)?\s*(\d+)\s*$/;

/** `3` and `== 3`: the third hit; `> 3`, `>= 3`, `< 3`, `<= 3`; `% 3`: every third. */
export function parseHitCondition(text: string): Result<HitCondition> {
  const parts = syntax.exec(text);
  const number = Number(parts?.[2]);
  if (parts === null || !Number.isSafeInteger(number)) {
    return failed({
      code: 'bad-hit-condition',
      message: `'${text}' is no hit count: a number, or one of > >= = < <= % and a number, is expected`,
    });
  }
  const operator = parts[1] ?? '=';
  if (operator === '%' && number === 0) {
    return failed({ code: 'bad-hit-condition', message: 'every 0th hit does not exist' });
  }
  return ok(conditionOf(operator, number));
}

function conditionOf(operator: string, number: number): HitCondition {
  switch (operator) {
    case '>':
      return (hits) => hits > number;
    case '>=':
      return (hits) => hits >= number;
    case '<':
      return (hits) => hits < number;
    case '<=':
      return (hits) => hits <= number;
    case '%':
      return (hits) => hits % number === 0;
    default:
      return (hits) => hits === number;
  }
}
