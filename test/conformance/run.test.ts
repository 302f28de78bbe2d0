import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../../cli/conformance-plugin.ts';
import { toHex } from '../../vm/base/bytes.ts';
import { expectOk } from '../../vm/base/problem.ts';
import type { EngineOptions } from '../../vm/engine/engine.ts';
import { finishRun } from '../../vm/inputs/run-scenario.ts';
import { assemble } from '../../vm/isa/assemble.ts';
import { parseDataFile, type DataFile } from './data-file.ts';

const directory = process.env['BPF_CONFORMANCE_DIR'];
const names = directory === undefined ? [] : readdirSync(directory).filter((name) => name.endsWith('.data'));
if (names.length === 0)
  console.warn('BPF_CONFORMANCE_DIR names no .data files: the conformance programs are not run');

function read(name: string): DataFile {
  return parseDataFile(readFileSync(join(directory ?? '', name), 'utf8'));
}

function codeOf({ asm, raw }: DataFile): Uint8Array {
  return raw ?? expectOk(assemble(asm ?? ''));
}

/** The group of a file, for the table: what stands before the first digit, dash or underscore. */
function groupOf(name: string): string {
  const stem = name.startsWith('rfc9669_') ? name.slice(8) : name;
  const group = /^[a-z]+/.exec(stem)?.[0] ?? stem;
  return name.startsWith('rfc9669_') ? `rfc9669 ${group}` : group;
}

/** The interpreter alone, and the compiler from the first instruction on. */
const engines: readonly (readonly [name: string, options: EngineOptions])[] = [
  ['interpreter', { smallestRun: Infinity }],
  ['compiler', { smallestRun: 1, warmUp: 0 }],
];

describe.skipIf(names.length === 0).each(engines)('programs of bpf_conformance: %s', (engine, options) => {
  const counts = new Map<string, { run: number; passed: number }>();

  it.each(names)('%s', async (name) => {
    const group = groupOf(name);
    const count = counts.get(group) ?? { run: 0, passed: 0 };
    counts.set(group, count);
    count.run++;
    const file = read(name);
    const vm = start(codeOf(file), file.mem ?? new Uint8Array(), options);
    await finishRun(vm, { cycleLimit: 1_000_000 });
    const { r0, fault } = vm.result();
    if (file.result === undefined) {
      expect(fault).toBeDefined();
    } else {
      expect(fault).toBeUndefined();
      expect(r0.toString(16)).toBe(file.result.toString(16));
    }
    count.passed++;
  });

  afterAll(() => {
    const rows = [...counts].sort(([a], [b]) => a.localeCompare(b));
    const total = { run: 0, passed: 0 };
    for (const [, { run, passed }] of rows) {
      total.run += run;
      total.passed += passed;
    }
    const line = ([name, { run, passed }]: (typeof rows)[number]): string =>
      `${name.padEnd(20)}${String(run).padStart(5)}${String(passed).padStart(8)}`;
    const table = [`${engine.padEnd(20)}  run  passed`, ...rows.map(line), line(['all', total])];
    console.log(table.join('\n'));
  });
});

describe.skipIf(names.length === 0)('the conformance plugin', () => {
  const run = promisify(execFile);
  const root = fileURLToPath(new URL('../..', import.meta.url));

  beforeAll(() => run(process.execPath, ['tools/build.mjs', 'cli'], { cwd: root }));

  const sample = [
    'add.data',
    'stxb-chain.data',
    'ldxdw.data',
    'lock_cmpxchg.data',
    'call_local.data',
    'sdiv64-imm.data',
  ];
  it.each(sample.filter((name) => names.includes(name)))('%s', async (name) => {
    const file = read(name);
    const child = run(
      process.execPath,
      ['dist/cli.cjs', 'conformance-plugin', toHex(file.mem ?? new Uint8Array())],
      {
        cwd: root,
      },
    );
    child.child.stdin?.end(toHex(codeOf(file)));
    const { stdout, stderr } = await child;
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe(file.result?.toString(16));
  });
});
