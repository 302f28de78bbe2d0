import { callbackCaller, type Outcome } from '../../machine/helper.ts';
import { decoded, frame, state } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import { callHelper, performSpecial } from '../special.ts';
import { createMapCode, type MapCode } from '../map-code/map-code.ts';
import { StrictHost, type Host } from '../strict/host.ts';
import { writeRegisterSets } from '../strict/register-use.ts';
import { Conditions } from '../conditions.ts';
import { Watches } from '../watches.ts';
import { decodeProgram } from './decode-program.ts';
import { breakpointHandler } from './handlers.ts';
import { buildInterpreterModule } from './module.ts';
import { exitReason, type HostImport, type InterpreterFlavour } from './writer.ts';

export type StopReason = keyof typeof exitReason;

/** Where a run may stop besides its end, faults and breakpoints; depths as in machine/frames. */
export interface StopRequest {
  /** Stop after an exit of a frame at this depth or outside it. */
  readonly afterExitOf?: number;
  /** Stop when an exit has left this depth or less. */
  readonly atDepth?: number;
}

const reasonNames: readonly StopReason[] = ['budget', 'exited', 'fault', 'breakpoint', 'return', 'watch'];

/** The budget is a signed number of 32 bits. */
const mostCycles = 2 ** 30;

/** Made once for all machines, one for each flavour: the modules do not depend on the program. */
const modules = new Map<string, WebAssembly.Module>();

/** Runs a machine's program instruction by instruction, in WebAssembly. */
export class Interpreter {
  readonly #machine: Machine;
  readonly watches: Watches;
  readonly conditions = new Conditions();
  /** Of the flavour without watches; that with them is made when it is needed. */
  readonly #run: () => number;
  #runArmed: (() => number) | undefined;
  readonly #breakpoints = new Set<number>();

  readonly #mapCode: MapCode;

  constructor(machine: Machine, mapCode = createMapCode(machine)) {
    this.#machine = machine;
    this.#mapCode = mapCode;
    this.watches = new Watches(machine);
    decodeProgram(machine);
    const { written } = machine;
    if (written !== undefined) writeRegisterSets(machine, written);
    this.#run = this.#instantiate({ watch: false, strict: written !== undefined });
  }

  #instantiate(flavour: InterpreterFlavour): () => number {
    const machine = this.#machine;
    const key = JSON.stringify(flavour);
    let module = modules.get(key);
    if (module === undefined) {
      module = new WebAssembly.Module(buildInterpreterModule(flavour));
      modules.set(key, module);
    }
    const plain: Host = {
      callHelper: () => callHelper(machine),
      returnFromCallback: () => returnFromCallback(machine),
      performSpecial: () => performSpecial(machine),
    };
    const { written } = machine;
    const performers = written === undefined ? plain : new StrictHost(machine, written, plain);
    const arrive = (): number => (this.conditions.passes(machine.slot) ? 0 : 1);
    const host: Record<HostImport, () => number> = { ...this.#mapCode, ...performers, arrive };
    const instance = new WebAssembly.Instance(module, { host: { ...host, memory: machine.memory.memory } });
    // The module is ours: it exports `run` with this signature.
    return instance.exports['run'] as () => number;
  }

  /** Retires at most `cycles`, and never more than `mostCycles`; see VirtualMachine.run. */
  run(cycles: number, { afterExitOf = -1, atDepth = -1 }: StopRequest): StopReason {
    const machine = this.#machine;
    if (machine.runState !== 'running') return machine.runState === 'faulted' ? 'fault' : 'exited';
    const { view } = machine.memory;
    const start = machine.cycle;
    const budget = cycles >= 1 ? Math.floor(Math.min(cycles, mostCycles)) : 0;
    machine.beginSlice(start, budget);
    view.setInt32(state.stopAfterExit, afterExitOf, true);
    view.setInt32(state.stopAtDepth, atDepth, true);
    const reason = this.watches.any ? this.#runWatching(start + budget) : this.#named(this.#run);
    // A helper may have grown the memory, which takes the views made before.
    if (machine.cycle !== start) machine.memory.view.setUint32(state.passBreakpoint, 0, true);
    if (reason === 'exited') machine.runState = 'exited';
    if (reason === 'fault') machine.runState = 'faulted';
    return reason;
  }

  #named(run: () => number): StopReason {
    const reason = this.#passed(run);
    return reason === 'budget' ? (reasonNames[run()] ?? 'fault') : reason;
  }

  /** Where a breakpoint is to be passed: one instruction, with what the breakpoint stands for in its place. */
  #passed(run: () => number): StopReason {
    const machine = this.#machine;
    const { view } = machine.memory;
    const budget = view.getInt32(state.budget, true);
    const ip = view.getUint32(state.ip, true);
    const handler = view.getUint16(ip + decoded.handler, true);
    const passes = view.getUint32(state.passBreakpoint, true) === ip && handler === breakpointHandler;
    if (!passes || budget <= 0) return 'budget';
    view.setUint32(state.passBreakpoint, 0, true);
    const end = machine.cycle + budget;
    view.setUint16(ip + decoded.handler, view.getUint16(ip + decoded.original, true), true);
    machine.beginSlice(machine.cycle, 1);
    const reason = reasonNames[run()] ?? 'fault';
    // The instruction may have grown the memory, which takes the views made before.
    machine.memory.view.setUint16(ip + decoded.handler, breakpointHandler, true);
    machine.beginSlice(machine.cycle, end - machine.cycle);
    return reason;
  }

  /** As the plain run; what may touch a watched range is done by itself, under observation. */
  #runWatching(end: number): StopReason {
    const machine = this.#machine;
    const { watches } = this;
    const strict = machine.written !== undefined;
    const run = (this.#runArmed ??= this.#instantiate({ watch: true, strict }));
    watches.forgetHits();
    for (;;) {
      watches.arm();
      let reason: StopReason;
      try {
        reason = this.#named(run);
      } finally {
        watches.disarm();
      }
      if (reason !== 'watch') return reason;
      machine.beginSlice(machine.cycle, 1);
      // A breakpoint here has been passed already.
      this.passBreakpoint();
      const retired = (answer: StopReason): boolean => answer === 'budget' || answer === 'return';
      reason = watches.observeInstruction(() => this.#named(run), retired);
      machine.beginSlice(machine.cycle, end - machine.cycle);
      if (watches.hit) return 'watch';
      if (reason !== 'budget') return reason;
    }
  }

  /** Replaces all breakpoints. Slots that are not of the program's code are left out. */
  setBreakpoints(slots: Iterable<number>): void {
    const { view } = this.#machine.memory;
    const codeSlots = this.#machine.program.code.length / 8;
    for (const slot of this.#breakpoints) {
      const at = this.#machine.code.ipOfSlot(slot);
      view.setUint16(at + decoded.handler, view.getUint16(at + decoded.original, true), true);
      view.setUint16(at + decoded.original, 0, true);
    }
    this.#breakpoints.clear();
    for (const slot of slots) {
      if (this.#breakpoints.has(slot) || !(slot >= 0 && slot < codeSlots && Number.isInteger(slot))) continue;
      this.#breakpoints.add(slot);
      const at = this.#machine.code.ipOfSlot(slot);
      view.setUint16(at + decoded.original, view.getUint16(at + decoded.handler, true), true);
      view.setUint16(at + decoded.handler, breakpointHandler, true);
    }
  }

  /** The next `run` passes a breakpoint where the machine stands. */
  passBreakpoint(): void {
    const { view } = this.#machine.memory;
    const ip = view.getUint32(state.ip, true);
    const atBreakpoint = view.getUint16(ip + decoded.handler, true) === breakpointHandler;
    view.setUint32(state.passBreakpoint, atBreakpoint ? ip : 0, true);
  }
}

/** The exit of the innermost frame, which is a callback's: its helper goes on. */
export function returnFromCallback(machine: Machine): Outcome {
  const { view } = machine.memory;
  const id = view.getUint32(machine.frames.record(machine.frames.depth) + frame.helper, true);
  const driver = callbackCaller(machine.helpers, id)?.callback;
  if (driver === undefined) throw new Error(`helper ${id} pushed a callback frame, but drives no callbacks`);
  return driver.onReturn(machine);
}
