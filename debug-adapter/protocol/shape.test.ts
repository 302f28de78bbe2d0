import { describe, expect, it } from 'vitest';
import { attempt } from '../../vm/base/problem.ts';
import { argumentsOf, count, flag, integer, list, oneOf, optional, record, text } from './shape.ts';

const shape = argumentsOf({
  name: text,
  line: optional(integer),
  items: optional(list(record({ id: count, on: optional(flag) }))),
  mode: optional(oneOf('fast', 'slow')),
});

describe('shape', () => {
  it('keeps what it knows, leaves out the rest, and takes null for absent', () => {
    const value = { name: 'a', line: null, more: 1, items: [{ id: 0 }, { id: 2, on: true }], mode: 'slow' };
    expect(shape(value, 'x')).toStrictEqual({
      name: 'a',
      items: [{ id: 0 }, { id: 2, on: true }],
      mode: 'slow',
    });
  });

  it.each([
    [undefined, 'x.name has to be a string; it is missing'],
    [{ name: 3 }, 'x.name has to be a string; found 3'],
    [{ name: 'a', line: 1.5 }, 'x.line has to be an integer; found 1.5'],
    [{ name: 'a', line: '7' }, 'x.line has to be an integer; found "7"'],
    [{ name: 'a', items: {} }, 'x.items has to be an array; found an object'],
    [{ name: 'a', items: [{ id: -1 }] }, 'x.items[0].id has to be an integer from 0; found -1'],
    [{ name: 'a', items: [{ id: 1 }, null] }, 'x.items[1] has to be an object; found null'],
    [{ name: 'a', mode: 'other' }, 'x.mode has to be one of fast, slow; found "other"'],
    ['words', 'x has to be an object; found "words"'],
    [[], 'x has to be an object; found an array'],
  ])('refuses %j', (value, message) => {
    const result = attempt(() => shape(value, 'x'));
    expect(result).toStrictEqual({ ok: false, problem: { code: 'bad-arguments', message } });
  });
});
