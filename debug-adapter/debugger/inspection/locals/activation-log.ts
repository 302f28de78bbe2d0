import type { DebugVariable } from '../../../debug-info/debug-info.ts';
import type { StepObserver } from '../../execution.ts';
import type { SourceView } from '../../source-view.ts';
import type { Target } from '../target.ts';
import { expressionAt } from './flow.ts';
import { locatedValue, snapshot, type Activation } from './frame-state.ts';
import type { PastValue } from './past.ts';

/** What is known of one activation of a function. */
export interface ActivationRecord {
  readonly run: number;
  readonly entryCycle: number;
  /** The last values of variables that may have lost their location. */
  readonly values: Map<DebugVariable, PastValue>;
  /** What variables were at the call that was executed last, which overwrites registers. */
  call: ReadonlyMap<DebugVariable, PastValue> | undefined;
  /** r0 to r10 as the activation found them. */
  entry: readonly bigint[] | undefined;
  /** The activation's own instructions are known from this cycle on. */
  knownFrom: number;
  /** And up to this one. */
  knownTo: number;
  /** The cycles before were looked for, and too many. */
  gaveUp: boolean;
  /** Nothing that it may have executed since `knownTo` has gone unseen. */
  certain: boolean;
}

/** Registers of the machine that a function may find something in. */
const registerCount = 11;

/**
 * Remembers what variables were while the program goes step by step, so that nothing has to be run again to show what
 * they were last. Runs at full speed leave gaps, which Past fills.
 */
export class ActivationLog implements StepObserver {
  readonly #target: Target;
  readonly #source: SourceView;
  /** By depth. */
  readonly #records: (ActivationRecord | undefined)[] = [];
  /** Those that were certain when the last run at full speed began. */
  #certain: readonly (ActivationRecord | undefined)[] = [];

  readonly #told: boolean;

  /** `told`: somebody calls this observer; otherwise nothing is certain. */
  constructor(target: Target, source: SourceView, told: boolean) {
    this.#target = target;
    this.#source = source;
    this.#told = told;
  }

  beforeSingle(): void {
    const { frames, cycle, slot } = this.#target.machine;
    const { depth } = frames;
    this.#records.length = Math.min(this.#records.length, depth + 1);
    const record = this.recordOf(depth, cycle);
    if (cycle === record.entryCycle) record.entry ??= registersNow(this.#target);
    record.knownTo = cycle + 1;
    this.#look(record, slot);
  }

  beforeRun(): void {
    this.#certain = this.#records.filter((record) => record?.certain === true);
    for (const record of this.#certain) if (record !== undefined) record.certain = false;
  }

  /** Whoever was waiting for the caller, or is the caller, has executed nothing since. */
  afterCall(): void {
    const { depth } = this.#target.machine.frames;
    for (const record of this.#records.slice(0, depth + 1)) {
      if (record !== undefined && this.#certain.includes(record)) record.certain = true;
    }
  }

  /** The record of the frame at `depth`, which has executed all that it has before cycle `end`. */
  recordOf(depth: number, end: number): ActivationRecord {
    const { machine } = this.#target;
    const { run, frames } = machine;
    const entryCycle = frames.entryCycle(depth);
    const known = this.#records[depth];
    if (known?.run === run && known.entryCycle === entryCycle && (known.certain || known.knownTo === end)) {
      known.knownTo = end;
      return known;
    }
    const fresh: ActivationRecord = {
      ...{ run, entryCycle, values: new Map(), call: undefined, knownFrom: end, knownTo: end, gaveUp: false },
      certain: this.#told,
      entry: end === entryCycle && depth === frames.depth ? registersNow(this.#target) : undefined,
    };
    this.#records[depth] = fresh;
    return fresh;
  }

  #look(record: ActivationRecord, slot: number): void {
    const { scopes } = this.#source;
    const address = scopes.addressOf(slot);
    const subject = address === undefined ? undefined : scopes.info?.functionAt(address);
    if (address === undefined || subject === undefined) return;
    const flow = this.#source.flowOf(subject);
    const { machine } = this.#target;
    const activation = {
      target: this.#target,
      subject,
      stackSize: this.#source.stackSizes.of(subject),
      registers: { read: (number: number) => machine.register(number), write: undefined },
      registerAtEntry: (number: number) => record.entry?.[number],
    };
    noteValues(activation, { slot, address }, flow.lastSeenAt(slot), record.values);
    if (!flow.isCall(slot)) return;
    const call = new Map<DebugVariable, PastValue>();
    noteValues(activation, { slot, address }, flow.seenAtCall(slot), call);
    record.call = call;
  }
}

/** What `variables` are at an instruction; those without a value there keep the one they have in `values`. */
export function noteValues(
  activation: Activation,
  { slot, address }: { readonly slot: number; readonly address: number },
  variables: readonly DebugVariable[],
  values: Map<DebugVariable, PastValue>,
): void {
  for (const variable of variables) {
    const expression = expressionAt(variable.location, address);
    const value = expression && locatedValue(activation, variable, expression);
    if (value?.ok === true && value.value !== undefined)
      values.set(variable, { value: snapshot(value.value), slot });
  }
}

export function registersNow({ machine }: Target): readonly bigint[] {
  return Array.from({ length: registerCount }, (_, number) => machine.register(number));
}
