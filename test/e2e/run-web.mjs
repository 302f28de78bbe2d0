// Runs the suite in the extension host of a VS Code whose workbench is a page in Chromium.
// Usage: node test/e2e/run-web.mjs [--extension DIR] [--tests FILE] [--workspace DIR] [--out DIR] [--timeout SECONDS]
import { appendFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { haveBrowser, openPage } from './browser.mjs';
import { buildSuite, suitePath } from './build-suite.mjs';
import { openDoor } from './page-door.mjs';
import { report } from './results.mjs';
import { remoteUri, startServer, workbenchUrl } from './vscode-server.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    extension: { type: 'string', default: root },
    tests: { type: 'string' },
    workspace: { type: 'string', default: join(root, 'examples') },
    out: { type: 'string', default: join(root, 'e2e-out') },
    timeout: { type: 'string', default: '480' },
  },
});
const ownFiles = fileURLToPath(new URL('workspace', import.meta.url));
const outDir = resolve(options.out);
const resultsFile = join(outDir, 'results.jsonl');

if (!haveBrowser()) {
  console.error('not run: no Chromium. Install it (apt-get install chromium), or name it in CHROMIUM.');
  process.exit(2);
}
if (!options.tests) await buildSuite();
rmSync(outDir, { recursive: true, force: true });
mkdirSync(outDir, { recursive: true });

let page;
let server;
let browser;
let door;

/** Loads the workbench with the extension and the tests in it, and waits for the exit code of the run. */
async function runSuite(finish) {
  door = await openDoor(() => page, outDir);
  server = await startServer({
    testDriver: true,
    logFile: join(outDir, 'server.log'),
    environment: { E2E_RESULTS: resultsFile, E2E_PAGE_URL: door.url },
    settings: { 'debug.openDebug': 'openOnDebugBreak' },
  });
  void server.exited.then((code) => finish(1, `VS Code's server exited (${code}), see server.log`));
  const workspace = join(server.state, 'workspace');
  cpSync(resolve(options.workspace), workspace, { recursive: true });
  cpSync(ownFiles, workspace, { recursive: true });

  ({ browser, page } = await openPage({ outDir }));
  page.on('crash', () => finish(1, 'the page crashed'));
  await page.exposeFunction('codeAutomationLog', (type, words) =>
    appendFileSync(join(outDir, 'extension-host.log'), `${type} ${JSON.stringify(words)}\n`),
  );
  // The workbench calls this when the extension host has run the suite: 0 if run() resolved, 1 if it rejected.
  await page.exposeFunction('codeAutomationExit', (code) => finish(code));
  const payload = [
    ['extensionDevelopmentPath', remoteUri(server.authority, resolve(options.extension))],
    ['extensionTestsPath', remoteUri(server.authority, resolve(options.tests ?? suitePath))],
  ];
  await page.goto(workbenchUrl(server.authority, workspace, payload));
  await page.waitForSelector('.monaco-workbench', { timeout: 60_000 });
}

const exitCode = await new Promise((resolveCode) => {
  let finished = false;
  const finish = (code, why) => {
    if (finished) return;
    finished = true;
    clearTimeout(timer);
    if (why) console.error(why);
    resolveCode(code);
  };
  const timer = setTimeout(
    () => finish(124, `no end after ${options.timeout} s`),
    Number(options.timeout) * 1000,
  );
  runSuite(finish).catch((error) => finish(1, error));
});
if (exitCode !== 0) await page?.screenshot({ path: join(outDir, 'failed.png') }).catch(() => undefined);
await browser?.close().catch(() => undefined);
await server?.stop();
door?.close();

const passed = report(resultsFile);
process.exit(exitCode === 0 && !passed ? 1 : exitCode);
