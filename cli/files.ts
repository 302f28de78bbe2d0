import { dirname, resolve } from 'node:path';
import { readFile } from 'node:fs/promises';
import { failed, ok, type Result } from '../vm/base/problem.ts';
import type { ScenarioFiles } from '../vm/inputs/prepare-scenario.ts';

/** Problem `file-not-found`, or `file-unreadable` with what the system says. */
export async function readBytes(path: string): Promise<Result<Uint8Array>> {
  try {
    return ok(new Uint8Array(await readFile(path)));
  } catch (error) {
    const place = { file: path };
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return failed({ code: 'file-not-found', message: 'there is no such file', place });
    if (code === 'EISDIR') return failed({ code: 'file-unreadable', message: 'this is a folder', place });
    const message = error instanceof Error ? error.message : String(error);
    return failed({ code: 'file-unreadable', message, place });
  }
}

/** Files that a scenario names, relative to its own folder. */
export function filesBeside(scenario: string): ScenarioFiles {
  return { readFile: (path) => readBytes(resolve(dirname(scenario), path)) };
}
