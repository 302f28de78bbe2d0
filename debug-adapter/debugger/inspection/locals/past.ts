import type { Machine } from '../../../../vm/machine/machine.ts';
import type { DebugFunction, DebugVariable } from '../../../debug-info/debug-info.ts';
import type { DebugFrame } from '../../frame.ts';
import type { SourceView } from '../../source-view.ts';
import type { Target } from '../target.ts';
import type { Value } from '../value.ts';
import { noteValues, registersNow, type ActivationRecord } from './activation-log.ts';
import type { FunctionFlow } from './flow.ts';

/** What a variable was when it still had a location. */
export interface PastValue {
  readonly value: Value;
  /** The last instruction that could have told. */
  readonly slot: number;
}

/** How far back is looked, in cycles: a short stretch first, since most of what is gone has gone just now. */
const stretches = [2 ** 12, 2 ** 16, 2 ** 20, 2 ** 24];
/** Milliseconds that somebody waits for what is gone, where the host does not say. */
const usualPatience = 200;

/**
 * What the variables of one activation were before: what single steps have told of it, and the rest by running again.
 * At each instruction behind which a variable may lose its location it is looked at, and the last such look counts.
 */
export class Past {
  readonly #target: Target;
  readonly #source: SourceView;
  readonly #subject: DebugFunction;
  readonly #flow: FunctionFlow;
  readonly #frame: DebugFrame;
  readonly #record: ActivationRecord;

  constructor(
    target: Target,
    source: SourceView,
    subject: DebugFunction,
    flow: FunctionFlow,
    frame: DebugFrame,
  ) {
    this.#target = target;
    this.#source = source;
    this.#subject = subject;
    this.#flow = flow;
    this.#frame = frame;
    const { frames, cycle } = target.machine;
    const end = frame.depth < frames.depth ? frames.entryCycle(frame.depth + 1) : cycle;
    this.#record = target.activations.recordOf(frame.depth, end);
  }

  /** The last values of `variables`; those that had none in the cycles looked at are left out. */
  find(variables: readonly DebugVariable[]): ReadonlyMap<DebugVariable, PastValue> {
    const { values } = this.#record;
    // What had a location at a call that has not returned was last seen there.
    const atCall = this.#isWaiting ? this.#record.call : undefined;
    this.#search(variables.filter((variable) => atCall?.has(variable) !== true));
    return atCall === undefined ? values : new Map([...values, ...atCall]);
  }

  get #isWaiting(): boolean {
    return this.#frame.depth < this.#target.machine.frames.depth;
  }

  /** r0 to r10 as the activation found them; undefined where it began too long ago. */
  get registersAtEntry(): readonly bigint[] | undefined {
    const { entry, entryCycle, knownFrom, knownTo, gaveUp } = this.#record;
    if (entry !== undefined || gaveUp || knownFrom < entryCycle) return entry;
    this.#review(entryCycle, Math.min(entryCycle + 1, knownTo), new Map(), new Map());
    return this.#record.entry;
  }

  /** Whether the activation was looked at from its beginning. */
  get isComplete(): boolean {
    return this.#record.knownFrom <= this.#record.entryCycle;
  }

  /** Goes back before what is known already, further and further, as long as one of `variables` was not found. */
  #search(variables: readonly DebugVariable[]): void {
    const record = this.#record;
    const { entryCycle, knownTo, values } = record;
    const lookedAt = this.#isWaiting ? this.#flow.lastSeen(this.#frame.slot) : this.#flow.lastSeen();
    const had = variables.filter((variable) => lookedAt.variables.has(variable));
    for (const stretch of stretches) {
      const from = Math.max(entryCycle, knownTo - stretch);
      if (record.gaveUp || record.knownFrom <= entryCycle || had.every((one) => values.has(one))) return;
      if (from >= record.knownFrom) continue;
      const found = new Map<DebugVariable, PastValue>();
      if (!this.#review(from, record.knownFrom, lookedAt.bySlot, found)) return;
      record.knownFrom = from;
      for (const [variable, value] of found) if (!values.has(variable)) values.set(variable, value);
    }
  }

  /** False: the cycles can no longer be reached, or not soon. */
  #review(
    from: number,
    to: number,
    wanted: ReadonlyMap<number, readonly DebugVariable[]>,
    found: Map<DebugVariable, PastValue>,
  ): boolean {
    const { machine } = this.#target;
    const { entryCycle } = this.#record;
    const entrySlot = machine.code.slotOfIp(machine.frames.read(this.#frame.depth).entryIp);
    const slots = from === entryCycle ? [entrySlot, ...wanted.keys()] : [...wanted.keys()];
    const { patience = usualPatience } = this.#target.host;
    const began = performance.now();
    const patient = (): boolean => performance.now() - began < patience;
    const look = (): void => this.#look(machine, wanted.get(machine.slot) ?? [], found);
    const reviewed = this.#source.recording.review(from, to, slots, look, patient);
    this.#record.gaveUp ||= !reviewed.ok;
    return reviewed.ok;
  }

  #look(machine: Machine, variables: readonly DebugVariable[], found: Map<DebugVariable, PastValue>): void {
    const { frames, slot, cycle } = machine;
    const record = this.#record;
    if (frames.depth !== this.#frame.depth || frames.entryCycle(frames.depth) !== record.entryCycle) return;
    if (cycle === record.entryCycle) record.entry ??= registersNow(this.#target);
    noteValues(
      {
        target: this.#target,
        subject: this.#subject,
        stackSize: this.#source.stackSizes.of(this.#subject),
        registers: { read: (number: number) => machine.register(number), write: undefined },
        registerAtEntry: (number: number) => record.entry?.[number],
      },
      { slot, address: this.#source.scopes.addressOf(slot) ?? 0 },
      variables,
      found,
    );
  }
}
