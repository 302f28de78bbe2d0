// Packs the extension, installs it in a VS Code on this machine's loopback interface, and opens a copy of examples/ there.
// Usage: node tools/try.mjs [--port N] [--workspace DIR] [--vsix FILE]   where FILE is an extension packed before
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import vsce from '@vscode/vsce';
import { remoteUri, startServer, workbenchUrl } from '../test/e2e/vscode-server.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: { port: { type: 'string' }, workspace: { type: 'string' }, vsix: { type: 'string' } },
});

async function packedExtension(folder) {
  if (options.vsix) return resolve(options.vsix);
  const packagePath = join(folder, 'extension.vsix');
  await vsce.createVSIX({
    cwd: root,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  return packagePath;
}

function workspaceIn(folder) {
  if (options.workspace) return resolve(options.workspace);
  const copy = join(folder, 'examples');
  cpSync(join(root, 'examples'), copy, { recursive: true });
  return copy;
}

const folder = mkdtempSync(join(tmpdir(), 'bpf-try-'));
const logFile = join(folder, 'server.log');
let keepLog = false;
process.on('exit', () => {
  if (!keepLog) rmSync(folder, { recursive: true, force: true });
});
const interrupted = new Promise((done) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => done(undefined));
});
const workspace = workspaceIn(folder);
const port = options.port && { port: Number(options.port) };
const vsix = [await packedExtension(folder)];
keepLog = true;
const server = await startServer({ vsix, logFile, ...port });
keepLog = false;

const example = join(workspace, 'count.bpf.c');
const payload = existsSync(example) ? [['openFile', remoteUri(server.authority, example)]] : [];
console.log(`\nOpen ${workbenchUrl(server.authority, workspace, payload)}`);
console.log('and press F5 there. Ctrl-C here ends it.');

const code = await Promise.race([interrupted, server.exited]);
await server.stop();
if (code === undefined) process.exit(0);
keepLog = true;
console.error(`VS Code's server exited (${code}), see ${logFile}`);
process.exit(1);
