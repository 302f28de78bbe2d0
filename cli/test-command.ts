import { writeFile } from 'node:fs/promises';
import { formatProblem, ok, type Problem } from '../vm/base/problem.ts';
import type { RunOptions } from '../vm/inputs/run-scenario.ts';
import type { ScenarioResult } from '../vm/inputs/scenario-result.ts';
import { exitStatus, worst, type ExitStatus } from './exit-status.ts';
import { junitReport, type TestedScenario } from './junit.ts';
import { runTitle } from './run-title.ts';
import { runFile } from './scenarios.ts';

export interface TestOptions extends RunOptions {
  /** Where to write a JUnit report. */
  readonly junit?: string;
}

/** Runs scenarios for people: names, what differs, and a summary. */
export async function testCommand(
  files: readonly string[],
  options: TestOptions,
  print: (line: string) => void,
): Promise<ExitStatus> {
  const tested: TestedScenario[] = [];
  for (const file of files) {
    const start = performance.now();
    const run = await runFile(file, options);
    // Without the maps, which would keep the machine.
    const result = run.ok ? ok({ runs: run.value.runs, passed: run.value.passed }) : run;
    const seconds = (performance.now() - start) / 1000;
    tested.push({ file, result, seconds });
    for (const line of result.ok ? resultLines(file, result.value) : problemLines(file, result.problem))
      print(line);
  }
  if (options.junit !== undefined) await writeFile(options.junit, junitReport(tested));
  print(summary(tested));
  return worst(tested.map(statusOf));
}

function statusOf({ result }: TestedScenario): ExitStatus {
  if (!result.ok) return exitStatus.notLoaded;
  return result.value.passed ? exitStatus.passed : exitStatus.failed;
}

function resultLines(file: string, { passed, runs }: Pick<ScenarioResult, 'runs' | 'passed'>): string[] {
  return [
    `${passed ? 'PASS' : 'FAIL'} ${file}`,
    ...runs.flatMap((run, i) => [
      `  ${run.passed ? 'ok  ' : 'FAIL'} ${runTitle(run, i)}`,
      ...run.differences.map((difference) => `       ${difference}`),
    ]),
  ];
}

function problemLines(file: string, problem: Problem): string[] {
  const text = formatProblem(problem).split('\n');
  return [`FAIL ${file}`, ...text.map((line) => `  ${line}`)];
}

function summary(tested: readonly TestedScenario[]): string {
  const failed = tested.filter((one) => statusOf(one) !== exitStatus.passed).length;
  const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
  return `${count(tested.length, 'scenario')}, ${tested.length - failed} passed, ${failed} failed`;
}
