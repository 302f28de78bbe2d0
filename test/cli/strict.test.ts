import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** `--strict` of `run` and `test`. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const examples = join(root, 'examples');
const object = join(root, 'test/strict/unset.bpf.o');
let folder = '';
let scenario = '';

beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['tools/build.mjs', 'cli'], { cwd: root });
  folder = await mkdtemp(join(tmpdir(), 'cli-strict-'));
  scenario = join(folder, 'unset.json');
  await writeFile(scenario, JSON.stringify({ object }));
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

function cli(...words: readonly string[]): Promise<{ status: number | null; stdout: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(root, 'dist/cli.cjs'), ...words],
      { cwd: examples, timeout: 20_000 },
      (_, stdout) => resolve({ status: child.exitCode, stdout: stdout.replaceAll(`${folder}/`, '') }),
    );
  });
}

describe('--strict', () => {
  it('says what is read, where, and what to do', async () => {
    const { status, stdout } = await cli('test', '--strict', scenario);
    expect(status).toBe(1);
    expect(stdout).toMatchInlineSnapshot(`
      "FAIL unset.json
        FAIL runs[0] read_unset: fault, 3 cycles
             fault: uninitialised-stack: invalid read from stack R10 off -8+0 size 4: strict mode: the byte at r10-8 of its function was not written; initialise it before, or switch strict off ("strict" in the launch configuration, --strict on the command line) (./unset.bpf.c:14)
      1 scenario, 0 passed, 1 failed
      "
    `);
  });

  it('is a fault of the run', async () => {
    const { status, stdout } = await cli('run', '--strict', scenario);
    expect(status).toBe(1);
    const { runs } = JSON.parse(stdout) as { runs: readonly { fault: unknown; retval: unknown }[] };
    expect(runs).toMatchObject([
      { retval: null, fault: { kind: 'uninitialised-stack', function: 'read_unset', pc: 3, cycle: 3 } },
    ]);
  });

  it('is off where it is not given', async () => {
    expect(await cli('run', scenario)).toMatchObject({ status: 0 });
  });

  it('finds nothing in the examples', async () => {
    const names = (await readdir(examples)).filter((name) => name.endsWith('.scenario.json'));
    const { status, stdout } = await cli('test', '--strict', ...names);
    expect(stdout).toContain(`${names.length} scenarios, ${names.length} passed, 0 failed`);
    expect(status).toBe(0);
  });
});
