import { expectOk, formatProblem, ok, ProblemError, raise, type Result } from '../vm/base/problem.ts';
import type { RunResult } from '../vm/engine/virtual-machine.ts';
import type { BreakpointEvaluator } from './debugger/breakpoints/hits.ts';
import { Debugger } from './debugger/debugger.ts';
import type { DebuggerOutput, RunStart } from './debugger/events.ts';
import type { FileAccessor } from './debugger/file-accessor.ts';
import type { DebugFrame } from './debugger/frame.ts';
import { Inspector } from './debugger/inspection/inspector.ts';
import type { Edit } from './debugger/inspection/target.ts';
import type { Progress, Stop } from './debugger/stop.ts';
import type { ValueFormat, VariableNode } from './debugger/variable.ts';
import { unknownClient, type ClientFacts } from './handlers/client-facts.ts';
import { traceOf } from './handlers/failure.ts';
import { References } from './handlers/references.ts';
import { placeBody } from './handlers/source-body.ts';
import { describeEnd, stopBody } from './handlers/stop-body.ts';
import { Evaluator } from './expressions/evaluator.ts';
import type { LaunchConfiguration } from './protocol/launch.ts';

/** What there is to look at while the program stands still. */
export interface Stopped {
  readonly stop: Stop;
  readonly frames: readonly ShownFrame[];
  readonly inspector: Inspector;
  readonly evaluator: Evaluator;
}

/** What is made once for the program of a session. */
interface Loaded {
  readonly debugger: Debugger;
  readonly inspector: Inspector;
  readonly evaluator: Evaluator;
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
  /** The program under debug is the only thread. */
  readonly threadId = 1;
  /** What the client may ask the parts of, until the program goes on. */
  readonly variables = new References<VariableNode>();
  /** Memory that the client shows, by the reference it asked with. */
  readonly shownMemory = new Map<string, MemoryRange>();
  client: ClientFacts = unknownClient;
  format: ValueFormat = { hex: false };
  readonly #files: FileAccessor;
  readonly #ended: () => void;
  readonly #frames = new References<DebugFrame>();
  #loaded: Loaded | undefined;
  #stopped: Stopped | undefined;
  #edits: Edit[] = [];
  #disposed = false;

  /** `ended` is called when the client has said that it leaves. */
  constructor(files: FileAccessor, send: (event: string, body?: object) => void, ended: () => void) {
    this.#files = files;
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
    const target = expectOk(await Debugger.load(configuration, this.#files));
    const inspector = new Inspector(target.vm, {
      frameRegisters: (frame) => target.frameRegisters(frame),
      source: target.source,
      observe: (observer) => target.observe(observer),
      change: (change) => target.recording.change(change),
      edited: (edit) => void this.#edits.push(edit),
    });
    const evaluator = new Evaluator(inspector);
    this.#loaded = { debugger: target, inspector, evaluator };
    target.setEvaluator(breakpointEvaluator(target, evaluator));
    target.on('output', (output) => this.#print(output));
    target.on('runStarted', (run) => this.#announce(run));
    target.on('runEnded', (result) => this.#tellEnd(result));
    for (const warning of target.warnings) {
      const category = misleading.has(warning.code) ? 'important' : 'console';
      this.write(category, `warning: ${formatProblem(warning)}`);
    }
  }

  /** Lets the program go on; the client hears how it ends. */
  run(execution: Execution): void {
    this.#stopped = undefined;
    this.variables.forget();
    this.#frames.forget();
    const target = this.debugger;
    execution(target)
      .then((progress) => this.#arrive(expectOk(progress)))
      .catch((error: unknown) => this.#giveUp(error));
  }

  #arrive(progress: Progress): void {
    if (this.#loaded === undefined) return;
    if (progress.reason === 'ended') {
      const { retval, fault } = progress.result;
      this.send('exited', { exitCode: fault === undefined ? retval : 1 });
      this.send('terminated');
    } else {
      this.#stop(progress);
    }
  }

  #stop(stop: Stop): void {
    const { inspector, evaluator } = this.#loaded ?? raise('not-launched', 'no program is loaded');
    const frames = this.debugger.stack().map((frame) => ({ id: this.#frames.add(frame), frame }));
    inspector.target.forget();
    this.#stopped = { stop, frames, inspector, evaluator };
    this.send('stopped', {
      ...stopBody(stop, this.debugger.vm.family),
      threadId: this.threadId,
      allThreadsStopped: true,
    });
    this.#tellMemory([...this.shownMemory.values()]);
  }

  /** A run that cannot start or go on: what is wrong with the configuration, or a defect. */
  #giveUp(error: unknown): void {
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
    if (deferred !== undefined) this.write('console', `${deferred.kind} callback: ${program}`);
    else if (count > 1) this.write('console', `run ${index + 1} of ${count}: ${program}`);
  }

  #tellEnd(result: RunResult): void {
    this.write('console', `${result.program.name} ${describeEnd(result, this.debugger.vm.family)}`);
  }

  /** A line for the debug console. */
  write(category: string, text: string, place?: object): void {
    this.send('output', { category, output: `${text}\n`, ...place });
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
    text: (expression) => {
      const node = evaluator.evaluate(expression, innermost(), 'hover');
      return node.ok ? ok(node.value.value({ hex: false })) : node;
    },
  };
}
