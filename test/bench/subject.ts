import { readFileSync } from 'node:fs';
import { expectOk } from '../../vm/base/problem.ts';
import type { EngineOptions } from '../../vm/engine/engine.ts';
import { VirtualMachine } from '../../vm/engine/virtual-machine.ts';
import { defaultEnvironment } from '../../vm/environment/environment.ts';
import { link } from '../../vm/object/link/link.ts';
import type { FunctionSymbol } from '../../vm/object/program-object.ts';
import { readObject } from '../../vm/object/read-object.ts';

/** Milliseconds of CPU time, V8's own threads included. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What is measured at least, in one round. */
const roundTime = 40;

export type Measure = () => number;

/** One engine with one program: nanoseconds of a run. */
export class Subject {
  readonly #vm: VirtualMachine;
  readonly #program: FunctionSymbol;
  readonly #packet: Uint8Array;
  #startCost = Infinity;
  /** Of the first run: later ones see what it left. */
  readonly cycles: number;

  /** `breakpoints`: one is set where nothing comes by. */
  constructor(path: string, packet: Uint8Array, options: EngineOptions, breakpoints = false) {
    const object = expectOk(readObject(new Uint8Array(readFileSync(path)), path));
    this.#vm = expectOk(VirtualMachine.create(expectOk(link(object)), defaultEnvironment, options));
    this.#packet = packet;
    const program = object.programs.find(({ name }) => name === 'run');
    if (program === undefined) throw new Error(`${path} has no program run`);
    this.#program = program;
    const prepare = object.programs.find(({ name }) => name === 'prepare');
    if (prepare !== undefined) this.#run(prepare);
    if (breakpoints) this.#vm.setBreakpoints([this.#vm.machine.program.code.length / 8 - 1]);
    this.cycles = this.#run(program);
  }

  #start(program: FunctionSymbol): void {
    expectOk(this.#vm.startRun(program, { dataIn: this.#packet }));
  }

  #run(program: FunctionSymbol): number {
    const vm = this.#vm;
    this.#start(program);
    while (vm.machine.runState === 'running') vm.run(1e9);
    if (vm.machine.fault !== undefined) throw new Error(vm.machine.fault.message);
    return vm.machine.cycle;
  }

  /**
   * Milliseconds that the start of a run takes: the least of several tries, for what V8 compiles in the background
   * counts wherever it happens.
   */
  #startTime(): number {
    const starts = 200;
    const tries = Array.from({ length: 5 }, () => {
      const begin = cpuTime();
      for (let i = 0; i < starts; i++) this.#start(this.#program);
      return (cpuTime() - begin) / starts;
    });
    return Math.min(...tries);
  }

  /** Nanoseconds of an instruction. What the start of a run takes does not count: it is measured apart. */
  readonly measure: Measure = () => {
    let cycles = 0;
    let runs = 0;
    const start = cpuTime();
    let now = start;
    for (let batch = 1; now - start < roundTime; batch = Math.min(batch * 2, 64)) {
      for (let i = 0; i < batch; i++) cycles += this.#run(this.#program);
      runs += batch;
      now = cpuTime();
    }
    this.#startCost = Math.min(this.#startCost, this.#startTime());
    return ((now - start - runs * this.#startCost) * 1e6) / cycles;
  };
}
