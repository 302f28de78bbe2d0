import { dirname, resolve } from 'node:path';
import { nodeFiles } from '../debug-adapter/file-accessor-node.ts';
import type { Result } from '../vm/base/problem.ts';
import type { ScenarioFiles } from '../vm/inputs/prepare-scenario.ts';

/** Problem `file-not-found`, or `file-unreadable` with what the system says. */
export function readBytes(path: string): Promise<Result<Uint8Array>> {
  return nodeFiles.readFile(path);
}

/** Files that a scenario names, relative to its own folder. */
export function filesBeside(scenario: string): ScenarioFiles {
  const beside = (path: string): string => resolve(dirname(scenario), path);
  const { readChunks } = nodeFiles;
  return {
    readFile: (path) => readBytes(beside(path)),
    ...(readChunks && { readChunks: (path) => readChunks(beside(path)) }),
  };
}
