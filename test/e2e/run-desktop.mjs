// Runs the suite in a desktop VS Code, which @vscode/test-electron downloads. VSCODE_VERSION chooses another than the newest,
// VSCODE_EXECUTABLE one that is installed.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTests } from '@vscode/test-electron';
import { buildSuite, suitePath } from './build-suite.mjs';
import { report } from './results.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const state = mkdtempSync(join(tmpdir(), 'bpf-'));
const workspace = join(state, 'workspace');
const resultsFile = join(state, 'results.jsonl');

await buildSuite();
cpSync(join(root, 'examples'), workspace, { recursive: true });
cpSync(join(root, 'test/e2e/workspace'), workspace, { recursive: true });
try {
  await runTests({
    ...(process.env.VSCODE_EXECUTABLE && { vscodeExecutablePath: process.env.VSCODE_EXECUTABLE }),
    ...(process.env.VSCODE_VERSION && { version: process.env.VSCODE_VERSION }),
    extensionDevelopmentPath: root,
    extensionTestsPath: suitePath,
    extensionTestsEnv: { E2E_RESULTS: resultsFile },
    launchArgs: [
      workspace,
      '--disable-extensions',
      '--disable-workspace-trust',
      '--skip-welcome',
      '--skip-release-notes',
      ...['--user-data-dir', join(state, 'data')],
    ],
  });
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
if (!report(resultsFile)) process.exitCode = 1;
rmSync(state, { recursive: true, force: true, maxRetries: 5 });
