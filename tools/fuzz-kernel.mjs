// Random changes of maps during traversals, here and on the kernel: node tools/fuzz-kernel.mjs [SECONDS] [FIRST SEED] [VARIANT]
import { bundleAndRun, root } from './bundle-and-run.mjs';

process.exitCode = await bundleAndRun('test/kernel/mutations/fuzz.ts', [root, ...process.argv.slice(2)]);
