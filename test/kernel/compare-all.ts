import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { formatProblem } from '../../vm/base/problem.ts';
import type { Result } from '../../vm/base/problem.ts';
import { compareFile, textLines } from '../../cli/compare-command.ts';
import { openKernel, type Kernel } from '../../cli/kernel/kernel.ts';
import type { Comparison } from '../../cli/kernel/compare-scenario.ts';
import { compareCase, sequencesPerCase, variants } from './mutations/mutations.ts';
import { compareRecorded, different, recordedCases } from './recorded.ts';

/** Counts of one folder under test/kernel. */
interface Tally {
  scenarios: number;
  same: number;
  /** Different for a reason that is known. */
  known: number;
  runs: number;
  refused: number;
  notCompared: number;
}

const [root = '.', part = ''] = process.argv.slice(2);
const folder = join(root, 'test/kernel');

function scenarioFiles(): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.json') && name.includes(part))
    .sort()
    .map((name) => join(folder, name));
}

/** A scenario, by the name that says its family first. */
interface Subject {
  readonly name: string;
  readonly compare: (kernel: Kernel) => Promise<Result<Comparison>>;
  /** Why it is known to differ. */
  readonly reason?: string | undefined;
}

function subjects(): Subject[] {
  const files = scenarioFiles().map((file) => ({
    name: relative(folder, file),
    compare: (kernel: Kernel) => compareFile(file, kernel),
  }));
  const objects = join(root, 'test/kernel-cases/objects');
  const recorded = recordedCases(join(root, 'test/kernel-cases')).map((one) => ({
    name: `recorded ${one.file}/${one.recorded.name}`,
    compare: (kernel: Kernel) => compareRecorded(kernel, objects, one.recorded),
    reason: different[one.recorded.name],
  }));
  return [...files, ...recorded.filter(({ name }) => name.includes(part))];
}

async function compareAll(kernel: Kernel): Promise<Map<string, Tally>> {
  const families = new Map<string, Tally>();
  for (const { name, compare, reason } of subjects()) {
    const family = name.split('/')[0] ?? '';
    const none: Tally = { scenarios: 0, same: 0, known: 0, runs: 0, refused: 0, notCompared: 0 };
    const tally = families.get(family) ?? none;
    families.set(family, tally);
    const compared = await compare(kernel);
    tally.scenarios++;
    if (compared.ok) {
      const { equal, refusal, runs, notCompared } = compared.value;
      if (equal) tally.same++;
      if (refusal) tally.refused++;
      tally.runs += runs.filter((run) => run.kernel !== undefined).length;
      tally.notCompared += notCompared.length;
    }
    const equal = compared.ok && compared.value.equal;
    if (reason !== undefined && !equal) {
      tally.known++;
      console.log(`known: ${name}: ${reason}`);
    } else if (reason !== undefined) {
      tally.same--;
      console.log(`${name} is the same now and has to leave the list of those that are not`);
    } else if (!equal) {
      console.log(textLines(name, compared).join('\n'));
    }
  }
  return families;
}

/** Seeds of the random changes that every run tries; `npm run fuzz:kernel` tries others. */
const seeds = [1, 2, 3, 4, 5, 6];

/** Number of cases that differ. */
async function compareMutations(kernel: Kernel): Promise<number> {
  const mutations = join(folder, 'mutations');
  const names = variants(mutations).filter((name) => `mutations/${name}`.includes(part));
  let different = 0;
  for (const name of names) {
    for (const seed of seeds) {
      const differences = await compareCase(kernel, mutations, name, seed);
      if (differences.length === 0) continue;
      different++;
      console.log(`${name}, seed ${seed}: ${differences[0]?.slice(0, 500) ?? ''}`);
    }
  }
  const sequences = names.length * seeds.length * sequencesPerCase;
  console.log(
    `${sequences} traversals with random changes of ${names.length} maps: ${different} cases differ`,
  );
  return different;
}

async function compareWith(kernel: Kernel): Promise<void> {
  const start = performance.now();
  const families = await compareAll(kernel);
  console.table(Object.fromEntries(families));
  const all = [...families.values()];
  const sum = (of: (tally: Tally) => number): number => all.map(of).reduce((a, b) => a + b, 0);
  const [scenarios, same, known] = [
    sum((one) => one.scenarios),
    sum((one) => one.same),
    sum((one) => one.known),
  ];
  const runs = sum((one) => one.runs);
  const others = scenarios - same - known;
  console.log(
    `${scenarios} scenarios, ${runs} runs on the kernel: ${same} the same, ${known} known, ${others} not`,
  );
  const cases = await compareMutations(kernel);
  console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`);
  if (others > 0 || cases > 0) process.exitCode = 1;
}

const kernel = openKernel();
if (kernel.ok) await compareWith(kernel.value).finally(() => kernel.value.close());
else console.log(`comparison with the kernel skipped: ${formatProblem(kernel.problem)}`);
