import { failed, formatProblem, type Problem, type Result } from '../vm/base/problem.ts';
import { printJson, type JsonObject } from '../vm/inputs/json.ts';
import type { RunOptions } from '../vm/inputs/run-scenario.ts';
import { errorJson } from '../vm/inputs/scenario-result.ts';
import { readScenario } from '../vm/inputs/scenario.ts';
import { exitStatus, worst, type ExitStatus } from './exit-status.ts';
import { filesBeside, readBytes } from './files.ts';
import { compareScenario, type ComparedRun, type Comparison } from './kernel/compare-scenario.ts';
import { openKernel, type Kernel } from './kernel/kernel.ts';

export interface CompareOptions extends RunOptions {
  /** One JSON object a line instead of text. */
  readonly json?: boolean;
}

/** Runs scenarios here and on the running kernel and says what differs. */
export async function compareCommand(
  files: readonly string[],
  options: CompareOptions,
  print: (line: string) => void,
): Promise<ExitStatus> {
  const kernel = openKernel();
  if (!kernel.ok) {
    print(options.json === true ? printJson(errorJson('', kernel.problem)) : formatProblem(kernel.problem));
    return exitStatus.noKernel;
  }
  const statuses: ExitStatus[] = [];
  try {
    for (const file of files) {
      const compared = await compareFile(file, kernel.value, options);
      statuses.push(statusOf(compared));
      const lines = options.json === true ? [jsonLine(file, compared)] : textLines(file, compared);
      for (const line of lines) print(line);
    }
  } finally {
    kernel.value.close();
  }
  if (options.json !== true) print(summary(statuses));
  return worst(statuses);
}

/** A defect of this program is a Problem too, so that the files after it are still compared. */
export async function compareFile(
  path: string,
  kernel: Kernel,
  options: RunOptions = {},
): Promise<Result<Comparison>> {
  const bytes = await readBytes(path);
  const scenario = bytes.ok ? readScenario(bytes.value, path) : bytes;
  if (!scenario.ok) return scenario;
  try {
    const compared = await compareScenario(scenario.value, filesBeside(path), kernel, options);
    return compared.ok
      ? compared
      : failed({ ...compared.problem, place: { file: path, ...compared.problem.place } });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return failed({ code: 'internal-error', message, place: { file: path } });
  }
}

function statusOf(compared: Result<Comparison>): ExitStatus {
  if (!compared.ok) return exitStatus.notLoaded;
  return compared.value.equal ? exitStatus.passed : exitStatus.failed;
}

export function textLines(file: string, compared: Result<Comparison>): string[] {
  if (!compared.ok) return problemLines(file, compared.problem);
  const { runs, refusal, differences, notCompared, equal } = compared.value;
  return [
    `${equal ? 'SAME' : 'DIFF'} ${file}`,
    ...differences.map((line) => `  ${line}`),
    ...(refusal ? ['  the kernel refuses the object:', ...refusal.lines.map((line) => `    ${line}`)] : []),
    ...runs.flatMap((run, i) => [
      `  ${runTitle(run, i)}`,
      ...run.differences.map((line) => `       ${line}`),
    ]),
    ...notCompared.map((name) => `  not compared: ${name}`),
  ];
}

function runTitle({ program, here, kernel, differences }: ComparedRun, index: number): string {
  const mark = differences.length > 0 ? 'DIFF' : kernel === undefined ? '-   ' : 'same';
  const outcome = here?.fault ? `fault: ${here.fault.message}` : `${here?.retval ?? 'refused'}`;
  return `${mark} runs[${index}] ${program ?? 'time passes'}: ${program === undefined ? '' : outcome}`.trimEnd();
}

function problemLines(file: string, problem: Problem): string[] {
  return [
    `FAIL ${file}`,
    ...formatProblem(problem)
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

function jsonLine(file: string, compared: Result<Comparison>): string {
  if (!compared.ok) return printJson(errorJson(file, compared.problem));
  const { runs, refusal, differences, notCompared, equal } = compared.value;
  return printJson({
    scenario: file,
    equal,
    differences,
    refusal: refusal ? [...refusal.lines] : null,
    runs: runs.map(runJson),
    notCompared,
  });
}

function runJson({ program, here, kernel, differences }: ComparedRun): JsonObject {
  return {
    program: program ?? null,
    here: here ? { retval: here.retval ?? null, fault: here.fault ? here.fault.message : null } : null,
    kernel: kernel ? { retval: kernel.retval ?? null, error: kernel.error ?? null } : null,
    differences,
  };
}

function summary(statuses: readonly ExitStatus[]): string {
  const count = (status: ExitStatus): number => statuses.filter((one) => one === status).length;
  const [same, different, broken] = [exitStatus.passed, exitStatus.failed, exitStatus.notLoaded].map(count);
  return `${statuses.length} scenarios: ${same ?? 0} the same on the kernel, ${different ?? 0} different, ${broken ?? 0} not loaded`;
}
