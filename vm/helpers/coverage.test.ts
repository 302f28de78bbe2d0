import { expect, test } from 'vitest';
import { helperNames } from './names.ts';
import { helperTable } from './table.ts';

/** How many of the kernel's helpers there are at least, exact or answered by environment. It only ever grows. */
const least = 176;

test(`at least ${least} of ${helperNames.size} helpers are there`, () => {
  const there = [...helperNames.keys()].filter((id) => helperTable.helpers.has(id));
  expect(there.length).toBeGreaterThanOrEqual(least);
});
