import { printJson } from '../vm/inputs/json.ts';
import type { RunOptions } from '../vm/inputs/run-scenario.ts';
import { errorJson, resultJson } from '../vm/inputs/scenario-result.ts';
import { exitStatus, worst, type ExitStatus } from './exit-status.ts';
import { runFile } from './scenarios.ts';

/** Prints one JSON object a line for each scenario, in order. */
export async function runCommand(
  files: readonly string[],
  options: RunOptions,
  print: (line: string) => void,
): Promise<ExitStatus> {
  const statuses: ExitStatus[] = [];
  for (const file of files) {
    const result = await runFile(file, options);
    if (result.ok) {
      print(printJson(resultJson(file, result.value)));
      statuses.push(result.value.passed ? exitStatus.passed : exitStatus.failed);
    } else {
      print(printJson(errorJson(file, result.problem)));
      statuses.push(exitStatus.notLoaded);
    }
  }
  return worst(statuses);
}
