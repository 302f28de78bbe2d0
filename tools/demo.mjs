// npm run demo: bundles test/dap/demo.ts, which is TypeScript, and runs it in the root of the repository.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { outputFiles } = await build({
  entryPoints: ['test/dap/demo.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
  logLevel: 'warning',
});
const [{ contents }] = outputFiles;
await import(`data:text/javascript;base64,${Buffer.from(contents).toString('base64')}`);
