import { expect, it } from 'vitest';
import { parseJson, printJson } from './json.ts';

it.each([
  '{"a":[1,-2.5,1e3,true,false,null,"x\\n\\u00e9"],"b":{}}',
  '[]',
  ' 1 ',
  '"\\ud83d\\ude00"',
  '[[[[]]]]',
  '9007199254740991',
])('reads %s as JSON.parse does', (text) => {
  expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
});

it('keeps integers beyond 2⁵³', () => {
  const text = '{"u64":18446744073709551615,"s64":-9223372036854775808}';
  const result = parseJson(text);
  expect(result).toEqual({ ok: true, value: { u64: 2n ** 64n - 1n, s64: -(2n ** 63n) } });
  expect(result.ok && printJson(result.value)).toBe(text);
});

it('skips comments and a byte-order mark', () => {
  expect(parseJson('\ufeff// one\n{ /* two */ "a": 1 /* three\n */ }')).toEqual({
    ok: true,
    value: { a: 1 },
  });
});

it('puts members of the name "" together', () => {
  expect(parseJson('{"":{"a":1,"":{"x":1}},"":{"b":2,"":{"y":2}}}')).toEqual({
    ok: true,
    value: { '': { a: 1, b: 2, '': { x: 1, y: 2 } } },
  });
});

it('does not take __proto__ for more than a name', () => {
  const result = parseJson('{"__proto__":{"polluted":1}}');
  expect(result.ok && Object.keys(result.value as object)).toEqual(['__proto__']);
  expect('polluted' in {}).toBe(false);
});

it.each([
  ['', 1, 'a value was expected, found the end'],
  ['{\n"a": 1,\n}', 3, 'a member name in double quotes was expected, found "}"'],
  ['[1 2]', 1, "',' was expected"],
  ['{"a" 1}', 1, "':' was expected"],
  ['[1]x', 1, 'the end of the file was expected'],
  ['"\t"', 1, 'a string was expected'],
  ["{'a': 1}", 1, 'a member name'],
  ['nul', 1, 'a value was expected, found "nul"'],
  ['01', 1, 'the end of the file'],
  ['[', 1, 'a value was expected'],
  ['['.repeat(5000), 1, 'at most 200 levels'],
])('refuses %j in line %i', (text, line, message) => {
  const result = parseJson(text, { file: 's.json' });
  expect(result.ok).toBe(false);
  if (result.ok) return;
  expect(result.problem.message).toContain(message);
  expect(result.problem.place).toEqual({ file: 's.json', line });
});
