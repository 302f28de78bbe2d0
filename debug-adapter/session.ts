import { expectOk, formatProblem, ok, ProblemError, raise, type Result } from '../vm/base/problem.ts';
import type { RunResult } from '../vm/engine/virtual-machine.ts';
import type { BreakpointEvaluator } from './debugger/breakpoints/hits.ts';
import { Debugger } from './debugger/debugger.ts';
import type { DebuggerEvents, DebuggerOutput, RunStart } from './debugger/events.ts';
import type { FileAccessor } from './debugger/file-accessor.ts';
import type { DebugFrame, SourcePlace } from './debugger/frame.ts';
import { baseName } from './debugger/paths.ts';
import { Inspector } from './debugger/inspection/inspector.ts';
import type { Edit } from './debugger/inspection/target.ts';
import type { Progress, Stop } from './debugger/stop.ts';
import type { ValueFormat, VariableNode } from './debugger/variable.ts';
import { breakpointBody } from './handlers/breakpoint-body.ts';
import { unknownClient, type ClientFacts } from './handlers/client-facts.ts';
import { traceOf } from './handlers/failure.ts';
import { moduleBody } from './handlers/module-body.ts';
import { References } from './handlers/references.ts';
import { placeBody } from './handlers/source-body.ts';
import { sourceChanges } from './handlers/source-changes.ts';
import { describeEnd, stopBody } from './handlers/stop-body.ts';
import { Completer } from './expressions/completion.ts';
import { Evaluator } from './expressions/evaluator.ts';
import type { LaunchConfiguration } from './protocol/launch.ts';
import { RunProgress } from './run-progress.ts';

/** What there is to look at while the program stands still. */
export interface Stopped {
  readonly stop: Stop;
  readonly frames: readonly ShownFrame[];
  readonly inspector: Inspector;
  readonly evaluator: Evaluator;
  readonly completer: Completer;
}

/** What is made once for the program of a session. */
interface Loaded {
  readonly debugger: Debugger;
  readonly configuration: LaunchConfiguration;
  readonly inspector: Inspector;
  readonly evaluator: Evaluator;
  readonly completer: Completer;
}

export interface ShownFrame {
  /** The client's number for it. */
  readonly id: number;
  readonly frame: DebugFrame;
}

/** Bytes from an address on. */
export interface MemoryRange {
  readonly address: bigint;
  readonly count: number;
}

type Execution = (target: Debugger) => Promise<Result<Progress>>;

/** Warnings that nobody should miss: what the editor shows is not what runs. */
const misleading = new Set(['object-older', 'source-changed']);

/** One debug session as its handlers see it: the debugger, what was shown of it, and the way to the client. */
export class Session {
  readonly send: (event: string, body?: object) => void;
  /** Sends a request to the client. */
  readonly ask: (command: string, args: object) => void;
  /** The program under debug is the only thread. */
  readonly threadId = 1;
  /** What the client may ask the parts of, until the program goes on. */
  readonly variables = new References<VariableNode>();
  /** Memory that the client shows, by the reference it asked with. */
  readonly shownMemory = new Map<string, MemoryRange>();
  /** Places in sources that values and declarations lead to, until the program goes on. */
  readonly locations = new References<SourcePlace>();
  /** Requests that wait for their turn, by number, and those of them that the client no longer wants. */
  readonly waiting = new Set<number>();
  readonly cancelled = new Set<number>();
  readonly #progress = new RunProgress((event, body) => {
    if (this.client.progressReporting) this.send(event, body);
  });
  /** What a command of the debug console lets run, once its answer is sent. */
  afterwards: Execution | undefined;
  client: ClientFacts = unknownClient;
  format: ValueFormat = { hex: false };
  readonly #files: FileAccessor;
  readonly #ended: () => void;
  readonly #frames = new References<DebugFrame>();
  #loaded: Loaded | undefined;
  #stopped: Stopped | undefined;
  #edits: Edit[] = [];
  #disposed = false;
  /** Whether what the run prints stands in a group of its own. */
  #isGrouped = false;

  /** `ended` is called when the client has said that it leaves. */
  constructor(
    files: FileAccessor,
    send: (event: string, body?: object) => void,
    ask: (command: string, args: object) => void,
    ended: () => void,
  ) {
    this.#files = files;
    this.ask = ask;
    this.#ended = ended;
    this.send = (event, body) => {
      if (!this.#disposed) send(event, body);
    };
  }

  /** Raises `not-launched`. */
  get debugger(): Debugger {
    return this.#loaded?.debugger ?? raise('not-launched', 'no program is loaded');
  }

  /** Raises `notStopped`, as DAP calls it. */
  get stopped(): Stopped {
    this.expectLoaded();
    return this.#stopped ?? raise('notStopped', 'the program is not stopped');
  }

  expectLoaded(): void {
    if (this.#loaded === undefined) raise('not-launched', 'no program is loaded');
  }

  expectStopped(): void {
    this.expectLoaded();
    if (this.#stopped === undefined) raise('notStopped', 'the program is not stopped');
  }

  frame(id: number): DebugFrame {
    this.expectStopped();
    return this.#frames.get(id) ?? raise('stale-reference', `frame ${id} is not of this stop`);
  }

  get threadName(): string {
    const { vm } = this.debugger;
    return `${vm.program?.name ?? 'program'} on CPU ${vm.machine.cpu}`;
  }

  async launch(configuration: LaunchConfiguration): Promise<void> {
    if (this.#loaded !== undefined) raise('already-launched', 'this session has a program already');
    this.#install(expectOk(await Debugger.load(configuration, this.#files)), configuration);
    this.#announceProgram('new');
  }

  /** Has the client start the sessions that the configuration wants beside this one. */
  launchBeside(configurations: readonly object[]): void {
    for (const [index, configuration] of configurations.entries()) {
      const name = `${baseName(this.debugger.places.objectPath)} (${index + 2})`;
      if (this.client.startDebugging)
        this.ask('startDebugging', {
          request: 'launch',
          configuration: { type: 'bpf', name, ...configuration, request: 'launch' },
        });
      else this.write('important', `this client does not start further sessions: ${name} is left out`);
    }
  }

  /**
   * Loads the object anew, by the configuration given or the last one, with the breakpoints that are set. Where that
   * fails, everything stays as it is.
   */
  async restart(configuration?: LaunchConfiguration): Promise<void> {
    const { debugger: earlier, configuration: last } =
      this.#loaded ?? raise('not-launched', 'no program is loaded');
    const wanted = configuration ?? last;
    const target = expectOk(await Debugger.load(wanted, this.#files));
    this.#progress.end();
    this.#install(target, wanted);
    earlier.pause();
    this.#announceProgram('changed');
    for (const event of sourceChanges(this, earlier, target)) this.send('loadedSource', event);
    for (const bound of target.adoptBreakpoints(earlier))
      this.send('breakpoint', { reason: 'changed', breakpoint: breakpointBody(this, bound) });
  }

  #install(target: Debugger, configuration: LaunchConfiguration): void {
    const inspector = new Inspector(target.vm, {
      frameRegisters: (frame) => target.frameRegisters(frame),
      source: target.source,
      observe: (observer) => target.observe(observer),
      change: (change) => target.recording.change(change),
      edited: (edit) => void this.#edits.push(edit),
    });
    const evaluator = new Evaluator(inspector);
    const completer = new Completer(inspector.target, evaluator);
    this.#loaded = { debugger: target, configuration, inspector, evaluator, completer };
    target.setEvaluator(breakpointEvaluator(target, evaluator));
    // A debugger that was restarted may have something to say until it notices.
    const listen = <Name extends keyof DebuggerEvents>(
      name: Name,
      listener: (value: DebuggerEvents[Name]) => void,
    ): void => void target.on(name, (value) => this.#isCurrent(target) && listener(value));
    listen('output', (output) => this.#print(output));
    listen('breakpointChanged', (bound) =>
      this.send('breakpoint', { reason: 'changed', breakpoint: breakpointBody(this, bound) }),
    );
    listen('runStarted', (run) => this.#announce(run));
    listen('runEnded', (result) => this.#tellEnd(result));
    listen('progress', (cycle) => this.#progress.tick(cycle));
    for (const warning of target.warnings) {
      const category = misleading.has(warning.code) ? 'important' : 'console';
      this.write(category, `warning: ${formatProblem(warning)}`);
    }
  }

  #isCurrent(target: Debugger): boolean {
    return this.#loaded?.debugger === target;
  }

  /** Tells clients that show such things what is being debugged. */
  #announceProgram(reason: 'new' | 'changed'): void {
    const module = moduleBody(this.debugger);
    this.send('module', { reason, module });
    const { path: name } = module;
    this.send('process', { name, isLocalProcess: true, startMethod: 'launch', pointerSize: 64 });
  }

  /** Lets the program go on; the client hears how it ends. */
  run(execution: Execution): void {
    this.#stopped = undefined;
    this.variables.forget();
    this.locations.forget();
    this.#frames.forget();
    const target = this.debugger;
    this.#progress.begin(`Running ${target.vm.program?.name ?? 'the program'}`);
    execution(target)
      .then((progress) => this.#arrive(target, expectOk(progress)))
      .catch((error: unknown) => this.#isCurrent(target) && this.#giveUp(error));
  }

  /** Ends what the client no longer waits for, and shows where the program is then. */
  cancelProgress(id: string): void {
    if (this.#progress.is(id)) this.debugger.pause();
  }

  #arrive(target: Debugger, progress: Progress): void {
    if (!this.#isCurrent(target)) return;
    this.#progress.end();
    if (progress.reason === 'ended') {
      const { retval, fault } = progress.result;
      this.send('thread', { reason: 'exited', threadId: this.threadId });
      this.send('exited', { exitCode: fault === undefined ? retval : 1 });
      this.send('terminated');
    } else {
      this.#stop(progress);
    }
  }

  #stop(stop: Stop): void {
    const { inspector, evaluator, completer } = this.#loaded ?? raise('not-launched', 'no program is loaded');
    const frames = this.debugger.stack().map((frame) => ({ id: this.#frames.add(frame), frame }));
    inspector.target.forget();
    this.#stopped = { stop, frames, inspector, evaluator, completer };
    this.send('stopped', {
      ...stopBody(stop, this.debugger.vm.family),
      threadId: this.threadId,
      allThreadsStopped: true,
    });
    this.#tellMemory([...this.shownMemory.values()]);
  }

  /** A run that cannot start or go on: what is wrong with the configuration, or a defect. */
  #giveUp(error: unknown): void {
    this.#progress.end();
    if (error instanceof ProblemError) {
      this.write('important', formatProblem(error.problem));
    } else {
      this.report(traceOf(error) ?? '');
    }
    this.send('exited', { exitCode: 1 });
    this.send('terminated');
  }

  /** Tells the client what assignments and writes have changed since the last time. */
  tellEdits(): void {
    if (this.#edits.length === 0) return;
    const memory = this.#edits.flatMap((edit) =>
      edit.kind === 'memory' ? [{ address: edit.address, count: edit.bytes.length }] : [],
    );
    this.#edits = [];
    this.#tellMemory(memory);
    this.invalidateValues();
  }

  invalidateValues(): void {
    if (this.client.invalidatedEvent) this.send('invalidated', { areas: ['variables'] });
  }

  /** Clients know memory by the reference they asked with: each one of the same region hears of a change. */
  #tellMemory(changes: readonly MemoryRange[]): void {
    if (!this.client.memoryEvent) return;
    for (const { address, count } of changes) {
      for (const [memoryReference, shown] of this.shownMemory) {
        if (shown.address >> 32n !== address >> 32n) continue;
        this.send('memory', { memoryReference, offset: Number(address - shown.address), count });
      }
    }
  }

  #print({ kind, text, source }: DebuggerOutput): void {
    const category = { program: 'stdout', log: 'console', note: 'important', problem: 'stderr' }[kind];
    this.write(category, text, source && placeBody(this, source));
  }

  #announce({ index, count, program }: RunStart): void {
    const { deferred } = this.debugger.vm.result();
    const title =
      deferred !== undefined
        ? `${deferred.kind} callback: ${program}`
        : count > 1
          ? `run ${index + 1} of ${count}: ${program}`
          : undefined;
    this.#isGrouped = title !== undefined;
    if (title !== undefined) this.write('console', title, { group: 'start' });
  }

  #tellEnd(result: RunResult): void {
    const text = `${result.program.name} ${describeEnd(result, this.debugger.vm.family)}`;
    this.write('console', text, this.#isGrouped ? { group: 'end' } : {});
    this.#isGrouped = false;
  }

  /** A line for the debug console; `more`: where it comes from, or which group it opens or closes. */
  write(category: string, text: string, more?: object): void {
    this.send('output', { category, output: `${text}\n`, ...more });
  }

  /** A defect: the session goes on, and the trace is there to be reported. */
  report(trace: string): void {
    this.write('stderr', `defect of the debugger: ${trace}`);
  }

  /** Ends the session at the client's wish. */
  terminate(): void {
    this.send('terminated');
    this.dispose();
  }

  /** The client is leaving. */
  disconnect(): void {
    this.dispose();
    this.#ended();
  }

  /** Stops what runs and says nothing more. */
  dispose(): void {
    this.#disposed = true;
    this.#loaded?.debugger.pause();
    this.#loaded = undefined;
  }
}

/** Conditions and log messages see the innermost frame. */
function breakpointEvaluator(target: Debugger, evaluator: Evaluator): BreakpointEvaluator {
  const innermost = (): DebugFrame => target.stack()[0] ?? raise('no-frame', 'the program has not started');
  return {
    condition: (expression) => evaluator.condition(expression, innermost()),
    key: (map, text) => evaluator.key(map, text),
    compile: (expression, slot) => evaluator.compile(expression, slot),
    text: (expression) => {
      const node = evaluator.evaluate(expression, innermost(), 'hover');
      return node.ok ? ok(node.value.value({ hex: false })) : node;
    },
  };
}
