import { failed, ok, ProblemError, type Problem, type Result } from '../../vm/base/problem.ts';
import type { RunResult, VirtualMachine } from '../../vm/engine/virtual-machine.ts';
import { errnoName } from '../../vm/inputs/bpftool-json.ts';
import { Recording } from '../../vm/history/recording.ts';
import type { OutputRecord } from '../../vm/machine/output.ts';
import type { LaunchConfiguration } from '../protocol/launch.ts';
import { BreakpointTable } from './breakpoints/breakpoint-table.ts';
import type { ActiveBreakpoint, BoundBreakpoint, FunctionBreakpoint } from './breakpoints/breakpoint.ts';
import { Binder } from './breakpoints/binder.ts';
import { BreakpointIds } from './breakpoints/breakpoint-ids.ts';
import { arriveAt, type BreakpointEvaluator, type BreakpointMessage } from './breakpoints/hits.ts';
import { isMapName } from './breakpoints/map-name.ts';
import { Calls } from './breakpoints/watched-calls.ts';
import { Watching } from './breakpoints/watching.ts';
import { callsOnLine, type CallTarget } from './call-targets.ts';
import type { CodeIndex } from './code-index.ts';
import type { CodeScopes } from './code-scopes.ts';
import { Disassembly } from './disassembly.ts';
import { Emitter } from './emitter.ts';
import type { DebuggerEvents } from './events.ts';
import { Execution, type StepObserver } from './execution.ts';
import type { FileAccessor } from './file-accessor.ts';
import type { DebugFrame } from './frame.ts';
import { InlineView } from './inline-view.ts';
import { Target } from './inspection/target.ts';
import { checkJump } from './jump.ts';
import { load } from './load.ts';
import type { Places } from './places.ts';
import type { RunPlan } from './run-plan.ts';
import { frameRegisters, readStack } from './stack.ts';
import { SourceView } from './source-view.ts';
import { Stepper, type StepEnd } from './stepper.ts';
import type { Granularity, Progress, Stop, StepKind } from './stop.ts';

/** What a debugger is put together from: see load.ts. */
export interface DebuggerParts {
  readonly vm: VirtualMachine;
  readonly plan: RunPlan;
  readonly code: CodeIndex;
  readonly scopes: CodeScopes;
  readonly places: Places;
  /** Prints the instruction at a slot. */
  readonly text: (slot: number) => string;
  readonly settings: DebuggerSettings;
  readonly warnings: readonly Problem[];
}

export interface DebuggerSettings {
  readonly stopOnEntry: boolean;
  readonly stopAtExit: boolean;
  readonly cycleLimit: number;
}

/** The debugger without DAP: what handlers, tests and the command line drive. */
export class Debugger {
  readonly vm: VirtualMachine;
  readonly code: CodeIndex;
  readonly scopes: CodeScopes;
  readonly places: Places;
  readonly breakpoints: BreakpointTable;
  readonly watching: Watching;
  readonly disassembly: Disassembly;
  /** Of everything that has happened since the debugger was made. */
  readonly recording: Recording;
  /** What debug information says of the source; undefined where there is none. */
  readonly source: SourceView | undefined;
  /** What the user should know about the object and its sources; nothing of it stops the session. */
  readonly warnings: readonly Problem[];
  readonly #ids = new BreakpointIds();
  readonly #plan: RunPlan;
  readonly #settings: DebuggerSettings;
  readonly #execution: Execution;
  readonly #view: InlineView;
  readonly #stepper: Stepper;
  readonly #events = new Emitter<DebuggerEvents>();
  #evaluator: BreakpointEvaluator = withoutExpressions;
  #nextRun = 0;
  /** Run of the plan whose differences were told last. */
  #lastTold = -1;
  #lastResult: RunResult | undefined;
  #busy = false;
  #outputsTold = 0;
  #notesTold = 0;

  /** Reads the object and its sources, puts the machine together, and fills its maps. */
  static async load(configuration: LaunchConfiguration, files: FileAccessor): Promise<Result<Debugger>> {
    const parts = await load(configuration, files);
    return parts.ok ? ok(new Debugger(parts.value)) : parts;
  }

  constructor(parts: DebuggerParts) {
    const { vm, code, scopes, places, text, settings } = parts;
    const { machine } = vm;
    this.vm = vm;
    this.code = code;
    this.places = places;
    this.warnings = parts.warnings;
    this.recording = new Recording(vm);
    this.source =
      scopes.info &&
      new SourceView(code, scopes, places.lines, this.recording, (file) => places.sources.file(file)?.text);
    this.#plan = parts.plan;
    this.#settings = settings;
    this.#view = new InlineView(places.lines, scopes);
    const binder = new Binder(code, places, this.#view, machine);
    const ids = this.#ids;
    this.breakpoints = new BreakpointTable(binder, machine.code, ids, (slots) =>
      this.#execution.setBreakpoints(slots, this.#conditionsAt(slots)),
    );
    this.watching = new Watching(
      {
        vm,
        code,
        ids,
        text,
        target: new Target(vm, { frameRegisters: (frame) => this.frameRegisters(frame) }),
        calls: new Calls(code, machine),
        readKey: (map, key) => this.#evaluator.key?.(map, key) ?? noExpressions(),
        rebound: (bound) => {
          this.#events.emit('breakpointChanged', bound);
          this.#events.emit('output', { kind: 'log', text: bound.message ?? '', source: undefined });
        },
      },
      ids,
    );
    this.#execution = new Execution(vm, settings.cycleLimit, (milliseconds) => {
      this.recording.checkpoint(milliseconds);
      this.#tellOutputs();
      this.#events.emit('progress', machine.cycle);
      this.watching.data.endWithFrames();
    });
    this.scopes = scopes;
    this.#stepper = new Stepper({
      machine,
      code,
      lines: places.lines,
      view: this.#view,
      execution: this.#execution,
      arrive: () => this.#arrive(),
      watched: () => this.#watched(),
    });
    this.disassembly = new Disassembly(code, places, machine.code, text);
  }

  /** What sees each single step; inspection remembers variables with it. */
  observe(observer: StepObserver | undefined): void {
    this.#execution.observer = observer;
  }

  /** Conditions and log messages need it; without it they have no value, which stops and says so. */
  setEvaluator(evaluator: BreakpointEvaluator): void {
    this.#evaluator = evaluator;
  }

  /** Returns what removes the listener again. */
  on<Name extends keyof DebuggerEvents>(
    name: Name,
    listener: (value: DebuggerEvents[Name]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  /** True until an execution request has ended in a stop. */
  get running(): boolean {
    return this.#busy;
  }

  /** Begins the first run. */
  start(): Promise<Result<Progress>> {
    return this.#execute(() => this.#startRun(this.#settings.stopOnEntry));
  }

  /** Goes on; after the end of a run, with the next one. */
  continue(): Promise<Result<Progress>> {
    return this.#execute(() => (this.#isRunOver ? this.#startRun(false) : this.#go()));
  }

  /** `call`: see Stepper.step. `out` from a callback ends at the next element; `caller` leaves the traversal. After the end of a run: the next run's entry. */
  step(kind: StepKind, granularity: Granularity = 'statement', call?: number): Promise<Result<Progress>> {
    return this.#execute(async () => {
      if (this.#isRunOver) return this.#startRun(true);
      return this.#finish(await this.#stepper.step(kind, granularity, call));
    });
  }

  /** Makes the program go on at another instruction of its function; registers and memory stay as they are. */
  goto(slot: number): Promise<Result<Progress>> {
    return this.#execute(async () => {
      const checked = checkJump(this, slot);
      if (!checked.ok) return checked;
      const jumped = this.recording.change(({ machine }) => {
        machine.slot = slot;
        return ok(undefined);
      });
      this.#stepper.hidden = 0;
      return Promise.resolve(jumped.ok ? ok<Progress>({ reason: 'goto' }) : jumped);
    });
  }

  /**
   * After the end of a run: lets time pass, and runs the callbacks of timers and work queues that come due, each as a
   * run of its own; then stands at the end of the last one.
   */
  advance(nanoseconds: bigint): Promise<Result<Progress>> {
    return this.#execute(async () => {
      if (!this.#isRunOver || this.#lastResult === undefined)
        return failed({
          code: 'running',
          message: 'time can be advanced when a run has ended, not within one',
        });
      const advanced = this.recording.change((vm) => {
        vm.advance(nanoseconds);
        return ok(undefined);
      });
      return advanced.ok ? this.#startDue(false) : advanced;
    });
  }

  /** Ends what runs in a stop soon. */
  pause(): void {
    this.#execution.requestPause();
  }

  stack(): readonly DebugFrame[] {
    const { code, places, scopes } = this;
    return readStack(this.vm.machine, { code, places, scopes, hidden: this.#stepper.hidden });
  }

  /** Calls that a step into can choose among where the program stands. */
  get callTargets(): readonly CallTarget[] {
    return this.vm.machine.runState === 'running' ? callsOnLine(this, this.#stepper.origin) : [];
  }

  /** r0 to r10; undefined for what the frame no longer has. */
  frameRegisters(frame: DebugFrame): readonly (bigint | undefined)[] {
    return frameRegisters(this.vm.machine, frame);
  }

  /** Lines and columns where a source breakpoint can be, from `line` to `endLine`. */
  breakpointLocations(
    path: string,
    line: number,
    endLine = line,
  ): readonly { line: number; column: number }[] {
    const { lines, sources } = this.places;
    const found = new Map<string, { line: number; column: number }>();
    for (const name of sources.namesOf(path)) {
      for (const at of lines.linesOf(name).filter((candidate) => candidate >= line && candidate <= endLine)) {
        for (const { column } of lines.rowsOf(name, at)) found.set(`${at}:${column}`, { line: at, column });
      }
    }
    return [...found.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  }

  get #isRunOver(): boolean {
    return this.vm.machine.runState !== 'running';
  }

  async #execute(action: () => Promise<Result<Progress>>): Promise<Result<Progress>> {
    if (this.#busy) return failed({ code: 'running', message: 'the program is running' });
    this.#busy = true;
    this.#execution.begin();
    try {
      return await action();
    } catch (error) {
      if (error instanceof ProblemError) return failed(error.problem);
      throw error;
    } finally {
      this.#tellOutputs();
      this.#busy = false;
    }
  }

  /** Begins the callback that has come due next; where none has, time has passed and the debugger stands still. */
  async #startDue(stopOnEntry: boolean): Promise<Result<Progress>> {
    const due = this.#startDueRun();
    if (!due.ok) return due;
    const result = this.#lastResult;
    if (!due.value) return result === undefined ? this.#ended() : ok({ reason: 'exit', result });
    return this.#enterRun(stopOnEntry);
  }

  #startDueRun(): Result<boolean> {
    if (this.vm.machine.timers.until === undefined) return ok(false);
    let begun = false;
    const recorded = this.recording.change((vm) => {
      const due = vm.startDueRun();
      if (due.ok) begun = due.value;
      return due.ok ? ok(undefined) : due;
    });
    return recorded.ok ? ok(begun) : recorded;
  }

  async #startRun(stopOnEntry: boolean): Promise<Result<Progress>> {
    const due = this.#startDueRun();
    if (!due.ok) return due;
    if (due.value) return this.#enterRun(stopOnEntry);
    this.#tellDifferences();
    const index = this.#nextRun;
    if (index >= this.#plan.count) return this.#ended();
    this.#nextRun++;
    const before = this.recording.moment;
    const started = await this.#plan.start(index);
    if (!started.ok) return started;
    this.recording.keep(before);
    if (!started.value) return this.#startRun(stopOnEntry);
    return this.#enterRun(stopOnEntry);
  }

  /** The machine stands at cycle 0 of a run. */
  async #enterRun(stopOnEntry: boolean): Promise<Result<Progress>> {
    const index = Math.max(this.#nextRun - 1, 0);
    const program = this.vm.program?.name ?? '';
    this.#events.emit('runStarted', { index, count: this.#plan.count, program });
    const { hidden } = this.#view.outermost(this.vm.machine.slot);
    this.#stepper.hidden = hidden;
    if (stopOnEntry) return ok({ reason: 'entry' });
    const stop = this.#arrive();
    return stop === undefined ? this.#go() : ok(stop);
  }

  /** Once for each run of the plan: what it gave that its scenario does not expect. */
  #tellDifferences(): void {
    const index = this.#nextRun - 1;
    if (index <= this.#lastTold) return;
    this.#lastTold = index;
    for (const text of this.#plan.differences(index)) {
      this.#events.emit('output', { kind: 'problem', text, source: undefined });
    }
  }

  #ended(): Result<Progress> {
    const result = this.#lastResult;
    if (result === undefined) return failed({ code: 'no-runs', message: 'there is no run to start' });
    return ok({ reason: 'ended', result });
  }

  async #go(): Promise<Result<Progress>> {
    return this.#finish(await this.#stepper.go());
  }

  async #finish(end: StepEnd): Promise<Result<Progress>> {
    if (typeof end !== 'string') return ok(end);
    this.#tellOutputs();
    const result = this.vm.result();
    this.#lastResult = result;
    this.#events.emit('runEnded', result);
    this.#plan.ended();
    if (result.deferred === undefined) this.#tellDifferences();
    if (result.fault !== undefined) {
      const { id, messages } = this.watching.exceptions.fault(result.fault, this.#evaluator);
      this.#tell(messages, this.vm.machine.slot);
      if (id !== undefined) return ok({ reason: 'exception', fault: result.fault, breakpoints: [id] });
    }
    if (this.#settings.stopAtExit) return ok({ reason: 'exit', result });
    return this.#startRun(false);
  }

  /** What lets the machine pass breakpoints without a look at them: all conditions there are false. */
  #conditionsAt(slots: ReadonlySet<number>): ReadonlyMap<number, () => boolean> {
    const found = new Map<number, () => boolean>();
    for (const slot of slots) {
      const breakpoints = this.breakpoints.at(slot);
      // A frame that is not yet entered has other variables.
      if (this.#hiddenFor(breakpoints, slot) > 0) continue;
      const compiled = breakpoints.map(({ condition, occurs }) =>
        condition === undefined || occurs !== undefined
          ? undefined
          : this.#evaluator.compile?.(condition, slot),
      );
      const all = compiled.filter((each) => each !== undefined);
      if (all.length === compiled.length) found.set(slot, () => all.every((each) => each() === false));
    }
    return found;
  }

  /** The machine stands at an instruction it has not yet executed: asks the breakpoints there. */
  #arrive(): Stop | undefined {
    const { slot } = this.vm.machine;
    const breakpoints = this.breakpoints.at(slot);
    if (breakpoints.length === 0) return undefined;
    this.#tellOutputs();
    this.#stepper.hidden = this.#hiddenFor(breakpoints, slot);
    const { stop, messages } = arriveAt(slot, breakpoints, this.#evaluator);
    this.#tell(messages, slot);
    return stop;
  }

  #tell(messages: readonly BreakpointMessage[], slot: number): void {
    const source = this.places.placeOf(slot);
    for (const { kind, text } of messages) this.#events.emit('output', { kind, text, source });
  }

  /** The machine stands behind an instruction that did something that is watched. */
  #watched(): Stop | undefined {
    this.#tellOutputs();
    const slot = this.#execution.watchedSlot ?? this.vm.machine.slot;
    const { stop, messages } = this.watching.arrive(this.#evaluator);
    this.#tell(messages, slot);
    return stop;
  }

  /** Takes over what was asked of an earlier debugger, ids included, and says what has become of it. */
  adoptBreakpoints(earlier: Debugger): readonly BoundBreakpoint[] {
    this.#ids.adopt(earlier.#ids);
    return [
      ...this.breakpoints.adopt(earlier.breakpoints),
      ...this.watching.data.adopt(earlier.watching.data),
      ...this.watching.exceptions.adopt(earlier.watching.exceptions),
    ];
  }

  /** Names such as `map:counts` are of what the machine watches, all others of code. */
  setFunctionBreakpoints(breakpoints: readonly FunctionBreakpoint[]): readonly BoundBreakpoint[] {
    const ofMaps = breakpoints.filter(({ name }) => isMapName(name));
    const inCode = breakpoints.filter(({ name }) => !isMapName(name));
    const watched = this.watching.data.setMapEvents(ofMaps)[Symbol.iterator]();
    const bound = this.breakpoints.setFunctions(inCode)[Symbol.iterator]();
    return breakpoints.flatMap(({ name }) => (isMapName(name) ? watched : bound).next().value ?? []);
  }

  /** A breakpoint on a line stops where the user sees that line: at an inlined call, or within what it called. */
  #hiddenFor(breakpoints: readonly ActiveBreakpoint[], slot: number): number {
    const hidden = breakpoints.map(({ kind, line, hidden: ofCopy }) => {
      if (line !== undefined) return this.#view.showing(slot, line).hidden;
      const within = ofCopy?.get(slot);
      if (within !== undefined) return within;
      return kind === 'function' && this.code.functionFrom(slot) ? this.#view.outermost(slot).hidden : 0;
    });
    return Math.min(...hidden);
  }

  #tellOutputs(): void {
    const { outputs, notes } = this.vm.machine;
    for (const { slot, ...record } of outputs.slice(this.#outputsTold)) {
      this.#events.emit('output', {
        kind: 'program',
        text: outputText(record),
        source: this.places.placeOf(slot),
      });
    }
    this.#outputsTold = outputs.length;
    for (const { helper, text, slot } of notes.slice(this.#notesTold)) {
      const line = `${helper}: ${text}`;
      this.#events.emit('output', { kind: 'note', text: line, source: this.places.placeOf(slot) });
    }
    this.#notesTold = notes.length;
  }
}

/** What a program printed; of a record also the map that it went to, or would have. */
function outputText({ text, map, error }: Pick<OutputRecord, 'text' | 'map' | 'error'>): string {
  if (map === undefined) return text;
  const failed = error === undefined ? '' : ` (not sent: ${errnoName(error)})`;
  return `${map}: ${text}${failed}`;
}

const withoutExpressions: BreakpointEvaluator = {
  condition: () => noExpressions(),
  text: () => noExpressions(),
};

function noExpressions(): Result<never> {
  return failed({ code: 'no-evaluator', message: 'this debugger was made without expressions' });
}
