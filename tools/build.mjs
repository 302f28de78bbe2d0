// Bundles what ships. Usage: node tools/build.mjs [extension|adapter|cli ...] [--production]
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundles = {
  extension: { entry: 'extension/main.ts', external: ['vscode'] },
  adapter: { entry: 'debug-adapter/main.ts', external: [] },
  cli: { entry: 'cli/main.ts', external: [] },
};

const words = process.argv.slice(2);
const production = words.includes('--production');
const names = words.filter((word) => !word.startsWith('--'));

/** Replaces a file only when its contents differ, in one step, so that a process that runs it is not disturbed. */
async function replaceFile(path, contents) {
  const old = await readFile(path).catch(() => undefined);
  if (old && Buffer.compare(old, contents) === 0) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
}

for (const name of names.length > 0 ? names : Object.keys(bundles)) {
  const { entry, external } = bundles[name];
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: `dist/${name}.cjs`,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external,
    minify: production,
    keepNames: true,
    sourcemap: production ? false : 'linked',
    logLevel: 'warning',
    write: false,
  });
  for (const file of outputFiles) await replaceFile(`${root}${relative(root, file.path)}`, file.contents);
}
