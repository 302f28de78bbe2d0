import { attempt, expectOk, raise, type Result } from '../base/problem.ts';
import type { Environment } from '../environment/environment.ts';
import { seedRandom } from '../helpers/random.ts';
import { helperTable } from '../helpers/table.ts';
import type { Fault } from '../machine/fault.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import { state } from '../machine/layout.ts';
import { Machine, type ContextStore } from '../machine/machine.ts';
import type { OutputRecord } from '../machine/output.ts';
import { createMap } from '../maps/registry.ts';
import type { LinkedProgram } from '../object/linked-program.ts';
import type { Deferred } from '../machine/timers.ts';
import type { FunctionSymbol } from '../object/program-object.ts';
import type { ProgramFamily, RunInput, RunOutput } from '../programs/family.ts';
import { familyOf } from '../programs/registry.ts';
import { programTypeOfSection } from '../programs/section-types.ts';
import {
  callbackFamily,
  enterCallbackRun,
  functionsOf,
  refusalOfLock,
  refusalOfReturn,
} from './callback-run.ts';
import { fillDataPointers } from './data-pointers.ts';
import type { Passes } from './conditions.ts';
import { Engine, type EngineOptions } from './engine.ts';
import type { StopReason, StopRequest } from './interpreter/interpreter.ts';
import type { CallHit, WatchedCall, WatchHit, WatchRange } from './watches.ts';

export type { CallHit, StopReason, StopRequest, WatchedCall, WatchHit, WatchRange };

export interface RunResult extends RunOutput {
  readonly program: FunctionSymbol;
  /** The low 32 bits of r0, as BPF_PROG_TEST_RUN reports it. */
  readonly retval: number;
  readonly r0: bigint;
  readonly cycles: number;
  readonly output: readonly OutputRecord[];
  readonly notes: readonly OutputRecord[];
  readonly fault: Fault | undefined;
  /** Of a timer or work queue, whose callback the run was. */
  readonly deferred?: Deferred;
}

interface CurrentRun {
  readonly program: FunctionSymbol;
  readonly family: ProgramFamily;
  readonly firstOutput: number;
  readonly firstNote: number;
  /** Of a timer or work queue, whose callback the run is. */
  readonly deferred?: Deferred;
}

/** The whole state of a machine at one moment, for that machine alone. */
export interface SavedMachine {
  readonly memory: Uint8Array;
  readonly current: CurrentRun | undefined;
  readonly runs: number;
  readonly fault: Fault | undefined;
  readonly programType: string;
  readonly contextStore: ContextStore | undefined;
  readonly maps: readonly KernelMap[];
  readonly outputs: readonly OutputRecord[];
  readonly notes: readonly OutputRecord[];
}

/** A machine with its maps, helpers and engine: what debuggers, scenarios and tests drive. */
export class VirtualMachine {
  readonly machine: Machine;
  readonly #engine: Engine;
  #current: CurrentRun | undefined;
  #runs = 0;
  #breakpoints: readonly number[] = [];
  #watches: readonly WatchRange[] = [];
  #watchedCalls: readonly WatchedCall[] = [];

  /** Raises nothing; a map type or size the machine does not have is a Problem. */
  static create(
    program: LinkedProgram,
    environment: Environment,
    options: EngineOptions = {},
  ): Result<VirtualMachine> {
    return attempt(() => new VirtualMachine(program, environment, options), { file: program.object.name });
  }

  private constructor(program: LinkedProgram, environment: Environment, options: EngineOptions) {
    this.machine = new Machine(program, environment, helperTable);
    const { kernelRules = true } = options;
    this.machine.kernelRules = kernelRules;
    this.machine.frames.keysWritable = !kernelRules;
    this.machine.typeOfProgram = ({ sectionName }) => programTypeOfSection(sectionName);
    seedRandom(this.machine);
    if (options.strict === true) this.machine.keepWritten();
    program.maps.forEach((linked, index) => {
      this.machine.maps.push(expectOk(createMap(this.machine, linked, index)));
    });
    fillDataPointers(this.machine);
    this.#engine = new Engine(this.machine, options);
  }

  /** The family of the program that runs or ran last. */
  get family(): ProgramFamily | undefined {
    return this.#current?.family;
  }

  get program(): FunctionSymbol | undefined {
    return this.#current?.program;
  }

  /** Puts the machine at cycle 0 of a run of `program`; maps keep their contents. */
  startRun(program: FunctionSymbol, input: RunInput = {}, cpu = this.machine.environment.cpu): Result<void> {
    return attempt(() => {
      const { machine } = this;
      const { cpus } = machine.environment;
      if (!(cpu >= 0 && cpu < cpus && Number.isInteger(cpu)))
        raise('bad-cpu', `cpu ${cpu} is not among the ${cpus} of the environment`);
      const family = expectOk(this.#familyOf(program));
      const section = machine.program.sections.find(({ index }) => index === program.section);
      if (section === undefined) raise('unknown-program', `the section of ${program.name} is not loaded`);
      const entry = machine.code.ipOfSlot(section.firstSlot + program.offset / 8);
      this.#advanceClock();
      this.#beginRun(entry, cpu, family);
      expectOk(family.prepare(machine, input));
      this.#started({ program, family });
    });
  }

  /** Timers and work queues that wait for their time, first those that come due first. */
  get armed(): readonly Deferred[] {
    return this.machine.timers.armed();
  }

  /**
   * Lets time pass from the end of the run: what comes due meanwhile runs its callback, each as a run of its own, with
   * `startDueRun`, and time stands where they are done.
   */
  advance(nanoseconds: bigint): void {
    this.machine.timers.until = this.machine.timeNs + nanoseconds;
  }

  /**
   * Puts the machine at cycle 0 of the callback that is due next while time passes (`advance`); false where none is:
   * time has passed then.
   */
  startDueRun(): Result<boolean> {
    return attempt(() => {
      const { machine } = this;
      const { timers } = machine;
      const { until } = timers;
      if (until === undefined) return false;
      const deferred = timers.takeDue(until);
      const time = deferred === undefined ? until : deferred.expires;
      const wait = time - machine.timeNs;
      const { view } = machine.memory;
      if (wait > 0n) view.setBigUint64(state.ktime, view.getBigUint64(state.ktime, true) + wait, true);
      if (deferred === undefined) {
        timers.until = undefined;
        return false;
      }
      this.#advanceClock();
      const { callback, owner } = functionsOf(machine, deferred);
      const family = callbackFamily(expectOk(this.#familyOf(owner)));
      this.#beginRun(deferred.callbackIp, deferred.cpu, family);
      expectOk(enterCallbackRun(machine, deferred));
      this.#started({ program: callback, family, deferred });
      return true;
    });
  }

  #started(run: Pick<CurrentRun, 'program' | 'family' | 'deferred'>): void {
    const { machine } = this;
    machine.runState = 'running';
    const [firstOutput, firstNote] = [machine.outputs.length, machine.notes.length];
    this.#current = { ...run, firstOutput, firstNote };
  }

  /** Cycle 0 of a run, registers and frames cleared, but for what the program is given. */
  #beginRun(entry: number, cpu: number, family: ProgramFamily): void {
    const { machine } = this;
    const { view } = machine.memory;
    machine.fault = undefined;
    machine.contextStore = undefined;
    machine.memory.bytes.fill(0, state.registers, state.registers + 88);
    view.setUint32(state.run, this.#runs++, true);
    view.setUint32(state.cpu, cpu, true);
    view.setUint32(state.ip, entry, true);
    view.setBigUint64(state.sliceEnd, 0n, true);
    view.setInt32(state.budget, 0, true);
    this.#settle();
    machine.frames.reset(entry);
    machine.references.reset();
    machine.dynptrs.reset();
    machine.written?.begin();
    machine.programType = family.name;
    machine.timers.running = 0;
    machine.locks.reset();
    machine.objects.closeLent(machine.references);
  }

  #familyOf(program: FunctionSymbol): Result<ProgramFamily> {
    return attempt(() => expectOk(familyOf(program)), { file: this.machine.program.object.name });
  }

  /** Time goes on from where the last run ended. */
  #advanceClock(): void {
    if (this.#current === undefined) return;
    const { machine } = this;
    machine.memory.view.setBigUint64(state.ktime, machine.timeNs, true);
  }

  /** Retires at most `cycles`, at most 2³⁰ at a time, and says why it stopped; exact to the cycle. Does nothing once the run has ended. */
  run(cycles: number, stop: StopRequest = {}): StopReason {
    const reason = this.#engine.run(cycles, stop);
    this.#settle();
    return reason === 'exited' ? this.#exited() : reason;
  }

  /** The exit has retired: where the kernel would not have it so, it was a fault. */
  #exited(): StopReason {
    const { machine } = this;
    const refused = refusalOfLock(machine) ?? (this.#current?.deferred && refusalOfReturn(machine));
    if (refused === undefined) return 'exited';
    machine.beginSlice(machine.cycle - 1, 0);
    machine.fail(refused);
    machine.runState = 'faulted';
    return 'fault';
  }

  /** What a run was asked for is no state: the same moment looks the same, however it was reached. */
  #settle(): void {
    const { machine } = this;
    const { view } = machine.memory;
    machine.beginSlice(machine.cycle, 0);
    view.setInt32(state.stopAfterExit, -1, true);
    view.setInt32(state.stopAtDepth, -1, true);
    view.setUint32(state.passBreakpoint, 0, true);
  }

  /** The next `run` passes a breakpoint at the instruction where the machine stands. */
  passBreakpoint(): void {
    this.#engine.passBreakpoint();
  }

  get breakpoints(): readonly number[] {
    return this.#breakpoints;
  }

  setBreakpoints(slots: Iterable<number>): void {
    this.#breakpoints = [...slots];
    this.#engine.setBreakpoints(this.#breakpoints);
  }

  /**
   * Replaces breakpoints with such as ask before they stop, by slot: they cost little while the answer is to pass. Those
   * that are asked see the machine as it is before the instruction.
   */
  setConditionalBreakpoints(slots: Iterable<number>, conditions: ReadonlyMap<number, Passes>): void {
    this.#engine.setConditions(conditions);
    this.setBreakpoints(slots);
  }

  get watches(): readonly WatchRange[] {
    return this.#watches;
  }

  get watchedCalls(): readonly WatchedCall[] {
    return this.#watchedCalls;
  }

  /**
   * Replaces all watched ranges and calls: a run stops with `watch` behind the instruction that touches one, or makes
   * one. Like breakpoints they are no state. While there are some, runs are slower.
   */
  setWatches(ranges: Iterable<WatchRange>, calls: Iterable<WatchedCall> = []): void {
    this.#watches = [...ranges];
    this.#watchedCalls = [...calls];
    this.#engine.setWatches(this.#watches, this.#watchedCalls);
  }

  /** The first of `watchHits`. */
  get watchHit(): WatchHit | undefined {
    return this.watchHits[0];
  }

  /** After a run that stopped with `watch`: the ranges that its last instruction touched; else empty. */
  get watchHits(): readonly WatchHit[] {
    return this.#engine.watchHits;
  }

  /** As `watchHits`: the watched calls that it made. */
  get callHits(): readonly CallHit[] {
    return this.#engine.callHits;
  }

  /** A copy of the state: memory, in `buffer` where that is big enough, and what JavaScript knows of the run. */
  save(buffer?: Uint8Array): SavedMachine {
    const { memory, fault, programType, contextStore } = this.machine;
    const breakpoints = this.#breakpoints;
    this.setBreakpoints([]);
    const copy = memory.save(buffer);
    this.setBreakpoints(breakpoints);
    return {
      memory: copy,
      current: this.#current,
      runs: this.#runs,
      fault,
      programType,
      contextStore,
      maps: [...this.machine.maps],
      outputs: [...this.machine.outputs],
      notes: [...this.machine.notes],
    };
  }

  /** Goes back to a saved state. Breakpoints are no state: those that are set now stay set. */
  restore(saved: SavedMachine): void {
    const { machine } = this;
    const breakpoints = this.#breakpoints;
    this.setBreakpoints([]);
    machine.memory.restore(saved.memory);
    refill(machine.maps, saved.maps);
    refill(machine.outputs, saved.outputs);
    refill(machine.notes, saved.notes);
    machine.fault = saved.fault;
    machine.programType = saved.programType;
    machine.contextStore = saved.contextStore;
    this.#current = saved.current;
    this.#runs = saved.runs;
    this.setBreakpoints(breakpoints);
  }

  /** What the run has given so far; final once its state is `exited` or `faulted`. */
  result(): RunResult {
    const current = this.#current;
    if (current === undefined) throw new Error('no run was started');
    const { machine } = this;
    const r0 = machine.register(0);
    return {
      program: current.program,
      retval: Number(r0 & 0xffffffffn),
      r0,
      cycles: machine.cycle,
      output: machine.outputs.slice(current.firstOutput),
      notes: machine.notes.slice(current.firstNote),
      fault: machine.fault,
      ...(current.deferred && { deferred: current.deferred }),
      ...current.family.collect(machine),
    };
  }
}

function refill<T>(list: T[], items: readonly T[]): void {
  list.length = 0;
  for (const item of items) list.push(item);
}
