import { formatProblem, type Result } from '../vm/base/problem.ts';
import type { ScenarioResult } from '../vm/inputs/scenario-result.ts';
import { runTitle } from './run-title.ts';

export interface TestedScenario {
  readonly file: string;
  readonly result: Result<Pick<ScenarioResult, 'runs' | 'passed'>>;
  readonly seconds: number;
}

/** A JUnit report: a suite for each scenario, a case for each run; one that cannot be loaded is a case with an error. */
export function junitReport(tested: readonly TestedScenario[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    ...tested.flatMap((one) => suite(one).map((line) => `  ${line}`)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite({ file, result, seconds }: TestedScenario): string[] {
  const runs = result.ok ? result.value.runs : [];
  const failures = runs.filter(({ passed }) => !passed).length;
  const counts = `tests="${result.ok ? runs.length : 1}" failures="${failures}" errors="${result.ok ? 0 : 1}"`;
  const cases = result.ok
    ? runs.flatMap((run, i) => {
        const name = `runs[${i}] ${run.program ?? 'time passes'}`;
        return testCase(
          file,
          name,
          run.passed ? undefined : failure('failure', runTitle(run, i), run.differences),
        );
      })
    : testCase(file, 'load', failure('error', result.problem.code, [formatProblem(result.problem)]));
  return [
    `<testsuite name="${escape(file)}" ${counts} time="${seconds.toFixed(3)}">`,
    ...cases.map((line) => `  ${line}`),
    '</testsuite>',
  ];
}

function testCase(file: string, name: string, outcome: string | undefined): string[] {
  const opening = `<testcase classname="${escape(file)}" name="${escape(name)}"`;
  return outcome === undefined ? [`${opening}/>`] : [`${opening}>`, `  ${outcome}`, '</testcase>'];
}

function failure(kind: 'failure' | 'error', message: string, lines: readonly string[]): string {
  return `<${kind} message="${escape(message)}">${escape(lines.join('\n'))}</${kind}>`;
}

function escape(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[^\t\n\r -\ud7ff\ue000-\ufffd]/g, '?');
}
