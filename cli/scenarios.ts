import { setImmediate } from 'node:timers/promises';
import type { Result } from '../vm/base/problem.ts';
import { runScenario, type RunOptions } from '../vm/inputs/run-scenario.ts';
import type { ScenarioResult } from '../vm/inputs/scenario-result.ts';
import { readScenario } from '../vm/inputs/scenario.ts';
import { filesBeside, readBytes } from './files.ts';

/** Reads and runs one scenario file. */
export async function runFile(path: string, options: RunOptions = {}): Promise<Result<ScenarioResult>> {
  const bytes = await readBytes(path);
  if (!bytes.ok) return bytes;
  const scenario = readScenario(bytes.value, path);
  if (!scenario.ok) return scenario;
  return runScenario(scenario.value, filesBeside(path), {
    ...options,
    betweenSlices: () => setImmediate(),
  });
}
