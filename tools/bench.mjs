// Measures the engines: node tools/bench.mjs [part of a program's name]. test/bench/bench.ts says what.
import { bundleAndRun, root } from './bundle-and-run.mjs';

process.exitCode = await bundleAndRun('test/bench/bench.ts', [root, ...process.argv.slice(2)]);
