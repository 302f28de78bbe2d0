import { describe, expect, it } from 'vitest';
import { parseLogMessage } from './log-message.ts';

describe('log messages', () => {
  it.each([
    ['seen', [{ text: 'seen' }]],
    ['', []],
    ['{a}', [{ expression: 'a' }]],
    [
      'k {*key} of { ctx->n }!',
      [{ text: 'k ' }, { expression: '*key' }, { text: ' of ' }, { expression: 'ctx->n' }, { text: '!' }],
    ],
    ['{(struct a){ .b = 1 }.b}', [{ expression: '(struct a){ .b = 1 }.b' }]],
    [String.raw`{c == '}'} \{x\} \n`, [{ expression: "c == '}'" }, { text: String.raw` {x} \n` }]],
    [String.raw`{f("\"}")}`, [{ expression: String.raw`f("\"}")` }]],
    ['a } b', [{ text: 'a } b' }]],
  ])('%s', (message, parts) => {
    expect(parseLogMessage(message)).toEqual({ ok: true, value: parts });
  });

  it.each(['{', 'a {b', '{}', '{ }', '{a{b}', "{'}"])('refuses %j', (message) => {
    const parsed = parseLogMessage(message);
    expect(parsed.ok ? undefined : parsed.problem.code).toBe('bad-log-message');
  });
});
