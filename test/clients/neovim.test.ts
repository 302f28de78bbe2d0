import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ebpf-debugger-'));
const installed = spawnSync('nvim', ['--version']).status === 0;

if (!installed) console.warn('nvim is not installed: the session in Neovim is not tested');

describe.skipIf(!installed)('Neovim', () => {
  beforeAll(() => {
    execFileSync(process.execPath, ['tools/build.mjs', 'cli'], { cwd: root, stdio: 'pipe' });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('stops in the callback, shows its variables, and goes on', async () => {
    const transcript = join(folder, 'transcript.txt');
    const script = join(root, 'test/clients/session.lua');
    const { status, stderr } = spawnSync('nvim', ['--headless', '--clean', '-c', `luafile ${script}`], {
      env: {
        ...process.env,
        NODE: process.execPath,
        CLI: join(root, 'dist/cli.cjs'),
        EXAMPLES: join(root, 'examples'),
        TRANSCRIPT: transcript,
      },
      timeout: 60_000,
    });
    const text = readFileSync(transcript, 'utf8');
    expect(`${status ?? 'killed'}`, `${stderr.toString()}\n${text}`).toBe('0');
    await expect(text).toMatchFileSnapshot('golden/neovim.txt');
  }, 90_000);
});
