import { expect, it } from 'vitest';
import { findHandler, handlers } from './registry.ts';

it('has one handler a request', () => {
  const commands = handlers.map(({ command }) => command);
  expect(new Set(commands).size).toBe(commands.length);
  for (const handler of handlers) expect(findHandler(handler.command)).toBe(handler);
  expect(findHandler('toString')).toBeUndefined();
});

it('says each capability beside one request only', () => {
  const names = handlers.flatMap(({ capabilities }) => Object.keys(capabilities));
  expect(new Set(names).size).toBe(names.length);
});
