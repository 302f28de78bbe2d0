import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectOk } from '../../vm/base/problem.ts';
import { Engine } from '../../vm/engine/engine.ts';
import { Interpreter, type StopReason, type StopRequest } from '../../vm/engine/interpreter/interpreter.ts';
import { VirtualMachine } from '../../vm/engine/virtual-machine.ts';
import { defaultEnvironment } from '../../vm/environment/environment.ts';
import type { Machine } from '../../vm/machine/machine.ts';
import { link } from '../../vm/object/link/link.ts';
import { readObject } from '../../vm/object/read-object.ts';

/**
 * Nanoseconds of CPU time for an instruction: compiled, interpreted, and where they are at hand natively and in the
 * kernel. All in one run, in turns, the best of some rounds each.
 */

interface Runner {
  run(cycles: number, stop: StopRequest): StopReason;
}

const folder = process.argv[2] ?? '';
const only = process.argv[3] ?? '';
const rounds = 7;
const roundTime = 60;
const scratch = mkdtempSync(join(tmpdir(), 'bpf-bench-'));
const packet = Buffer.from('take 12 eggs, "a \\"fresh\\" egg" and 500 g flour; '.repeat(30)).subarray(
  0,
  1000,
);

/** Milliseconds of CPU time, V8's own threads included. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

class Subject {
  readonly #vm: VirtualMachine;
  readonly #runner: Runner;
  readonly #program;
  best = Infinity;
  /** Of the first run: later ones see what it left. */
  readonly cycles: number;

  constructor(file: string, makeRunner: (machine: Machine) => Runner) {
    const object = expectOk(readObject(new Uint8Array(readFileSync(join(folder, file))), file));
    this.#vm = expectOk(VirtualMachine.create(expectOk(link(object)), defaultEnvironment));
    this.#runner = makeRunner(this.#vm.machine);
    const [program] = object.programs;
    if (program === undefined) throw new Error(`${file} has no program`);
    this.#program = program;
    this.cycles = this.once();
  }

  once(): number {
    const { machine } = this.#vm;
    this.#start();
    while (machine.runState === 'running') this.#runner.run(1e9, {});
    if (machine.fault !== undefined) throw new Error(machine.fault.message);
    return machine.cycle;
  }

  #start(): void {
    expectOk(this.#vm.startRun(this.#program, { dataIn: packet }));
  }

  /** What the start of a run takes does not count: it is measured apart. */
  round(): void {
    let cycles = 0;
    let runs = 0;
    const start = cpuTime();
    while (cpuTime() - start < roundTime) {
      for (let i = 0; i < 10; i++) cycles += this.once();
      runs += 10;
    }
    const end = cpuTime();
    for (let i = 0; i < runs; i++) this.#start();
    const passed = end - start - (cpuTime() - end);
    this.best = Math.min(this.best, (passed * 1e6) / cycles);
  }
}

/** Nanoseconds of a run; undefined where there is no compiler or the program has no native form. */
function native(name: string): (() => number) | undefined {
  const binary = join(scratch, name);
  try {
    const define = `-DPROGRAM_FILE="${name}.bpf.c"`;
    execFileSync('clang-19', ['-O2', define, join(folder, 'native.c'), '-o', binary], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return () => Number(execFileSync(binary, ['1000'], { input: packet }).toString());
}

/** Nanoseconds of a run in the kernel; undefined without root, or where the kernel refuses the program. */
function kernel(name: string): (() => number) | undefined {
  const pin = `/sys/fs/bpf/bench-${process.pid}-${name}`;
  const data = join(scratch, 'packet');
  writeFileSync(data, packet);
  const run = (): number => {
    try {
      execFileSync('bpftool', ['prog', 'load', join(folder, `${name}.bpf.o`), pin], { stdio: 'pipe' });
      const words = ['prog', 'run', 'pinned', pin, 'data_in', data, 'repeat', '1000'];
      const text = execFileSync('bpftool', words, { stdio: 'pipe' }).toString();
      return Number(/duration \(average\): (\d+)ns/.exec(text)?.[1]);
    } finally {
      rmSync(pin, { force: true });
    }
  };
  try {
    run();
    return run;
  } catch {
    return undefined;
  }
}

const columns = [
  'program',
  'cycles',
  'compiled',
  'checked',
  'interpreted',
  'native',
  'kernel',
  'x native',
  'x kernel',
];
console.log(columns.map((column) => column.padStart(11)).join(' '));
const ratios: { native: number[]; kernel: number[]; compiled: number[]; interpreted: number[] } = {
  native: [],
  kernel: [],
  compiled: [],
  interpreted: [],
};
for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.bpf.o'))) {
  const name = file.replace('.bpf.o', '');
  if (only !== '' && !name.includes(only)) continue;
  const compiled = new Subject(file, (machine) => new Engine(machine, { warmUp: 0 }));
  const checked = new Subject(file, (machine) => new Engine(machine, { warmUp: 0, elide: false }));
  const interpreted = new Subject(file, (machine) => new Interpreter(machine));
  const others = [native(name), existsSync('/sys/fs/bpf') ? kernel(name) : undefined];
  const best = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    for (const subject of [compiled, checked, interpreted]) subject.round();
    others.forEach((measure, i) => {
      if (measure) best[i] = Math.min(best[i] ?? Infinity, measure() / compiled.cycles);
    });
  }
  const [nativeBest = Infinity, kernelBest = Infinity] = best;
  if (compiled.cycles !== interpreted.cycles) throw new Error(`${name}: the engines differ`);
  const figures = [compiled.best, checked.best, interpreted.best, nativeBest, kernelBest];
  const shown = figures.map((value) => (value === Infinity ? '-' : value.toFixed(3)));
  const times = [nativeBest, kernelBest].map((value) =>
    value === Infinity ? '-' : (compiled.best / value).toFixed(2),
  );
  ratios.compiled.push(compiled.best);
  ratios.interpreted.push(interpreted.best);
  if (nativeBest !== Infinity) ratios.native.push(compiled.best / nativeBest);
  if (kernelBest !== Infinity) ratios.kernel.push(compiled.best / kernelBest);
  console.log([name, compiled.cycles, ...shown, ...times].map((cell) => String(cell).padStart(11)).join(' '));
}
const mean = (values: readonly number[]): string =>
  values.length === 0
    ? '-'
    : Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length).toFixed(2);
console.log(
  `geometric means: compiled ${mean(ratios.compiled)} ns, interpreted ${mean(ratios.interpreted)} ns, ` +
    `${mean(ratios.native)} x native, ${mean(ratios.kernel)} x kernel`,
);
rmSync(scratch, { recursive: true, force: true });
