import { printJson } from '../vm/inputs/json.ts';
import type { RunOptions } from '../vm/inputs/run-scenario.ts';
import { errorJson, printResult } from '../vm/inputs/scenario-result.ts';
import { exitStatus, worst, type ExitStatus } from './exit-status.ts';
import { runFile } from './scenarios.ts';

/** Writes one JSON object a line for each scenario, in order. */
export async function runCommand(
  files: readonly string[],
  options: RunOptions,
  write: (text: string) => Promise<void>,
): Promise<ExitStatus> {
  const statuses: ExitStatus[] = [];
  for (const file of files) {
    const result = await runFile(file, options);
    if (result.ok) {
      for (const piece of printResult(file, result.value)) await write(piece);
      statuses.push(result.value.passed ? exitStatus.passed : exitStatus.failed);
    } else {
      await write(printJson(errorJson(file, result.problem)));
      statuses.push(exitStatus.notLoaded);
    }
    await write('\n');
  }
  return worst(statuses);
}
