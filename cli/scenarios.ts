import { setImmediate } from 'node:timers/promises';
import { failed, type Result } from '../vm/base/problem.ts';
import { runScenario, type RunOptions } from '../vm/inputs/run-scenario.ts';
import type { ScenarioResult } from '../vm/inputs/scenario-result.ts';
import { readScenario } from '../vm/inputs/scenario.ts';
import { filesBeside, readBytes } from './files.ts';

/** Reads and runs one scenario file. A defect of this program is a Problem too, so that the files after it still run. */
export async function runFile(path: string, options: RunOptions = {}): Promise<Result<ScenarioResult>> {
  try {
    const result = await readAndRun(path, options);
    if (result.ok) return result;
    return failed({ ...result.problem, place: { file: path, ...result.problem.place } });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = 'This is a defect of the debugger; please report it with the scenario and the object.';
    return failed({ code: 'internal-error', message, place: { file: path }, hint });
  }
}

async function readAndRun(path: string, options: RunOptions): Promise<Result<ScenarioResult>> {
  const bytes = await readBytes(path);
  if (!bytes.ok) return bytes;
  const scenario = readScenario(bytes.value, path);
  if (!scenario.ok) return scenario;
  return runScenario(scenario.value, filesBeside(path), { ...options, betweenSlices: () => setImmediate() });
}
