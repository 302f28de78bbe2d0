import { afterAll, describe, expect, test } from 'vitest';
import { compareWatches, type WatchCounts } from './testing/compare-watches.ts';
import { Random } from './testing/random.ts';
import { bareFuzzProgram, typedFuzzProgram, type FuzzProgram } from './testing/subjects.ts';

/** Random programs with random watched ranges: whatever touches one is found, at its cycle, by both engines. */

const atOnce = 16;

describe.each([
  ['bare programs', bareFuzzProgram, 80, 0],
  ['programs with maps, packets and helpers', typedFuzzProgram, 320, 50],
])('%s', (_, make: (random: Random) => FuzzProgram, count, helpers) => {
  const totals: WatchCounts = { cycles: 0, own: 0, helpers: 0, breakpoints: 0, faults: 0 };
  let programs = 0;

  test.each(Array.from({ length: count / atOnce }, (__, group) => group * atOnce + 1))(
    'from seed %i on',
    (first) => {
      for (let seed = first; seed < first + atOnce; seed++) {
        const program = make(new Random(seed));
        const options = seed % 3 === 0 ? { elide: false } : seed % 5 === 0 ? { chunkBlocks: 2 } : {};
        try {
          const counts = compareWatches(program, seed, 1200, options);
          for (const name of ['cycles', 'own', 'helpers', 'breakpoints', 'faults'] as const)
            totals[name] += counts[name];
        } catch (error) {
          throw new Error(`seed ${seed}`, { cause: error });
        }
        programs++;
      }
    },
  );

  afterAll(() => {
    // What the programs do is enough to go by only where all of them have run.
    if (programs < count) return;
    expect(totals.own).toBeGreaterThan(600);
    expect(totals.helpers).toBeGreaterThanOrEqual(helpers);
    expect(totals.cycles).toBeGreaterThan(10_000);
    expect(totals.breakpoints).toBeGreaterThan(5);
    expect(totals.faults).toBeGreaterThan(20);
  });
});
