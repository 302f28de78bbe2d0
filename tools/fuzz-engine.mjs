// Random programs and the objects of the repository on engine and interpreter, stopped anywhere:
// node tools/fuzz-engine.mjs [SECONDS] [FIRST SEED] [LAST SEED]. test/fuzz/fuzz.ts says what it prints.
import { bundleAndRun, root } from './bundle-and-run.mjs';

process.exitCode = await bundleAndRun('test/fuzz/fuzz.ts', [root, ...process.argv.slice(2)]);
