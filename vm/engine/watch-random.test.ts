import { expect, test } from 'vitest';
import { compareWatches, type WatchCounts } from './testing/compare-watches.ts';
import { Random } from './testing/random.ts';
import { bareFuzzProgram, typedFuzzProgram, type FuzzProgram } from './testing/subjects.ts';

/** Random programs with random watched ranges: whatever touches one is found, at its cycle, by both engines. */

test.each([
  ['bare programs', bareFuzzProgram, 80, 0],
  ['programs with maps, packets and helpers', typedFuzzProgram, 160, 50],
])('%s', (_, make: (random: Random) => FuzzProgram, count, helpers) => {
  const totals: WatchCounts = { cycles: 0, own: 0, helpers: 0, breakpoints: 0, faults: 0 };
  for (let seed = 1; seed <= count; seed++) {
    const program = make(new Random(seed));
    const options = seed % 3 === 0 ? { elide: false } : seed % 5 === 0 ? { chunkBlocks: 2 } : {};
    try {
      const counts = compareWatches(program, seed, 1200, options);
      for (const name of ['cycles', 'own', 'helpers', 'breakpoints', 'faults'] as const)
        totals[name] += counts[name];
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
  expect(totals.own).toBeGreaterThan(600);
  expect(totals.helpers).toBeGreaterThanOrEqual(helpers);
  expect(totals.cycles).toBeGreaterThan(10_000);
  expect(totals.breakpoints).toBeGreaterThan(5);
  expect(totals.faults).toBeGreaterThan(20);
});
