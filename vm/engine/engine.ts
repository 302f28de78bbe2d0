import { frame, maximumFrames, state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { leaveReason } from './compiler/chunk-writer.ts';
import { Compiler, type CompiledRun } from './compiler/compiler.ts';
import { createMapCode, hostMapCode } from './map-code/map-code.ts';
import { Interpreter, type StopReason, type StopRequest } from './interpreter/interpreter.ts';
import type { Passes } from './conditions.ts';
import type { CallHit, WatchedCall, Watches, WatchHit, WatchRange } from './watches.ts';

export interface EngineOptions {
  /** Runs of fewer cycles are interpreted. */
  readonly smallestRun?: number;
  /** Cycles to interpret before the program is worth compiling, for each of its instructions. */
  readonly warmUp?: number;
  /** False: every access is looked up in the region table, so that rows may forbid what the program owns. */
  readonly elide?: boolean;
  /** False: the interpreter leaves all calls of helpers to JavaScript, as what WebAssembly does is compared with. */
  readonly mapCode?: boolean;
  /** Most blocks of one WebAssembly function. */
  readonly chunkBlocks?: number;
  /** True: reads of registers and stack bytes that were never written are faults; nothing is compiled then. */
  readonly strict?: boolean;
  /** False: what the kernel's verifier would refuse is no fault, see Machine.kernelRules. Default true. */
  readonly kernelRules?: boolean;
}

/** A V8 that has compiled a function better uses it from the next call on: calls must not last. */
const longestEntry = 10_000_000;
/** The budget is a signed number of 32 bits. */
const mostCycles = 2 ** 30;

/**
 * Runs a machine's program, compiled or interpreted: both leave the same state at every cycle, so that either goes on
 * where the other stopped. Breakpoints and single steps are the interpreter's.
 */
export class Engine {
  readonly #machine: Machine;
  readonly #interpreter: Interpreter;
  readonly #compiler: Compiler;
  readonly #watches: Watches;
  readonly #smallestRun: number;
  readonly #elide: boolean;
  #warmUp: number;
  #breakpoints = false;

  constructor(machine: Machine, options: EngineOptions = {}) {
    this.#machine = machine;
    this.#interpreter = new Interpreter(
      machine,
      options.mapCode === false ? hostMapCode(machine) : createMapCode(machine),
    );
    this.#watches = this.#interpreter.watches;
    this.#compiler = new Compiler(machine, options.chunkBlocks, this.#watches, this.#interpreter.conditions);
    this.#smallestRun = options.smallestRun ?? 200;
    this.#elide = options.elide ?? true;
    this.#warmUp = Math.ceil(((options.warmUp ?? 256) * machine.program.code.length) / 8);
  }

  /** As Interpreter.run: retires at most `cycles`, exactly, and says why it stopped. */
  run(cycles: number, stop: StopRequest): StopReason {
    const machine = this.#machine;
    this.#watches.forgetHits();
    const strict = machine.written !== undefined;
    if (strict || machine.runState !== 'running' || !(cycles >= this.#smallestRun))
      return this.#interpreter.run(cycles, stop);
    const end = machine.cycle + Math.floor(Math.min(cycles, mostCycles));
    if (this.#warmUp > 0) {
      const start = machine.cycle;
      const reason = this.#interpreter.run(Math.min(end - start, this.#warmUp), stop);
      this.#warmUp -= machine.cycle - start;
      if (reason !== 'budget' || machine.cycle >= end) return reason;
    }
    return this.#runCompiled(end, stop);
  }

  #runCompiled(end: number, stop: StopRequest): StopReason {
    const machine = this.#machine;
    // Compiled code takes the registers r10 for what calls made of them; an edit may have changed one.
    if (!this.#framePointersStand()) return this.#interpreter.run(end - machine.cycle, stop);
    const run = this.#code();
    this.#compiler.openTables();
    try {
      return this.#alternate(run, end, stop);
    } finally {
      this.#compiler.closeTables();
      if (this.#watches.any) this.#watches.disarm();
    }
  }

  /** Compiled code where it can go on, the interpreter where it cannot. */
  #alternate(run: CompiledRun, end: number, stop: StopRequest): StopReason {
    let entry = this.#entry();
    for (;;) {
      if (entry < 0) {
        const reason = this.#interpretToEntry(end, stop);
        if (reason !== undefined) return reason;
        entry = this.#entry();
        continue;
      }
      const given = end - this.#machine.cycle <= longestEntry;
      this.#begin(end, stop);
      const reason = this.#leave(run(entry), given, end, stop);
      if (reason !== undefined) return reason;
      entry = this.#entry();
    }
  }

  /** What compiled code has returned; undefined: there is more to run. `given`: it had all cycles up to `end`. */
  #leave(left: number, given: boolean, end: number, stop: StopRequest): StopReason | undefined {
    const machine = this.#machine;
    switch (left) {
      case leaveReason.budget:
        // What is left is too little for compiled code, if it was given all.
        return given ? this.#interpreter.run(end - machine.cycle, stop) : undefined;
      case leaveReason.interpret: {
        this.#compiler.giveCyclesBack();
        const reason = this.#interpreter.run(1, stop);
        return reason === 'budget' && machine.cycle < end ? undefined : reason;
      }
      case leaveReason.fault:
        this.#compiler.giveCyclesBack();
        machine.runState = 'faulted';
        return 'fault';
      case leaveReason.exited:
        machine.runState = 'exited';
        return 'exited';
      case leaveReason.return:
        return this.#watches.hit ? 'watch' : 'return';
      case leaveReason.watch:
        return 'watch';
      default:
        return this.#interpretToEntry(end, stop);
    }
  }

  /** At least one instruction, up to where compiled code can go on. */
  #interpretToEntry(end: number, stop: StopRequest): StopReason | undefined {
    const machine = this.#machine;
    do {
      const reason = this.#interpreter.run(Math.min(1, end - machine.cycle), stop);
      if (reason !== 'budget' || machine.cycle >= end) return reason;
    } while (this.#entry() < 0);
    return undefined;
  }

  /** Entry code of where the machine stands; negative where only the interpreter can go on. */
  #entry(): number {
    const { slot, memory } = this.#machine;
    const passed = memory.view.getUint32(state.passBreakpoint, true);
    // Compiled code would ask again at a breakpoint that is to be passed.
    if (passed !== 0 && passed === memory.view.getUint32(state.ip, true)) return -1;
    return this.#breakpoints && this.#compiler.isFlagged(slot) ? -1 : this.#compiler.entryAt(slot);
  }

  #begin(end: number, { afterExitOf = -1, atDepth = -1 }: StopRequest): void {
    const machine = this.#machine;
    const { view } = machine.memory;
    const start = machine.cycle;
    const budget = Math.min(end - start, longestEntry);
    machine.beginSlice(start, budget);
    view.setInt32(state.stopAfterExit, afterExitOf, true);
    view.setInt32(state.stopAtDepth, atDepth, true);
    view.setUint32(state.passBreakpoint, 0, true);
    // The interpreter leaves the table empty.
    if (this.#watches.any) this.#watches.arm();
  }

  #code(): CompiledRun {
    return this.#compiler.codeFor({ elide: this.#elide, watch: this.#watches.any });
  }

  #framePointersStand(): boolean {
    const { view } = this.#machine.memory;
    const depth = view.getUint32(state.depth, true);
    for (let at = 0; at <= depth && at < maximumFrames; at++) {
      const top = this.#machine.frames.record(at) + frame.stackTop;
      const held =
        at === depth ? state.registers + 80 : this.#machine.frames.record(at + 1) + frame.saved + 32;
      for (const half of [0, 4]) {
        if (view.getUint32(top + half, true) !== view.getUint32(held + half, true)) return false;
      }
    }
    return true;
  }

  /** Replaces all breakpoints. */
  setBreakpoints(slots: Iterable<number>): void {
    const wanted = [...slots];
    this.#interpreter.setBreakpoints(wanted);
    this.#breakpoints = wanted.length > 0;
    this.#compiler.setBreakpoints(wanted);
  }

  /** Replaces what is asked at breakpoints; it holds for those that are set from then on. */
  setConditions(bySlot: ReadonlyMap<number, Passes>): void {
    this.#interpreter.conditions.set(bySlot);
  }

  /** Replaces all watched ranges and calls. */
  setWatches(ranges: Iterable<WatchRange>, calls: Iterable<WatchedCall> = []): void {
    this.#watches.set(ranges, calls);
  }

  /** What the last run has touched of them, where it stopped for that. */
  get watchHits(): readonly WatchHit[] {
    return this.#watches.hits;
  }

  get callHits(): readonly CallHit[] {
    return this.#watches.callHits;
  }

  /** The next `run` passes a breakpoint where the machine stands. */
  passBreakpoint(): void {
    this.#interpreter.passBreakpoint();
  }
}
