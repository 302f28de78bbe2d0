// Compares every scenario under test/kernel with the running kernel: node tools/test-kernel.mjs [part of a path]
import { bundleAndRun, root } from './bundle-and-run.mjs';

process.exitCode = await bundleAndRun('test/kernel/compare-all.ts', [root, ...process.argv.slice(2)]);
