import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measure } from './subject.ts';

/** The same programs natively and in the kernel, where this computer can. Nanoseconds of a run, or why there are none. */

export interface Others {
  readonly folder: string;
  readonly scratch: string;
  readonly packet: Uint8Array;
}

const clangs = ['clang-19', 'clang'];

function works(command: string, ...words: string[]): boolean {
  try {
    execFileSync(command, words, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const clang = clangs.find((name) => works(name, '--version'));

export const nativeAbsent = clang === undefined ? 'there is no clang' : undefined;

export function native(name: string, { folder, scratch, packet }: Others): Measure | string {
  if (clang === undefined) return 'no clang';
  if (readFileSync(join(folder, `${name}.bpf.c`), 'utf8').includes('BPF only')) return 'has no native form';
  const binary = join(scratch, name);
  const define = `-DPROGRAM_FILE="${name}.bpf.c"`;
  execFileSync(clang, ['-O2', define, join(folder, 'native.c'), '-o', binary], { stdio: 'ignore' });
  return () => Number(execFileSync(binary, ['500'], { input: packet }).toString());
}

export const kernelAbsent = ((): string | undefined => {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'it takes root';
  if (!works('bpftool', 'version')) return 'there is no bpftool';
  if (!existsSync('/sys/fs/bpf') || !works('bpftool', 'prog', 'show'))
    return 'this kernel does not allow bpf(2)';
  return undefined;
})();

/** Programs of an object, loaded and pinned until `close`. */
export class KernelProgram {
  readonly #pin: string;
  readonly #data: string;
  #repeat = 1;

  private constructor(pin: string, data: string) {
    this.#pin = pin;
    this.#data = data;
  }

  static load(name: string, { folder, scratch, packet }: Others): KernelProgram | string {
    if (kernelAbsent !== undefined) return kernelAbsent;
    const pin = `/sys/fs/bpf/bench-${process.pid}-${name}`;
    const data = join(scratch, 'packet');
    writeFileSync(data, packet);
    const loaded = new KernelProgram(pin, data);
    if (!works('bpftool', 'prog', 'loadall', join(folder, `${name}.bpf.o`), pin))
      return 'the verifier refuses it';
    if (existsSync(join(pin, 'prepare'))) loaded.#run('prepare', 1);
    const once = loaded.#run('run', 20);
    loaded.#repeat = Math.max(5, Math.min(20_000, Math.round(30e6 / Math.max(once, 1))));
    return loaded;
  }

  #run(program: string, repeat: number): number {
    const words = ['prog', 'run', 'pinned', join(this.#pin, program), 'data_in', this.#data];
    const text = execFileSync('bpftool', [...words, 'repeat', String(repeat)], { stdio: 'pipe' }).toString();
    return Number(/duration \(average\): (\d+)ns/.exec(text)?.[1]);
  }

  readonly measure: Measure = () => this.#run('run', this.#repeat);

  close(): void {
    rmSync(this.#pin, { recursive: true, force: true });
  }
}
