import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DapClient } from './client.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles the adapter as it ships; the specs drive that file. */
export function buildAdapter(): void {
  execFileSync(process.execPath, ['tools/build.mjs', 'adapter'], { cwd: root, stdio: 'pipe' });
}

export function spawnAdapter(): DapClient {
  return DapClient.spawn(`${root}dist/adapter.cjs`);
}

/** Path of a file in examples/. */
export function example(name: string): string {
  return `${root}examples/${name}`;
}

/** Number of the one line of a file that contains `marker`, counted from 1. */
export function lineOf(path: string, marker: string): number {
  const found = readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, index) => (line.includes(marker) ? [index + 1] : []));
  const [line] = found;
  if (line === undefined || found.length > 1)
    throw new Error(`${path} has ${found.length} lines with ${marker}`);
  return line;
}
