import type { StopRequest } from '../../vm/engine/virtual-machine.ts';
import type { Machine } from '../../vm/machine/machine.ts';
import type { CodeIndex } from './code-index.ts';
import type { Execution, Halt } from './execution.ts';
import type { InlineView, StepOrigin } from './inline-view.ts';
import type { LineIndex } from './line-index.ts';
import type { Granularity, Stop, StepKind } from './stop.ts';

/** What a step ends in: the end of the run, a stop of its own, or that of a breakpoint on the way. */
export type StepEnd = 'exited' | 'fault' | Stop;

/** Tells the breakpoints that the machine has arrived at an instruction; a stop if one of them wants it. */
export type Arrive = () => Stop | undefined;

/** The machine has stopped for what it watches: a stop if a breakpoint wants it. */
export type Watched = () => Stop | undefined;

/** One call of a function: frames of one depth are told apart by when they began, callbacks of one traversal too. */
interface Activation {
  readonly depth: number;
  readonly entryCycle: number;
  readonly visited: number;
}

/** Single instructions after which a step runs at full speed to where it may end. */
const longStep = 2000;

export interface StepperParts {
  readonly machine: Machine;
  readonly code: CodeIndex;
  readonly lines: LineIndex;
  readonly view: InlineView;
  readonly execution: Execution;
  readonly arrive: Arrive;
  readonly watched: Watched;
}

/** Steps by instructions and by rows of the line table, over calls and through callbacks. */
export class Stepper {
  /** At the machine's instruction: see InlinePlace. Whoever stops the machine says it. */
  hidden = 0;
  readonly #machine: Machine;
  readonly #code: CodeIndex;
  readonly #lines: LineIndex;
  readonly #view: InlineView;
  readonly #execution: Execution;
  readonly #arrive: Arrive;
  readonly #watched: Watched;

  constructor({ machine, code, lines, view, execution, arrive, watched }: StepperParts) {
    this.#machine = machine;
    this.#code = code;
    this.#lines = lines;
    this.#view = view;
    this.#execution = execution;
    this.#arrive = arrive;
    this.#watched = watched;
  }

  /** `call`: of the calls that a step into passes, the one to go into; it steps over the others. */
  step(kind: StepKind, granularity: Granularity, call?: number): Promise<StepEnd> {
    const { depth } = this.#machine.frames;
    switch (kind) {
      case 'out':
        if (this.origin.chain.length > 1) return this.#walk('out', 'statement');
        return this.#until({ afterExitOf: depth });
      case 'caller':
        return this.#leaveTraversal();
      case 'over':
      case 'in':
        return this.#walk(kind, granularity, call);
    }
  }

  /** Runs to the next breakpoint that stops, or to the end of the run. */
  async go(): Promise<StepEnd> {
    const end = await this.#runPast({});
    if (end === 'return' || end === 'arrived')
      throw new Error('the machine stopped at a return that nobody asked for');
    return end;
  }

  async #until(request: StopRequest): Promise<StepEnd> {
    const halt = await this.#runPast(request);
    return halt === 'return' || halt === 'arrived' ? (this.#arrive() ?? this.#settle()) : halt;
  }

  /** At the beginning of a function, as of the next element's callback, goes on to where it is set up. */
  #settle(): StepEnd {
    const linked = this.#code.functionFrom(this.#machine.slot);
    if (linked === undefined) return { reason: 'step' };
    const first = this.#lines.firstRow(linked) ?? linked.firstSlot;
    while (this.#machine.slot < first) {
      const reason = this.#execution.single();
      if (reason === 'exited' || reason === 'fault') return reason;
      const stop = this.#arrive();
      if (stop !== undefined) return stop;
    }
    this.hidden = this.#view.outermost(this.#machine.slot).hidden;
    return { reason: 'step' };
  }

  /** The remaining elements are hits of the callback's breakpoints, but do not stop; without a callback as `out`. */
  async #leaveTraversal(): Promise<StepEnd> {
    const depth = this.#innermostCallback();
    if (depth === undefined) return this.#until({ atDepth: this.#machine.frames.depth - 1 });
    const halt = await this.#runPast({ atDepth: depth - 1 }, 'through breakpoints');
    return halt === 'return' || halt === 'arrived' ? (this.#arrive() ?? { reason: 'step' }) : halt;
  }

  /** Runs on through breakpoints that do not want to stop, or through all. `arrived`: at one of `slots`. */
  async #runPast(
    request: StopRequest,
    through?: 'through breakpoints',
    slots?: ReadonlySet<number>,
  ): Promise<StepEnd | 'return' | 'arrived'> {
    this.hidden = 0;
    for (;;) {
      const halt: Halt = await this.#execution.run(request);
      if (halt === 'pause') return this.#arrive() ?? { reason: 'pause' };
      if (halt !== 'breakpoint' && halt !== 'watch') return halt;
      const touched = halt === 'watch' ? this.#watched() : undefined;
      if (halt === 'watch' && touched === undefined && this.#hasReturned(request)) return 'return';
      const stop = this.#arrive();
      if (touched !== undefined) return both(touched, stop);
      if (stop !== undefined && through === undefined) return stop;
      if (slots?.has(this.#machine.slot) === true) return 'arrived';
      if (await this.#execution.breathe()) return { reason: 'pause' };
    }
  }

  /** Whether the watched instruction that has retired was an exit that a request wants to know of. */
  #hasReturned({ afterExitOf = -1, atDepth = -1 }: StopRequest): boolean {
    const { frames, cycle } = this.#machine;
    const slot = this.#execution.watchedSlot;
    if (slot === undefined || this.#code.instruction(slot)?.row.semantics.kind !== 'exit') return false;
    const { depth } = frames;
    const { kind, entryCycle } = frames.read(depth);
    const left = kind === 'callback' && entryCycle === cycle ? depth : depth + 1;
    return left <= afterExitOf || depth <= atDepth;
  }

  async #walk(kind: 'over' | 'in' | 'out', granularity: Granularity, call?: number): Promise<StepEnd> {
    const origin = this.origin;
    if (kind === 'in' && call === undefined && granularity !== 'instruction' && this.hidden > 0) {
      this.hidden--;
      return { reason: 'step' };
    }
    this.hidden = 0;
    const start = this.#activation();
    let jumpedBack = false;
    for (let singles = 0; ; singles++) {
      const before = this.#activation();
      const { slot } = this.#machine;
      const long = singles > longStep && granularity !== 'instruction' && sameActivation(before, start);
      const into = kind === 'in' && this.#isCall(slot);
      const stop =
        long && !into
          ? await this.#leap(kind, origin, jumpedBack)
          : await this.#single(passes(call, slot) ? 'over' : kind);
      if (stop !== undefined) return stop;
      if (granularity === 'instruction' || origin.line === undefined) return { reason: 'step' };
      const now = this.#activation();
      jumpedBack ||= sameActivation(now, before) && this.#jumpedBack(slot, origin);
      // Only the call that was chosen is gone into, no inlined copy before it.
      const ending = call === undefined ? kind : 'over';
      if (this.#endsAt(ending, sameActivation(now, start) ? origin : undefined, jumpedBack))
        return { reason: 'step' };
      if (await this.#execution.breathe()) return { reason: 'pause' };
    }
  }

  /** One instruction; where a step does not go into calls, with all that it calls. */
  async #single(kind: 'over' | 'in' | 'out'): Promise<StepEnd | undefined> {
    const { depth } = this.#machine.frames;
    const reason = this.#execution.single();
    if (reason === 'exited' || reason === 'fault') return reason;
    const entered = this.#machine.frames.depth > depth;
    const touched = reason === 'watch' ? this.#watched() : undefined;
    const here = this.#arrive();
    const stop = touched === undefined ? here : both(touched, here);
    if (stop !== undefined || !entered || kind === 'in') return stop;
    const end = await this.#runPast({ atDepth: depth });
    if (end !== 'return' && end !== 'arrived') return end;
    this.#execution.observer?.afterCall();
    return this.#arrive();
  }

  /** Runs to the next instruction of this activation at which the step may end, or out of the activation. */
  async #leap(kind: 'over' | 'in' | 'out', origin: StepOrigin, again: boolean): Promise<StepEnd | undefined> {
    const start = this.#activation();
    const slots = this.#endings(kind, origin, again);
    for (;;) {
      const halt = await this.#execution.withStops(slots, () =>
        this.#runPast({ atDepth: start.depth - 1 }, undefined, slots),
      );
      if (halt === 'return') return this.#arrive();
      if (halt !== 'arrived') return halt;
      if (sameActivation(this.#activation(), start)) return undefined;
    }
  }

  /** Instructions of the present function at which a step may end; one that goes into calls may end at each of them. */
  #endings(kind: 'over' | 'in' | 'out', origin: StepOrigin, again: boolean): ReadonlySet<number> {
    const found = new Set<number>();
    const linked = this.#code.functionOf(this.#machine.slot);
    if (linked === undefined) return found;
    const end = linked.firstSlot + linked.slots;
    for (let slot = linked.firstSlot; slot < end; slot = this.#code.next(slot)) {
      if (
        (kind === 'in' && this.#isCall(slot)) ||
        this.#view.stepEnd(slot, origin, kind, again) !== undefined
      )
        found.add(slot);
    }
    return found;
  }

  #isCall(slot: number): boolean {
    return this.#code.instruction(slot)?.row.semantics.kind === 'call';
  }

  /** Where the user is: the line, and the function with the inlined copies that are entered. */
  get origin(): StepOrigin {
    return this.#view.originOf({ slot: this.#machine.slot, hidden: this.hidden });
  }

  /** Whether the jump from `slot` goes back within the copy that the step began in. */
  #jumpedBack(slot: number, { chain }: StepOrigin): boolean {
    const innermost = (at: number): unknown => this.#view.originOf({ slot: at, hidden: 0 }).chain.at(-1);
    const here = this.#machine.slot;
    return here <= slot && innermost(slot) === chain.at(-1) && innermost(here) === chain.at(-1);
  }

  /** Depth of the innermost callback. */
  #innermostCallback(): number | undefined {
    const { frames } = this.#machine;
    for (let { depth } = frames; depth > 0; depth--) if (frames.read(depth).kind === 'callback') return depth;
    return undefined;
  }

  /** Whether a step ends here, and at which of the inlined copies that begin here. Without `origin`: it came from another activation. */
  #endsAt(kind: 'over' | 'in' | 'out', origin: StepOrigin | undefined, jumpedBack: boolean): boolean {
    const { slot } = this.#machine;
    const linked = this.#code.functionOf(slot);
    const first = linked && this.#lines.firstRow(linked);
    if (this.#lines.rowAt(slot) === undefined) return first === undefined;
    let end = origin && this.#view.stepEnd(slot, origin, kind, jumpedBack);
    if (origin === undefined && this.#lines.startsRow(slot) && (first === undefined || slot >= first))
      end = this.#view.outermost(slot);
    this.hidden = end?.hidden ?? 0;
    return end !== undefined;
  }

  #activation(): Activation {
    const { frames } = this.#machine;
    const { depth } = frames;
    const { entryCycle, callback } = frames.read(depth);
    return { depth, entryCycle, visited: callback?.visited ?? 0 };
  }
}

/** A stop for what is watched, at an instruction that may have breakpoints too. */
function both(touched: Stop, here: Stop | undefined): Stop {
  if (here === undefined || !('breakpoints' in here) || !('breakpoints' in touched)) return touched;
  return { ...touched, breakpoints: [...touched.breakpoints, ...here.breakpoints] };
}

function sameActivation(a: Activation, b: Activation): boolean {
  return a.depth === b.depth && a.entryCycle === b.entryCycle && a.visited === b.visited;
}

/** Whether a step into one call only passes the one at `slot`. */
function passes(call: number | undefined, slot: number): boolean {
  return call !== undefined && call !== slot;
}
