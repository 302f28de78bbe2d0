import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Observed, isRefusal, readCases, runCase } from '../kernel-cases/recorded-case.ts';

/** Programs that the kernel has run, in strict mode: they do what they do without. */

const files = readdirSync(new URL('../kernel-cases/recorded', import.meta.url)).filter((name) =>
  name.endsWith('.jsonl'),
);

describe.each(files)('%s', (file) => {
  const cases = readCases(file).filter(({ runs }) => !runs.some(isRefusal));
  it.each(cases)('$name', (recorded) => {
    const like = recorded.runs.find((run): run is Observed => !isRefusal(run)) ?? {};
    expect(runCase(recorded, like, {}, { strict: true })).toEqual(runCase(recorded, like));
  });
});
