import { toHex } from '../base/bytes.ts';
import type { Environment } from '../environment/environment.ts';
import { LinearMemory } from '../memory/linear-memory.ts';
import { RegionPool } from '../memory/region-pool.ts';
import { Regions } from '../memory/regions.ts';
import type { LinkedProgram } from '../object/linked-program.ts';
import type { FunctionSymbol } from '../object/program-object.ts';
import { CodeMemory } from './code-memory.ts';
import { DynptrSlices } from './dynptr-slices.ts';
import { Dynptrs } from './dynptrs.ts';
import type { Fault, FaultCause } from './fault.ts';
import { Frames } from './frames.ts';
import type { HelperTable } from './helper.ts';
import { outcome, type Outcome } from './helper.ts';
import type { KernelMap } from './kernel-map.ts';
import { Locks } from './locks.ts';
import { heap, regionTable, runStates, state, type RunState } from './layout.ts';
import { Objects } from './objects.ts';
import type { OutputRecord } from './output.ts';
import { OutsideMemory } from './outside-memory.ts';
import { References } from './references.ts';
import { StackDepths } from './stack-depth.ts';
import { Timers } from './timers.ts';
import { Written } from './written.ts';

/** A store the program made to a region with its own rules (the context). False: not allowed. */
export type ContextStore = (machine: Machine, offset: number, size: number, value: bigint) => boolean;

/** Told of an access that a helper is about to make, at a linear offset. */
export type AccessListener = (linear: number, size: number, access: 'read' | 'write') => void;

/**
 * The state of one machine and the ways to it: registers, frames, regions, maps, time. It executes nothing: that is
 * `engine/`. Everything that influences a run lies in `memory`; the fields here are handles to it.
 */
export class Machine {
  readonly program: LinkedProgram;
  readonly environment: Environment;
  readonly memory: LinearMemory;
  readonly regions: Regions;
  /** Regions of what comes and goes while programs run. */
  readonly regionPool: RegionPool;
  readonly code: CodeMemory;
  readonly frames: Frames;
  /** What the program has to release before it ends. */
  readonly references: References;
  readonly dynptrs: Dynptrs;
  readonly dynptrSlices: DynptrSlices;
  /** What lies at addresses that are not the machine's own: the kernel's, and those of the current process. */
  readonly kernelMemory: OutsideMemory;
  readonly userMemory: OutsideMemory;
  readonly timers: Timers;
  readonly locks: Locks;
  readonly objects: Objects;
  /** By index; filled by whoever puts the machine together. */
  readonly maps: KernelMap[] = [];
  readonly outputs: OutputRecord[] = [];
  /** What users should know of the answers of helpers: that the environment says nothing of what was asked for. */
  readonly notes: OutputRecord[] = [];
  readonly helpers: HelperTable;
  readonly stackDepths: StackDepths;
  /**
   * Whether what the kernel's verifier would have refused is a fault. False: the program goes on as it would on the
   * hardware, as far as that is known. Set before anything else is put into the machine.
   */
  kernelRules = true;
  /** Set by whoever returns `outcome.fault`, and by the engine. */
  fault: Fault | undefined;
  /** BPF_PROG_TYPE_ name of the current run's program in lower case; empty before the first run. */
  programType = '';
  /** BPF_PROG_TYPE_ name, as `programType`, of any program; set by whoever knows the types. */
  typeOfProgram: (program: FunctionSymbol) => string | undefined = () => undefined;
  /** What a record of a map says; set by whoever knows its type. */
  describeRecord: (map: KernelMap, data: Uint8Array) => string = (_map, data) => toHex(data);
  /** Rules of the context of the current run, set by its program type. */
  contextStore: ContextStore | undefined;
  /** Set while the engine watches what JavaScript does with the program's memory. */
  accessListener: AccessListener | undefined;
  /** Strict machines only: which registers and stack bytes were written. */
  written: Written | undefined;

  constructor(program: LinkedProgram, environment: Environment, helpers: HelperTable) {
    this.program = program;
    this.environment = environment;
    this.helpers = helpers;
    this.stackDepths = new StackDepths(program);
    this.memory = new LinearMemory({ state: state.allocator, heap });
    this.regions = new Regions(this.memory, regionTable, state.regions);
    this.regionPool = new RegionPool(this.memory, this.regions, state.regionPool);
    this.regions.add({ kind: 'packet', base: 0, size: 0 });
    this.code = new CodeMemory(this.memory, this.regions, program);
    this.frames = new Frames(this.memory, this.regions);
    this.references = new References(this.memory, this.code, program.functions);
    this.dynptrs = new Dynptrs(this.memory, this.frames);
    this.dynptrSlices = new DynptrSlices(this.memory, this.regions, this.regionPool);
    this.kernelMemory = new OutsideMemory(this.memory, environment.kernelMemory ?? []);
    this.userMemory = new OutsideMemory(this.memory, environment.userMemory ?? []);
    this.timers = new Timers(this.memory);
    this.locks = new Locks(this.memory, program);
    this.objects = new Objects(this.memory, this.regions, this.regionPool);
    this.memory.view.setBigUint64(state.ktime, environment.ktimeNs, true);
    this.memory.view.setUint32(state.cpu, environment.cpu, true);
  }

  /** Makes the machine a strict one, before its first run. */
  keepWritten(): void {
    this.written = new Written(this.memory, this.program.code.length / 8);
  }

  /** Unsigned 64 bits. */
  register(number: number): bigint {
    return this.memory.view.getBigUint64(state.registers + 8 * number, true);
  }

  setRegister(number: number, value: bigint): void {
    this.memory.view.setBigUint64(state.registers + 8 * number, BigInt.asUintN(64, value), true);
    this.written?.setRegister(number);
  }

  /** Sets r0 to a number, sign-extended to 64 bits, and goes on. */
  answer(value: number | bigint): Outcome {
    if (typeof value === 'bigint') {
      this.setRegister(0, value);
    } else {
      const { view } = this.memory;
      view.setUint32(state.registers, value >>> 0, true);
      view.setUint32(state.registers + 4, Math.floor(value / 0x1_0000_0000) >>> 0, true);
    }
    return outcome.next;
  }

  /** Cycles retired in this run. While a helper runs, its call is not retired yet. */
  get cycle(): number {
    const { view } = this.memory;
    const end =
      view.getUint32(state.sliceEnd, true) + view.getUint32(state.sliceEnd + 4, true) * 0x1_0000_0000;
    return end - view.getInt32(state.budget, true);
  }

  /** Gives the engine `budget` cycles from `cycle` on, without changing what `cycle` is. */
  beginSlice(cycle: number, budget: number): void {
    const { view } = this.memory;
    const end = cycle + budget;
    view.setUint32(state.sliceEnd, end >>> 0, true);
    view.setUint32(state.sliceEnd + 4, Math.floor(end / 0x1_0000_0000), true);
    view.setInt32(state.budget, budget, true);
  }

  /** Slot of the instruction to execute next. */
  get slot(): number {
    return this.code.slotOfIp(this.memory.view.getUint32(state.ip, true));
  }

  /** The program goes on from there; for those who stop it. */
  set slot(slot: number) {
    this.memory.view.setUint32(state.ip, this.code.ipOfSlot(slot), true);
  }

  get run(): number {
    return this.memory.view.getUint32(state.run, true);
  }

  get cpu(): number {
    return this.memory.view.getUint32(state.cpu, true);
  }

  get runState(): RunState {
    return runStates[this.memory.view.getUint32(state.runState, true)] ?? 'idle';
  }

  set runState(value: RunState) {
    this.memory.view.setUint32(state.runState, runStates.indexOf(value), true);
  }

  /** bpf_ktime_get_ns. */
  get timeNs(): bigint {
    const elapsed = BigInt(Math.round(this.cycle * this.environment.nsPerCycle));
    return this.memory.view.getBigUint64(state.ktime, true) + elapsed;
  }

  /** Records a fault at the current instruction. */
  fail(cause: FaultCause): Outcome {
    this.fault = { ...cause, slot: this.slot, cycle: this.cycle };
    return outcome.fault;
  }

  /** The verifier would have refused the program here, in these words; true: that is a fault now. */
  refuse(message: string): boolean {
    if (this.kernelRules) this.fail({ kind: 'refused-by-kernel', message });
    return this.kernelRules;
  }

  emitOutput(helper: string, text: string): void {
    this.outputs.push(this.#record(helper, text));
    this.memory.view.setUint32(state.outputs, this.outputs.length, true);
  }

  /** A record for user space; `error`: negative errno of the helper where it went nowhere. */
  emitRecord(helper: string, map: KernelMap, data: Uint8Array, error = 0): void {
    const text = this.describeRecord(map, data);
    this.outputs.push({
      ...this.#record(helper, text),
      map: map.name,
      data,
      ...(error !== 0 && { error }),
    });
    this.memory.view.setUint32(state.outputs, this.outputs.length, true);
  }

  emitNote(helper: string, text: string): void {
    this.notes.push(this.#record(helper, text));
    this.memory.view.setUint32(state.notes, this.notes.length, true);
  }

  #record(helper: string, text: string): OutputRecord {
    return { helper, text, run: this.run, cycle: this.cycle, slot: this.slot };
  }

  /** The map a program means by the value of an argument; undefined where it is no map pointer. */
  mapAt(address: bigint): KernelMap | undefined {
    const place = this.regions.locate(address);
    if (place?.region.kind !== 'map' || place.offset !== 0) return undefined;
    return this.maps[place.region.owner];
  }
}
