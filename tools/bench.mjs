// Measures the engines: node tools/bench.mjs [part of a program's name]. test/bench/bench.ts says what.
import { join } from 'node:path';
import { bundleAndRun, root } from './bundle-and-run.mjs';

process.exitCode = await bundleAndRun('test/bench/bench.ts', [
  join(root, 'test/bench'),
  ...process.argv.slice(2),
]);
