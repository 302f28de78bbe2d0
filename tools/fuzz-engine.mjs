// Random programs on engine and interpreter: node tools/fuzz-engine.mjs [SECONDS] [FIRST SEED] [LAST SEED].
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const [seconds = 60, first = 1, last = Infinity] = process.argv.slice(2).map(Number);
const directory = await mkdtemp(join(tmpdir(), 'fuzz-'));
const outfile = join(directory, 'fuzz.mjs');
await build({
  absWorkingDir: root,
  stdin: {
    contents: `export * from './vm/engine/testing/compare-engines.ts'; export * from './vm/engine/testing/random.ts';`,
    resolveDir: root,
  },
  outfile,
  bundle: true,
  format: 'esm',
  target: 'node20',
});
const { compareEngines, Random } = await import(pathToFileURL(outfile).href);
await rm(directory, { recursive: true });

const end = Date.now() + seconds * 1000;
const ends = new Map();
let cycles = 0;
let stops = 0;
let differences = 0;
let seed = first;
for (; seed <= last && Date.now() < end; seed++) {
  const random = new Random(seed);
  try {
    const result = compareEngines(random, { elide: random.chance(70) });
    cycles += result.cycles;
    stops += result.stops;
    const key = result.faulted ?? 'none';
    ends.set(key, (ends.get(key) ?? 0) + 1);
  } catch (error) {
    differences++;
    console.log(`seed ${seed}: ${error.stack}`);
    if (differences >= 5) break;
  }
}
console.log(
  `seeds ${first} to ${seed - 1}: ${cycles} cycles, ${stops} stops, ${differences} differences; faults: ` +
    [...ends].map(([kind, count]) => `${kind} ${count}`).join(', '),
);
process.exitCode = differences > 0 ? 1 : 0;
