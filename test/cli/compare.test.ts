import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { openKernel } from '../../cli/kernel/kernel.ts';

/** `compare` as it ships. Where no kernel can be asked, what it says of that. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const examples = join(root, 'examples');
const opened = openKernel();
if (opened.ok) opened.value.close();

beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['tools/build.mjs', 'cli'], { cwd: root });
}, 60_000);

function compare(...words: string[]): Promise<{ readonly status: number | null; readonly stdout: string }> {
  return new Promise((resolve) => {
    const command = [join(root, 'dist/cli.cjs'), 'compare', ...words];
    const child = execFile(process.execPath, command, { cwd: examples, timeout: 25_000 }, (_, stdout) =>
      resolve({ status: child.exitCode, stdout }),
    );
    pids.push(child.pid);
  });
}

const pids: (number | undefined)[] = [process.pid];

describe.runIf(opened.ok)('on a kernel', () => {
  it('an example is the same', async () => {
    const { status, stdout } = await compare('count.scenario.json');
    expect(stdout).toContain('SAME count.scenario.json\n  same runs[0] count_packets: 2');
    expect(stdout).toContain('1 scenarios: 1 the same on the kernel');
    expect(status).toBe(0);
  });

  it('what differs is named, also as JSON', async () => {
    // bpf_ktime_get_ns: the scenario's clock is not the kernel's.
    const { status, stdout } = await compare('--json', 'hash.scenario.json');
    const line = JSON.parse(stdout) as {
      equal: boolean;
      runs: { differences: string[] }[];
      notCompared: string[];
    };
    expect([status, line.equal]).toEqual([1, false]);
    expect(line.runs[0]?.differences.join()).toMatch(/maps\.peers\[.*here .*, kernel /);
    expect(line.notCompared).toContain('environment.ktimeNs');
  });

  it('a scenario that cannot be loaded does not keep the others from being compared', async () => {
    const { status, stdout } = await compare('nothing.json', 'array.scenario.json');
    expect(stdout).toMatch(/FAIL nothing\.json\n[^]*SAME array\.scenario\.json/);
    expect(status).toBe(2);
  });
});

describe.runIf(!opened.ok)('without a kernel', () => {
  it('it says why', async () => {
    const { status, stdout } = await compare('count.scenario.json');
    expect(stdout).not.toBe('');
    expect(status).toBe(3);
  });
});

it('nothing stays pinned', () => {
  const left = pids.filter((pid) => existsSync(`/sys/fs/bpf/ebpf-debugger-${pid ?? 0}`));
  expect(left).toEqual([]);
});
