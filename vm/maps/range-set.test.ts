import { describe, expect, test } from 'vitest';
import { RangeSet } from './range-set.ts';
import { testMachine } from './testing.ts';

function setOf(...ranges: readonly (readonly [start: number, pages: number])[]): RangeSet {
  const set = new RangeSet(testMachine().memory, 64);
  for (const [start, pages] of ranges) set.set(start, pages);
  return set;
}

describe('free ranges of pages', () => {
  test('the smallest with room is found', () => {
    const set = setOf([0, 5], [10, 2], [20, 3]);
    expect([1, 2, 3, 4, 5, 6].map((pages) => set.find(pages))).toEqual([10, 10, 20, 0, 0, undefined]);
  });

  test('of several the one that came to its size last is found', () => {
    const set = setOf([2, 1], [6, 1], [4, 1]);
    expect(set.find(1)).toBe(4);
    set.set(8, 2);
    set.clear(9, 1);
    expect(set.find(1)).toBe(8);
  });

  test('neighbours become one', () => {
    const set = setOf([0, 2], [3, 2]);
    expect(set.has(1, 3)).toBe(false);
    set.set(2, 1);
    expect([set.count, set.has(0, 5), set.find(5)]).toEqual([1, true, 0]);
    set.clear(1, 3);
    expect([set.count, set.has(0, 1), set.has(4, 1), set.has(1, 1)]).toEqual([2, true, true, false]);
  });

  test('is as a list of pages', () => {
    const size = 60;
    const set = setOf();
    const free = new Array<boolean>(size).fill(false);
    let state = 1;
    const below = (limit: number): number => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return Math.floor((state / 2147483648) * limit);
    };
    for (let round = 0; round < 3000; round++) {
      const start = below(size);
      const pages = 1 + below(Math.min(8, size - start));
      const value = below(2) === 1;
      if (value) set.set(start, pages);
      else set.clear(start, pages);
      free.fill(value, start, start + pages);
      const runs = runsOf(free);
      expect(set.count).toBe(runs.length);
      const wanted = 1 + below(10);
      const best = Math.min(...runs.map(([, length]) => length).filter((length) => length >= wanted));
      const found = set.find(wanted);
      expect(runs.find(([from]) => from === found)?.[1] ?? Infinity).toBe(best);
      expect(set.has(start, pages)).toBe(value);
    }
  });
});

function runsOf(free: readonly boolean[]): [start: number, length: number][] {
  const runs: [number, number][] = [];
  free.forEach((isFree, page) => {
    const last = runs.at(-1);
    if (!isFree) return;
    if (last !== undefined && last[0] + last[1] === page) last[1]++;
    else runs.push([page, 1]);
  });
  return runs;
}
