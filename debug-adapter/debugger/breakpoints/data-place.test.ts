import { describe, expect, it } from 'vitest';
import { canPersist, dataIdOf, parseDataId } from './data-place.ts';

describe('data ids', () => {
  it.each([
    'global:threshold+0/4',
    'global:count.last+8/2',
    'map:counts[3]+8/8',
    'map:counts[{1, 2}]@1+0/4',
    'map:names["a]+1/2"]+0/4',
    'map:counts',
    'map:counts[3]',
    'map:counts[{.a = 1}]',
    'packet:14/4',
    'ctx:0/4',
    'stack:2.1.77:0x400010000/8',
    'memory:0x500010000/16',
  ])('%s is read as it is written', (id) => {
    const place = parseDataId(id);
    expect(place.ok && dataIdOf(place.value)).toBe(id);
  });

  it.each(['', 'counts', 'global:x', 'memory:12/4', 'packet:-1/4', 'stack:1.2:0x1/4'])(
    '"%s" is none',
    (id) => {
      expect(parseDataId(id)).toMatchObject({ ok: false, problem: { code: 'bad-data-id' } });
    },
  );

  it('outlive the session where they name what the next one has too', () => {
    const persists = (id: string): boolean => {
      const place = parseDataId(id);
      return place.ok && canPersist(place.value);
    };
    expect(['global:x+0/4', 'map:m', 'map:m[1]+0/4', 'packet:0/1', 'ctx:0/4'].map(persists)).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(['stack:0.0.0:0x1/4', 'memory:0x1/4'].map(persists)).toEqual([false, false]);
  });
});
