import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildObject } from './object.ts';

/** The kernel's verifier, by way of bpftool: programs are loaded, never attached, and let go. */
export class Verifier {
  readonly #folder = mkdtempSync(join(tmpdir(), 'strict-'));
  readonly #prefix: readonly string[];

  /** `prefix`: the command that runs bpftool. */
  constructor(prefix: readonly string[] = []) {
    this.#prefix = prefix;
  }

  /** Undefined where the kernel takes the program, else what it says. */
  refusal(source: string): string | undefined {
    const object = join(this.#folder, 'program.o');
    writeFileSync(object, buildObject(source).bytes);
    const pin = `/sys/fs/bpf/strict-${process.pid}`;
    const [command, ...words] = [...this.#prefix, 'bpftool', 'prog', 'load', object, pin];
    const { status, stderr, error } = spawnSync(command, words, { encoding: 'utf8' });
    rmSync(pin, { force: true });
    return status === 0 ? undefined : (error?.message ?? stderr);
  }

  /** Whether there is a kernel to ask; says so where there is none. */
  get answers(): boolean {
    const reason = this.refusal('r0 = 0\nexit');
    if (reason !== undefined)
      console.warn(`the kernel is not asked (${this.#prefix[0] ?? 'as is'}): ${reason.trim()}`);
    return reason === undefined;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The verifier lets those with CAP_PERFMON read stack bytes that were not written. */
export const withoutPerfmon = [
  'setpriv',
  ...['--bounding-set', '-perfmon,-sys_admin'],
  ...['--inh-caps', '-perfmon,-sys_admin'],
];
