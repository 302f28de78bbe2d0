import { registerCount } from '../../../../vm/isa/opcode.ts';
import type { Machine } from '../../../../vm/machine/machine.ts';
import type { DebugFunction, DebugVariable } from '../../../debug-info/debug-info.ts';
import type { DebugFrame } from '../../frame.ts';
import type { SourceView } from '../../source-view.ts';
import type { Target } from '../target.ts';
import type { Value } from '../value.ts';
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

/**
 * What the variables of one activation were before, found by running again: at each instruction behind which a variable
 * may lose its location it is looked at, and the last such look counts.
 */
export class Past {
  readonly #target: Target;
  readonly #source: SourceView;
  readonly #subject: DebugFunction;
  readonly #flow: FunctionFlow;
  readonly #frame: DebugFrame;
  readonly #values = new Map<DebugVariable, PastValue>();
  readonly #entryCycle: number;
  /** Cycle at which the frame stood where it is shown to stand. */
  readonly #end: number;
  /** From here on everything is known. */
  #known: number;
  #entry: readonly bigint[] | undefined;

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
    const { machine } = target;
    const { frames } = machine;
    this.#entryCycle = frames.entryCycle(frame.depth);
    this.#end = frame.depth < frames.depth ? frames.entryCycle(frame.depth + 1) : machine.cycle;
    this.#known = this.#end;
  }

  /** The last values of `variables`; those that had none in the cycles looked at are left out. */
  find(variables: readonly DebugVariable[]): ReadonlyMap<DebugVariable, PastValue> {
    const wanted = new Map<number, DebugVariable[]>();
    const missing = new Set(variables.filter((variable) => !this.#values.has(variable)));
    for (const variable of missing) {
      for (const slot of this.#lookedAt(variable)) {
        const others = wanted.get(slot);
        if (others === undefined) wanted.set(slot, [variable]);
        else others.push(variable);
      }
    }
    if (wanted.size > 0 && missing.size > 0) this.#search(wanted, missing);
    return this.#values;
  }

  /** r0 to r10 as the activation found them; undefined where it began too long ago. */
  get registersAtEntry(): readonly bigint[] | undefined {
    if (this.#end === this.#entryCycle) this.#entry ??= allRegisters(this.#target.machine);
    else if (this.#entry === undefined && this.#end - this.#entryCycle <= (stretches.at(-1) ?? 0))
      this.#review(this.#entryCycle, Math.min(this.#entryCycle + 1, this.#end), new Map());
    return this.#entry;
  }

  /** Whether the activation was looked at from its beginning. */
  get isComplete(): boolean {
    return this.#known <= this.#entryCycle;
  }

  #lookedAt({ location }: DebugVariable): readonly number[] {
    const { slot } = this.#frame;
    // At a call that has not returned, registers hold what only that moment can tell.
    const call = this.#flow.covers(location, slot) ? [slot] : [];
    return [...this.#flow.exitsOf(location), ...call];
  }

  #search(wanted: ReadonlyMap<number, readonly DebugVariable[]>, missing: Set<DebugVariable>): void {
    for (const stretch of stretches) {
      const from = Math.max(this.#entryCycle, this.#end - stretch);
      const left = new Map(
        [...wanted]
          .map(([slot, variables]) => [slot, variables.filter((variable) => missing.has(variable))] as const)
          .filter(([, variables]) => variables.length > 0),
      );
      if (!this.#review(from, this.#end, left)) return;
      this.#known = Math.min(this.#known, from);
      for (const variable of this.#values.keys()) missing.delete(variable);
      if (missing.size === 0 || from === this.#entryCycle) return;
    }
  }

  /** False: the cycles can no longer be reached. */
  #review(from: number, to: number, wanted: ReadonlyMap<number, readonly DebugVariable[]>): boolean {
    const { machine } = this.#target;
    const entrySlot = machine.code.slotOfIp(machine.frames.read(this.#frame.depth).entryIp);
    const slots = from === this.#entryCycle ? [entrySlot, ...wanted.keys()] : [...wanted.keys()];
    return this.#source.recording.review(from, to, slots, () => this.#look(machine, wanted)).ok;
  }

  #look(machine: Machine, wanted: ReadonlyMap<number, readonly DebugVariable[]>): void {
    const { frames, slot, cycle } = machine;
    if (frames.depth !== this.#frame.depth || frames.entryCycle(frames.depth) !== this.#entryCycle) return;
    if (cycle === this.#entryCycle) this.#entry ??= allRegisters(machine);
    const address = this.#source.scopes.addressOf(slot);
    if (address === undefined) return;
    const activation = {
      target: this.#target,
      subject: this.#subject,
      stackSize: this.#source.stackSizes.of(this.#subject),
      registers: { read: (number: number) => machine.register(number), write: undefined },
      registerAtEntry: (number: number) => this.#entry?.[number],
    };
    for (const variable of wanted.get(slot) ?? []) {
      const expression = expressionAt(variable.location, address);
      const value = expression && locatedValue(activation, variable, expression);
      if (value?.ok === true && value.value !== undefined)
        this.#values.set(variable, { value: snapshot(value.value), slot });
    }
  }
}

function allRegisters(machine: Machine): readonly bigint[] {
  return Array.from({ length: registerCount }, (_, number) => machine.register(number));
}
