import type { Machine } from '../../vm/machine/machine.ts';
import type { CodeIndex } from './code-index.ts';
import type { Execution, Halt } from './execution.ts';
import { sameLine, type LineIndex } from './line-index.ts';
import type { Granularity, Stop, StepKind } from './stop.ts';

/** What a step ends in: the end of the run, a stop of its own, or that of a breakpoint on the way. */
export type StepEnd = 'exited' | 'fault' | Stop;

/** Tells the breakpoints that the machine has arrived at an instruction; a stop if one of them wants it. */
export type Arrive = () => Stop | undefined;

/** One call of a function: frames of one depth are told apart by when they began, callbacks of one traversal too. */
interface Activation {
  readonly depth: number;
  readonly entryCycle: number;
  readonly visited: number;
}

/** Steps by instructions and by rows of the line table, over calls and through callbacks. */
export class Stepper {
  readonly #machine: Machine;
  readonly #code: CodeIndex;
  readonly #lines: LineIndex;
  readonly #execution: Execution;
  readonly #arrive: Arrive;

  constructor(machine: Machine, code: CodeIndex, lines: LineIndex, execution: Execution, arrive: Arrive) {
    this.#machine = machine;
    this.#code = code;
    this.#lines = lines;
    this.#execution = execution;
    this.#arrive = arrive;
  }

  step(kind: StepKind, granularity: Granularity): Promise<StepEnd> {
    const { depth } = this.#machine.frames;
    switch (kind) {
      case 'out':
        return this.#until({ afterExitOf: depth });
      case 'caller':
        return this.#leaveTraversal();
      case 'over':
      case 'in':
        return this.#walk(kind, granularity);
    }
  }

  /** Runs to the next breakpoint that stops, or to the end of the run. */
  async go(): Promise<StepEnd> {
    const end = await this.#runPast({});
    if (end === 'return') throw new Error('the machine stopped at a return that nobody asked for');
    return end;
  }

  async #until(request: { readonly afterExitOf?: number; readonly atDepth?: number }): Promise<StepEnd> {
    const halt = await this.#runPast(request);
    return halt === 'return' ? (this.#arrive() ?? { reason: 'step' }) : halt;
  }

  /** The remaining elements are hits of the callback's breakpoints, but do not stop; without a callback as `out`. */
  async #leaveTraversal(): Promise<StepEnd> {
    const depth = this.#innermostCallback();
    if (depth === undefined) return this.#until({ atDepth: this.#machine.frames.depth - 1 });
    const halt = await this.#runPast({ atDepth: depth - 1 }, 'through breakpoints');
    return halt === 'return' ? (this.#arrive() ?? { reason: 'step' }) : halt;
  }

  /** Runs on through breakpoints that do not want to stop, or through all. */
  async #runPast(
    request: { readonly afterExitOf?: number; readonly atDepth?: number },
    through?: 'through breakpoints',
  ): Promise<StepEnd | 'return'> {
    for (;;) {
      const halt: Halt = await this.#execution.run(request);
      if (halt === 'pause') return this.#arrive() ?? { reason: 'pause' };
      if (halt === 'watch') throw new Error('the machine stopped for a watched range that nobody set');
      if (halt !== 'breakpoint') return halt;
      const stop = this.#arrive();
      if (stop !== undefined && through === undefined) return stop;
      if (await this.#execution.breathe()) return { reason: 'pause' };
    }
  }

  async #walk(kind: 'over' | 'in', granularity: Granularity): Promise<StepEnd> {
    const start = this.#activation();
    const row = this.#lines.rowAt(this.#machine.slot);
    let jumpedBack = false;
    for (;;) {
      const before = this.#activation();
      const slot = this.#machine.slot;
      const reason = this.#execution.single();
      if (reason === 'exited' || reason === 'fault') return reason;
      const entered = this.#machine.frames.depth > before.depth;
      const stop = this.#arrive();
      if (stop !== undefined) return stop;
      if (entered && kind === 'over') {
        const end = await this.#runPast({ atDepth: before.depth });
        if (end !== 'return') return end;
        const back = this.#arrive();
        if (back !== undefined) return back;
      }
      if (granularity === 'instruction' || row === undefined) return { reason: 'step' };
      const now = this.#activation();
      jumpedBack ||= sameActivation(now, before) && this.#machine.slot <= slot;
      const fresh = jumpedBack || !sameActivation(now, start);
      if (this.#isStepEnd(fresh ? undefined : row)) return { reason: 'step' };
      if (await this.#execution.breathe()) return { reason: 'pause' };
    }
  }

  /** Depth of the innermost callback. */
  #innermostCallback(): number | undefined {
    const { frames } = this.#machine;
    for (let { depth } = frames; depth > 0; depth--) if (frames.read(depth).kind === 'callback') return depth;
    return undefined;
  }

  /** Whether a step may end here: at the start of a row, of another line than `line`. */
  #isStepEnd(line: ReturnType<LineIndex['rowAt']>): boolean {
    const { slot } = this.#machine;
    const row = this.#lines.rowAt(slot);
    if (row === undefined) {
      const linked = this.#code.functionOf(slot);
      return linked === undefined || this.#lines.firstRow(linked) === undefined;
    }
    return this.#lines.startsRow(slot) && (line === undefined || !sameLine(row, line));
  }

  #activation(): Activation {
    const { frames } = this.#machine;
    const { depth } = frames;
    const { entryCycle, callback } = frames.read(depth);
    return { depth, entryCycle, visited: callback?.visited ?? 0 };
  }
}

function sameActivation(a: Activation, b: Activation): boolean {
  return a.depth === b.depth && a.entryCycle === b.entryCycle && a.visited === b.visited;
}
