import { join } from 'node:path';
import { formatProblem } from '../../../vm/base/problem.ts';
import { openKernel } from '../../../cli/kernel/kernel.ts';
import { compareCase, sequencesPerCase, variants } from './mutations.ts';

/** Random changes of maps during traversals, here and on the kernel: ROOT SECONDS FIRST-SEED [VARIANT]. */

const [root = '.', seconds = '60', first = '1', only] = process.argv.slice(2);
const folder = join(root, 'test/kernel/mutations');
const mostFailures = 5;

const kernel = openKernel();
if (!kernel.ok) {
  console.log(`comparison with the kernel skipped: ${formatProblem(kernel.problem)}`);
} else {
  const end = Date.now() + Number(seconds) * 1000;
  const names = variants(folder).filter((name) => only === undefined || name === only);
  const cases = new Map(names.map((name) => [name, { cases: 0, different: 0 }]));
  let failures = 0;
  let seed = Number(first);
  for (; Date.now() < end && failures < mostFailures; seed++) {
    for (const [name, tally] of cases) {
      const differences = await compareCase(kernel.value, folder, name, seed);
      tally.cases++;
      if (differences.length === 0) continue;
      tally.different++;
      failures++;
      console.log(`${name}, seed ${seed}:`);
      for (const line of differences.slice(0, 4)) console.log(`  ${line}`);
    }
  }
  kernel.value.close();
  console.table(Object.fromEntries(cases));
  const count = [...cases.values()].reduce((sum, one) => sum + one.cases, 0);
  console.log(
    `seeds ${first} to ${seed - 1}: ${count * sequencesPerCase} traversals with changes, ${failures} cases different`,
  );
  process.exitCode = failures > 0 ? 1 : 0;
}
