// Starts VS Code's server on loopback with all its state in a temporary folder.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { getVSCode } from '../../tools/get-vscode.mjs';

const startupLimit = 60_000;

const baseSettings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The caller's environment without what would tie the server to a VS Code, or a Node, that it was started from. */
function cleanEnvironment(additions) {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS)/.test(name),
  );
  return { ...Object.fromEntries(inherited), ...additions };
}

/** Settings are read from data/User by code-server and from data/Machine by every build. */
function writeSettings(dataDir, settings) {
  for (const level of ['User', 'Machine']) {
    mkdirSync(join(dataDir, level), { recursive: true });
    writeFileSync(join(dataDir, level, 'settings.json'), JSON.stringify({ ...baseSettings, ...settings }));
  }
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/**
 * Options: `logFile`; `port`, a free one by default; `environment` and `settings`, added to the defaults; `vsix`, files of
 * extensions to install; `testDriver`, which lets a page load an extension under development and run its tests.
 * Returns `authority` (host:port), `state` (the temporary folder), `exited` (a promise of the exit code) and `stop()`.
 */
export async function startServer(options) {
  const { node, serverMain } = getVSCode();
  // Unix sockets live below this folder, and their paths must be short.
  const state = mkdtempSync(join(tmpdir(), 'bpf-'));
  const dataDir = join(state, 'data');
  const folders = [
    '--server-data-dir',
    state,
    '--user-data-dir',
    dataDir,
    '--extensions-dir',
    join(state, 'extensions'),
  ];
  writeSettings(dataDir, options.settings ?? {});
  const env = cleanEnvironment({
    ...options.environment,
    HOME: state,
    TMPDIR: state,
    XDG_RUNTIME_DIR: state,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
  });

  for (const file of options.vsix ?? []) {
    const words = [serverMain, '--accept-server-license-terms', ...folders, '--install-extension', file];
    const result = spawnSync(node, words, { env, encoding: 'utf8' });
    if (result.status !== 0) {
      rmSync(state, { recursive: true, force: true });
      throw new Error(`cannot install ${file}: ${result.stdout}${result.stderr}`);
    }
  }

  const port = options.port ?? (await freePort());
  const log = openSync(options.logFile, 'a');
  const server = spawn(
    node,
    [
      serverMain,
      ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'],
      ...[
        '--accept-server-license-terms',
        '--disable-workspace-trust',
        '--disable-telemetry',
        '--disable-experiments',
      ],
      ...folders,
      ...(options.testDriver ? ['--enable-smoke-test-driver'] : []),
    ],
    { env, detached: true, stdio: ['ignore', log, log] },
  );
  closeSync(log);

  let running = true;
  const exited = new Promise((resolve) => {
    server.once('error', (error) => resolve(String(error)));
    server.once('exit', (code, signal) => resolve(code ?? signal));
  }).finally(() => (running = false));

  /** Ends the server's whole process group: extension hosts, terminals, debug adapters. */
  const signalGroup = (signal) => {
    try {
      process.kill(-server.pid, signal);
    } catch {
      // The group is gone.
    }
  };
  const stop = async () => {
    signalGroup('SIGTERM');
    await Promise.race([exited, delay(5000, undefined, { ref: false })]);
    signalGroup('SIGKILL');
    rmSync(state, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };

  const authority = `127.0.0.1:${port}`;
  const deadline = Date.now() + startupLimit;
  while (!(await answers(`http://${authority}/version`))) {
    if (!running || Date.now() > deadline) {
      await stop();
      throw new Error(`VS Code's server did not start, see ${options.logFile}`);
    }
    await delay(100);
  }
  return { authority, state, exited, stop };
}

/** Address of a workbench that shows `folder`. `payload` is a list of [name, value] pairs for the workbench. */
export function workbenchUrl(authority, folder, payload = []) {
  const query = new URLSearchParams({
    folder,
    payload: JSON.stringify([...payload, ['skipWelcome', 'true']]),
  });
  return `http://${authority}/?${query}`;
}

/** How a page names a file on the server's machine. */
export const remoteUri = (authority, path) => `vscode-remote://${authority}${path}`;
