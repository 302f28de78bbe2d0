import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { programsOf } from '../../vm/engine/testing/corpus.ts';
import { check, checkSeed, Totals } from '../../vm/engine/testing/exactness.ts';
import { flavours } from '../../vm/engine/testing/flavours.ts';
import type { MachineProgram } from '../../vm/engine/testing/subjects.ts';
import { checkSeeks } from './seeks.ts';

/** The long form of the engine's fuzz tests: ROOT SECONDS FIRST LAST. Ends with one line of counts. */

const [root = '.', seconds = '60', first = '1', last = 'Infinity'] = process.argv.slice(2);
const end = Date.now() + Number(seconds) * 1000;
const mostFailures = 5;

function corpus(): MachineProgram[] {
  return ['examples', 'test/bench', 'test/unoptimised'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.bpf.o'))
      .flatMap((name) => programsOf(name, new Uint8Array(readFileSync(join(root, folder, name)))))
      .filter(({ code }) => code.length > 0),
  );
}

const totals = new Totals();
let seeks = 0;
const programs = corpus();
const from = Number(first);
let seed = from;
while (seed <= Number(last) && Date.now() < end && totals.failures.length < mostFailures) {
  checkSeed(totals, seed, 20);
  try {
    if (seed % 8 === 0) seeks += checkSeeks(seed, 20);
  } catch (error) {
    totals.failures.push(String(error));
  }
  // Every object in every flavour, now and then.
  if (seed % 16 === 3) {
    const turn = Math.floor(seed / 16);
    const program = programs[turn % programs.length];
    const flavour = flavours[Math.floor(turn / programs.length) % flavours.length];
    const options = { rounds: 4, cycles: 60_000, shrink: turn % 2 === 1 };
    if (program !== undefined && flavour !== undefined) check(totals, program, flavour, seed, options);
  }
  seed++;
}

for (const failure of totals.failures) console.log(`${failure}\n`);
const kinds = [...totals.faultKinds].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`);
console.log(
  `seeds ${from} to ${seed - 1}: ${totals.programs} programs, ${totals.cycles} cycles, ` +
    `${totals.stops} stops (${totals.callbackStops} in callbacks, ${totals.watchStops} behind watched accesses), ${totals.faults} faults, ${seeks} seeks, ` +
    `${totals.flavours.size} of ${flavours.length} flavours, ${totals.failures.length} differences; ` +
    `faults: ${kinds.join(', ')}`,
);
process.exitCode = totals.failures.length > 0 ? 1 : 0;
