import type { StopReason, StopRequest, VirtualMachine } from '../../vm/engine/virtual-machine.ts';
import { turnEventLoop } from './event-loop.ts';

/** Why execution came back: as the machine says it, or because a pause was asked for. */
export type Halt = Exclude<StopReason, 'budget'> | 'pause';

/** How long the machine runs between two looks at the event loop, ms. */
const sliceTime = { least: 5, most: 20 };
const firstSlice = 1 << 16;
const largestSlice = 1 << 24;

/** Sees a machine that goes step by step. */
export interface StepObserver {
  /** One instruction will be executed. */
  beforeSingle(): void;
  /** Instructions will be executed that are not told one by one. */
  beforeRun(): void;
  /** A call that was begun by a single instruction has been run to its end: its caller has executed nothing since. */
  afterCall(): void;
}

/** Drives a machine in slices, so that the event loop lives, and ends runs that reach the cycle limit. */
export class Execution {
  observer: StepObserver | undefined;
  readonly #vm: VirtualMachine;
  readonly #cycleLimit: number;
  /** Called after every slice, with the milliseconds that it took. */
  readonly #afterSlice: (milliseconds: number) => void;
  #slice = firstSlice;
  #pause = false;
  #breakpoints: ReadonlySet<number> = new Set();
  #conditions: ReadonlyMap<number, () => boolean> = new Map();
  #stops: ReadonlySet<number> = new Set();
  #sliceStart = 0;

  constructor(vm: VirtualMachine, cycleLimit: number, afterSlice: (milliseconds: number) => void) {
    this.#vm = vm;
    this.#cycleLimit = cycleLimit;
    this.#afterSlice = afterSlice;
  }

  /** Takes effect at the end of the slice. */
  requestPause(): void {
    this.#pause = true;
  }

  /** Forgets a pause that was asked for before. */
  begin(): void {
    this.#pause = false;
    this.#sliceStart = performance.now();
  }

  /** Executes one instruction, a breakpoint on it or not. `return` and `undefined`: the program goes on. */
  single(): StopReason | undefined {
    if (this.#endedAtLimit()) return 'fault';
    this.observer?.beforeSingle();
    this.#vm.passBreakpoint();
    const reason = this.#vm.run(1);
    return reason === 'budget' ? undefined : reason;
  }

  /** Runs from an instruction whose breakpoints have been looked at, until something stops the machine. */
  async run(stop: StopRequest): Promise<Halt> {
    this.observer?.beforeRun();
    this.#vm.passBreakpoint();
    for (;;) {
      const start = performance.now();
      const left = this.#cycleLimit - this.#vm.machine.cycle;
      const reason = this.#endedAtLimit() ? 'fault' : this.#vm.run(Math.min(this.#slice, left), stop);
      if (reason !== 'budget') return reason;
      this.#fitSlice(performance.now() - start);
      if (await this.#turn()) return 'pause';
    }
  }

  /** The instruction that the machine has stopped behind for what it watches. */
  get watchedSlot(): number | undefined {
    return (this.#vm.watchHits[0] ?? this.#vm.callHits[0])?.slot;
  }

  /** With instructions at which the machine stops too, as at breakpoints. */
  async withStops<T>(slots: ReadonlySet<number>, action: () => Promise<T>): Promise<T> {
    this.#stops = slots;
    this.#apply();
    try {
      return await action();
    } finally {
      this.#stops = new Set();
      this.#apply();
    }
  }

  /**
   * The breakpoints of the user; they may change while the machine runs. By slot, what lets the machine pass one, as
   * long as it says so.
   */
  setBreakpoints(slots: ReadonlySet<number>, conditions: ReadonlyMap<number, () => boolean>): void {
    this.#breakpoints = slots;
    this.#conditions = conditions;
    this.#apply();
  }

  #apply(): void {
    const conditions = [...this.#conditions].filter(([slot]) => !this.#stops.has(slot));
    this.#vm.setConditionalBreakpoints(new Set([...this.#breakpoints, ...this.#stops]), new Map(conditions));
  }

  /** For loops of single steps: turns the event loop when it is time to. True: a pause was asked for. */
  async breathe(): Promise<boolean> {
    return performance.now() - this.#sliceStart < sliceTime.most ? false : this.#turn();
  }

  async #turn(): Promise<boolean> {
    this.#afterSlice(performance.now() - this.#sliceStart);
    await turnEventLoop();
    this.#sliceStart = performance.now();
    return this.#pause;
  }

  #fitSlice(milliseconds: number): void {
    if (milliseconds < sliceTime.least) this.#slice = Math.min(this.#slice * 2, largestSlice);
    else if (milliseconds > sliceTime.most) this.#slice = Math.max(this.#slice / 2, 1024);
  }

  #endedAtLimit(): boolean {
    const { machine } = this.#vm;
    if (machine.runState !== 'running' || machine.cycle < this.#cycleLimit) return false;
    machine.fail({
      kind: 'cycle-limit',
      message: `the run has not ended after ${this.#cycleLimit} cycles, which is the limit of the launch configuration`,
    });
    machine.runState = 'faulted';
    return true;
  }
}
