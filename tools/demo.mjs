// npm run demo: bundles test/dap/demo.ts, which is TypeScript, and runs it in the root of the repository.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const outfile = fileURLToPath(new URL('../out/demo.mjs', import.meta.url));
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
await build({
  entryPoints: ['test/dap/demo.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
await import(outfile);
