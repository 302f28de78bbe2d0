import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { formatProblem } from '../../vm/base/problem.ts';
import { compareFile, textLines } from '../../cli/compare-command.ts';
import { openKernel, type Kernel } from '../../cli/kernel/kernel.ts';

/** Counts of one folder under test/kernel. */
interface Tally {
  scenarios: number;
  same: number;
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

async function compareAll(kernel: Kernel): Promise<Map<string, Tally>> {
  const families = new Map<string, Tally>();
  for (const file of scenarioFiles()) {
    const name = relative(folder, file);
    const family = name.split('/')[0] ?? '';
    const none: Tally = { scenarios: 0, same: 0, runs: 0, refused: 0, notCompared: 0 };
    const tally = families.get(family) ?? none;
    families.set(family, tally);
    const compared = await compareFile(file, kernel);
    tally.scenarios++;
    if (compared.ok) {
      const { equal, refusal, runs, notCompared } = compared.value;
      if (equal) tally.same++;
      if (refusal) tally.refused++;
      tally.runs += runs.filter((run) => run.kernel !== undefined).length;
      tally.notCompared += notCompared.length;
    }
    if (!compared.ok || !compared.value.equal) console.log(textLines(name, compared).join('\n'));
  }
  return families;
}

const kernel = openKernel();
if (!kernel.ok) {
  console.log(`comparison with the kernel skipped: ${formatProblem(kernel.problem)}`);
} else {
  const start = performance.now();
  const families = await compareAll(kernel.value).finally(() => kernel.value.close());
  console.table(Object.fromEntries(families));
  const all = [...families.values()];
  const sum = (of: (tally: Tally) => number): number => all.map(of).reduce((a, b) => a + b, 0);
  const [scenarios, same, runs] = [
    sum((one) => one.scenarios),
    sum((one) => one.same),
    sum((one) => one.runs),
  ];
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${scenarios} scenarios, ${runs} runs on the kernel: ${same} the same, ${scenarios - same} not (${seconds} s)`,
  );
  if (same < scenarios) process.exitCode = 1;
}
