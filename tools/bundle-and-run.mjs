// Bundles a TypeScript program of the tests and runs it in a process of its own; gives its exit status.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const root = fileURLToPath(new URL('..', import.meta.url));

export async function bundleAndRun(entry, words) {
  const directory = await mkdtemp(join(tmpdir(), 'bundle-'));
  const outfile = join(directory, 'program.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  const { status } = spawnSync(process.execPath, [outfile, ...words], { stdio: 'inherit' });
  await rm(directory, { recursive: true });
  return status ?? 1;
}
