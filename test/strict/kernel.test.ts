import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildObject } from './object.ts';
import { registerPrograms, stackPrograms, stricterPrograms } from './programs.ts';

/**
 * The kernel's verifier on the same programs: loaded with bpftool, never attached, and let go. Skipped where bpf() is
 * refused.
 */

const folder = mkdtempSync(join(tmpdir(), 'strict-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The verifier lets those with CAP_PERFMON read stack bytes that were not written. */
const withoutPerfmon = [
  'setpriv',
  '--bounding-set',
  '-perfmon,-sys_admin',
  '--inh-caps',
  '-perfmon,-sys_admin',
];

/** Undefined where the kernel takes the program, else what it says. */
function refusal(source: string, prefix: readonly string[]): string | undefined {
  const object = join(folder, 'program.o');
  writeFileSync(object, buildObject(source).bytes);
  const pin = `/sys/fs/bpf/strict-${process.pid}`;
  const [command, ...words] = [...prefix, 'bpftool', 'prog', 'load', object, pin];
  const { status, stderr, error } = spawnSync(command, words, { encoding: 'utf8' });
  rmSync(pin, { force: true });
  return status === 0 ? undefined : (error?.message ?? stderr);
}

const harmless = 'r0 = 0\nexit';

function judge(prefix: readonly string[]): boolean {
  const reason = refusal(harmless, prefix);
  if (reason !== undefined)
    console.warn(`the kernel is not asked (${prefix[0] ?? 'as is'}): ${reason.trim()}`);
  return reason === undefined;
}

describe.skipIf(!judge([]))('the verifier, to privileged programs', () => {
  it.each([...registerPrograms, ...stackPrograms])('$name', ({ source, fault }) => {
    const said = refusal(source, []);
    if (fault?.kind === 'uninitialised-register') expect(said ?? 'loaded').toContain(fault.words);
    else expect(said).toBeUndefined();
  });
});

describe.skipIf(!judge(withoutPerfmon))('the verifier, without CAP_PERFMON', () => {
  it.each([...registerPrograms, ...stackPrograms])('$name', ({ source, fault }) => {
    const said = refusal(source, withoutPerfmon);
    if (fault === undefined) expect(said).toBeUndefined();
    else if (fault.kind === 'uninitialised-register') expect(said ?? 'loaded').toContain(fault.words);
    else expect(said ?? 'loaded').toContain('invalid read from stack ');
  });

  it.each(stricterPrograms)('lets pass: $name', ({ source }) => {
    expect(refusal(source, withoutPerfmon)).toBeUndefined();
  });
});
