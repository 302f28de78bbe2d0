import type { Machine } from '../../../../vm/machine/machine.ts';
import type { DebugFunction, DebugVariable } from '../../../debug-info/debug-info.ts';
import type { DebugFrame } from '../../frame.ts';
import type { SourceView } from '../../source-view.ts';
import type { Target } from '../target.ts';
import type { Value } from '../value.ts';
import { registersNow, type ActivationRecord } from './activation-log.ts';
import { expressionAt, type FunctionFlow } from './flow.ts';
import { locatedValue, snapshot } from './frame-state.ts';

/** What a variable was when it still had a location. */
export interface PastValue {
  readonly value: Value;
  /** The last instruction that could have told. */
  readonly slot: number;
}

/** How far back is looked, in cycles: a short stretch first, since most of what is gone has gone just now. */
const stretches = [2 ** 12, 2 ** 16, 2 ** 20, 2 ** 24];
/** Milliseconds that somebody waits for what is gone. */
const patience = 200;

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
    const missing = new Set(variables.filter((variable) => !values.has(variable)));
    const wanted = new Map<number, DebugVariable[]>();
    for (const variable of missing) {
      for (const slot of this.#lookedAt(variable)) {
        const others = wanted.get(slot);
        if (others === undefined) wanted.set(slot, [variable]);
        else others.push(variable);
      }
    }
    if (wanted.size > 0) this.#search(wanted, missing);
    return values;
  }

  /** r0 to r10 as the activation found them; undefined where it began too long ago. */
  get registersAtEntry(): readonly bigint[] | undefined {
    const { entry, entryCycle, knownFrom, knownTo, gaveUp } = this.#record;
    if (entry !== undefined || gaveUp || knownFrom < entryCycle) return entry;
    this.#review(entryCycle, Math.min(entryCycle + 1, knownTo), new Map());
    return this.#record.entry;
  }

  /** Whether the activation was looked at from its beginning. */
  get isComplete(): boolean {
    return this.#record.knownFrom <= this.#record.entryCycle;
  }

  #lookedAt({ location }: DebugVariable): readonly number[] {
    const { slot } = this.#frame;
    // At a call that has not returned, registers hold what only that moment can tell.
    const call = this.#flow.covers(location, slot) ? [slot] : [];
    return [...this.#flow.exitsOf(location), ...call];
  }

  /** Before what is known already. */
  #search(wanted: ReadonlyMap<number, readonly DebugVariable[]>, missing: Set<DebugVariable>): void {
    const record = this.#record;
    const { entryCycle, knownTo } = record;
    for (const stretch of stretches) {
      const from = Math.max(entryCycle, knownTo - stretch);
      if (record.gaveUp || missing.size === 0 || record.knownFrom <= entryCycle) return;
      if (from >= record.knownFrom) continue;
      const left = [...wanted].flatMap(([slot, variables]) => {
        const still = variables.filter((variable) => missing.has(variable));
        return still.length > 0 ? [[slot, still] as const] : [];
      });
      if (!this.#review(from, record.knownFrom, new Map(left))) return;
      record.knownFrom = from;
      for (const variable of record.values.keys()) missing.delete(variable);
    }
  }

  /** False: the cycles can no longer be reached, or not soon. */
  #review(from: number, to: number, wanted: ReadonlyMap<number, readonly DebugVariable[]>): boolean {
    const { machine } = this.#target;
    const { entryCycle } = this.#record;
    const entrySlot = machine.code.slotOfIp(machine.frames.read(this.#frame.depth).entryIp);
    const slots = from === entryCycle ? [entrySlot, ...wanted.keys()] : [...wanted.keys()];
    const began = performance.now();
    const patient = (): boolean => performance.now() - began < patience;
    const look = (): void => this.#look(machine, wanted);
    const reviewed = this.#source.recording.review(from, to, slots, look, patient);
    this.#record.gaveUp ||= !reviewed.ok;
    return reviewed.ok;
  }

  #look(machine: Machine, wanted: ReadonlyMap<number, readonly DebugVariable[]>): void {
    const { frames, slot, cycle } = machine;
    const record = this.#record;
    if (frames.depth !== this.#frame.depth || frames.entryCycle(frames.depth) !== record.entryCycle) return;
    if (cycle === record.entryCycle) record.entry ??= registersNow(this.#target);
    const address = this.#source.scopes.addressOf(slot);
    if (address === undefined) return;
    const activation = {
      target: this.#target,
      subject: this.#subject,
      stackSize: this.#source.stackSizes.of(this.#subject),
      registers: { read: (number: number) => machine.register(number), write: undefined },
      registerAtEntry: (number: number) => record.entry?.[number],
    };
    for (const variable of wanted.get(slot) ?? []) {
      const expression = expressionAt(variable.location, address);
      const value = expression && locatedValue(activation, variable, expression);
      if (value?.ok === true && value.value !== undefined)
        record.values.set(variable, { value: snapshot(value.value), slot });
    }
  }
}
