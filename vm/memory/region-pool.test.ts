import { expect, test } from 'vitest';
import { testMachine } from '../maps/testing.ts';
import { maximumRegions } from './regions.ts';

test('ids rest before they are used again, with other addresses', () => {
  const { regions, regionPool } = testMachine();
  const add = (): number => regionPool.add({ kind: 'memory', base: 0x1000, size: 16 });
  const first = add();
  const address = regions.addressOf(first);
  regionPool.release(first);
  expect(regions.resolve(address, 1, 'read')).toBeUndefined();
  const ids: number[] = [];
  for (let i = 0; !ids.includes(first); i++) {
    if (i > 200) expect.unreachable('the id was not used again');
    const id = add();
    ids.push(id);
    regionPool.release(id);
  }
  expect(ids.length).toBeGreaterThan(100);
  expect(regions.addressOf(first)).not.toBe(address);
  expect(regions.resolve(address, 1, 'read')).toBeUndefined();
});

test('what lives keeps its region, however many come and go', () => {
  const { regions, regionPool } = testMachine();
  const kept = Array.from({ length: 300 }, (_, i) => regionPool.add({ kind: 'memory', base: i, size: 1 }));
  for (let i = 0; i < 3 * maximumRegions; i++)
    regionPool.release(regionPool.add({ kind: 'memory', base: 0, size: 8 }));
  expect(kept.map((id) => regions.get(id)?.base)).toEqual(kept.map((_, i) => i));
  expect(regions.count).toBeLessThan(1000);
});

test('all ids in use is a problem', () => {
  const { regionPool } = testMachine();
  expect(() => {
    for (let i = 0; i <= maximumRegions; i++) regionPool.add({ kind: 'memory', base: 0, size: 1 });
  }).toThrow('memory regions');
});
