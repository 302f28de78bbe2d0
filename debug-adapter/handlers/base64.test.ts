import { describe, expect, it } from 'vitest';
import { attempt } from '../../vm/base/problem.ts';
import { fromBase64, toBase64 } from './base64.ts';

describe('base64', () => {
  it.each([0, 1, 2, 3, 4, 255, 0x8000, 0x8001])('keeps %d bytes', (length) => {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7) & 0xff);
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    expect(fromBase64(toBase64(bytes))).toStrictEqual(bytes);
  });

  it.each(['a', 'abc', 'ab=c', 'ab c', '====', 'abcd='])('refuses %j', (text) => {
    expect(attempt(() => fromBase64(text))).toMatchObject({ ok: false, problem: { code: 'bad-arguments' } });
  });
});
