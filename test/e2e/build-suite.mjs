// Bundles the suite to dist/test, which both hosts load: its entry point, and each test file by itself.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const suitePath = `${root}dist/test/index.cjs`;

export async function buildSuite() {
  rmSync(`${root}dist/test`, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['test/e2e/suite/index.ts', 'test/e2e/suite/*.test.ts'],
    outdir: 'dist/test',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    keepNames: true,
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}
