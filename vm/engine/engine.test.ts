import { expect, test } from 'vitest';
import { compareEngines } from './testing/compare-engines.ts';
import { Random } from './testing/random.ts';

/** Seeds that this test runs; tools/fuzz-engine.mjs runs as many as it is told. */
const seeds = 1200;

test('engine and interpreter agree on random programs, stopped anywhere', () => {
  const faults = new Set<string>();
  let cycles = 0;
  let ended = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const random = new Random(seed);
    try {
      const result = compareEngines(random, { elide: random.chance(70) });
      cycles += result.cycles;
      if (result.faulted === undefined) ended++;
      else faults.add(result.faulted);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
  expect(cycles).toBeGreaterThan(500_000);
  expect(ended).toBeGreaterThan(500);
  expect([...faults]).toEqual(
    expect.arrayContaining([
      'invalid-access',
      'write-forbidden',
      'call-depth',
      'callback-return',
      'helper-argument',
    ]),
  );
});
