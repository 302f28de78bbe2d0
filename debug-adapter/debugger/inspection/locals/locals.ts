import type { DebugFunction, DebugScope, DebugVariable } from '../../../debug-info/debug-info.ts';
import { sizeOf } from '../../../debug-info/c-type.ts';
import type { DebugFrame } from '../../frame.ts';
import type { SourceView } from '../../source-view.ts';
import { passedValue, refined } from '../arguments.ts';
import { parametersOf, type Parameter } from '../parameters.ts';
import type { Target } from '../target.ts';
import { constant, numberValue, type Value } from '../value.ts';
import { mayAssign } from './assignments.ts';
import { expressionAt, FunctionFlow } from './flow.ts';
import { locatedValue, type Activation } from './frame-state.ts';
import { Past, type PastValue } from './past.ts';

/** What is known of a variable where a frame stands. */
export type LocalState =
  | { readonly kind: 'value'; readonly value: Value }
  /** It has no location any more: what it was when it last had one, at a line. */
  | { readonly kind: 'as-of'; readonly value: Value; readonly line: number | undefined }
  /** What was passed for a parameter; `current`: nothing has assigned it since. */
  | { readonly kind: 'entry'; readonly value: Value; readonly current: boolean }
  | { readonly kind: 'not-assigned' }
  | { readonly kind: 'optimised-out' }
  /** It may have had a value before the cycles that were looked at. */
  | { readonly kind: 'too-long-ago' }
  | { readonly kind: 'problem'; readonly message: string };

/** A variable that can be named where a frame stands, or that another of the same name hides. */
export interface Local {
  readonly variable: DebugVariable;
  /** Hidden by a variable of the same name further in. */
  readonly shadowed: boolean;
}

/** The local variables of a frame: parameters first, then those of its blocks, the innermost first. */
export class FrameLocals {
  readonly locals: readonly Local[];
  readonly #target: Target;
  readonly #source: SourceView;
  readonly #frame: DebugFrame;
  readonly #subject: DebugFunction;
  /** Of the function or inlined copy itself. */
  readonly #scope: DebugScope;
  readonly #flow: FunctionFlow;
  readonly #past: Past;
  readonly #activation: Activation;

  /** Undefined where no debug information says what is there. */
  static of(target: Target, frame: DebugFrame): FrameLocals | undefined {
    const { source } = target;
    if (source === undefined || frame.scope === undefined || frame.kind !== 'function') return undefined;
    let locals = target.frameLocals.get(frame);
    if (locals === undefined) {
      locals = new FrameLocals(target, source, frame, frame.scope);
      target.frameLocals.set(frame, locals);
    }
    return locals;
  }

  private constructor(target: Target, source: SourceView, frame: DebugFrame, innermost: DebugScope) {
    this.#target = target;
    this.#source = source;
    this.#frame = frame;
    const scopes = scopesOf(innermost);
    this.#scope = scopes.at(-1) ?? innermost;
    this.#subject = functionOf(innermost);
    this.locals = localsOf(scopes);
    this.#flow = source.flowOf(this.#subject);
    this.#past = new Past(target, source, this.#subject, this.#flow, frame);
    const { machine, host } = target;
    const innermostFrame = frame.depth === machine.frames.depth;
    this.#activation = {
      target,
      subject: this.#subject,
      stackSize: source.stackSizes.of(this.#subject),
      registers: {
        read: (number) => host.frameRegisters(frame)[number],
        write: innermostFrame ? (number, value) => target.setRegister(number, value) : undefined,
      },
      registerAtEntry: (number) => this.#past.registersAtEntry?.[number],
    };
  }

  /** By the name that C has for it here. */
  named(name: string): Local | undefined {
    return this.locals.find(({ variable, shadowed }) => variable.name === name && !shadowed);
  }

  /** What all of them are: those that have no location now are looked for in the past together. */
  states(locals: readonly Local[] = this.locals): readonly LocalState[] {
    const now = locals.map(({ variable }) => this.#now(variable));
    const gone = locals.filter((_, i) => now[i] === undefined).map(({ variable }) => variable);
    const past = gone.length === 0 ? undefined : this.#past.find(gone);
    return locals.map(({ variable }, i) =>
      this.#refined(variable, now[i] ?? this.#before(variable, past?.get(variable))),
    );
  }

  /** A `void *` parameter of a callback points to what its traversal passes. */
  #refined(variable: DebugVariable, state: LocalState): LocalState {
    if (variable.kind !== 'parameter' || !('value' in state) || this.#scope.kind !== 'function') return state;
    const parameter = this.#parameter(variable);
    if (parameter === undefined) return state;
    const view = this.#target.machine.frames.read(this.#frame.depth);
    const type = refined(this.#target, { ...parameter, declared: state.value.type }, view);
    return { ...state, value: { ...state.value, type } };
  }

  /** Undefined: it has no location here. */
  #now(variable: DebugVariable): LocalState | undefined {
    const { location, type } = variable;
    if (location.kind === 'constant')
      return { kind: 'value', value: { type, storage: constant(location.bytes) } };
    const address = this.#source.scopes.addressOf(this.#frame.slot);
    const expression = address === undefined ? undefined : expressionAt(location, address);
    if (expression === undefined) return undefined;
    const value = locatedValue(this.#activation, variable, expression);
    if (value.ok) return value.value && { kind: 'value', value: value.value };
    return value.problem.code === 'register-not-saved'
      ? undefined
      : { kind: 'problem', message: value.problem.message };
  }

  #before(variable: DebugVariable, past: PastValue | undefined): LocalState {
    const entry = this.#entryValue(variable);
    if (entry?.current === true) return { kind: 'entry', ...entry };
    if (past !== undefined) {
      const line = this.#source.lines.rowAt(past.slot)?.line;
      return { kind: 'as-of', value: past.value, line };
    }
    if (entry !== undefined) return { kind: 'entry', ...entry };
    const { location } = variable;
    if (location.kind === 'list' && !this.#past.isComplete && this.#flow.exitsOf(location).length > 0)
      return { kind: 'too-long-ago' };
    return this.#flow.isAhead(location, this.#frame.slot)
      ? { kind: 'not-assigned' }
      : { kind: 'optimised-out' };
  }

  /** What the machine passed itself is known; other parameters of functions are in r1 to r5 at entry. */
  #entryValue(variable: DebugVariable): { readonly value: Value; readonly current: boolean } | undefined {
    if (variable.kind !== 'parameter' || this.#scope.kind !== 'function') return undefined;
    const value = this.#passedByMachine(variable) ?? this.#fromRegisters(variable);
    return value && { value, current: !mayAssign(this.#source, this.#subject, variable.name) };
  }

  #passedByMachine(variable: DebugVariable): Value | undefined {
    if (this.#subject.changedSignature) return undefined;
    const view = this.#target.machine.frames.read(this.#frame.depth);
    const parameter = this.#parameter(variable);
    const passed = parameter && passedValue(this.#target, parameter, view);
    return passed === undefined ? undefined : scalarValue(variable, passed);
  }

  #parameter(variable: DebugVariable): Parameter | undefined {
    return parametersOf(this.#target, this.#frame.depth)[this.#positionOf(variable)];
  }

  #positionOf(variable: DebugVariable): number {
    return this.#scope.variables.filter(({ kind }) => kind === 'parameter').indexOf(variable);
  }

  #fromRegisters(variable: DebugVariable): Value | undefined {
    const registers = this.#past.registersAtEntry;
    if (registers === undefined) return undefined;
    return this.#locatedAtEntry(variable, registers) ?? this.#passed(variable, registers);
  }

  #locatedAtEntry(variable: DebugVariable, registers: readonly bigint[]): Value | undefined {
    const expression = expressionAt(variable.location, this.#subject.low);
    if (expression === undefined) return undefined;
    const read = (number: number): bigint | undefined => registers[number];
    const activation = { ...this.#activation, registers: { read, write: undefined }, registerAtEntry: read };
    const value = locatedValue(activation, variable, expression);
    // What lay in memory then may be something else now.
    return value.ok && value.value?.storage.address === undefined ? value.value : undefined;
  }

  /** Without a location at entry: by its place among the parameters, where the function keeps its signature. */
  #passed(variable: DebugVariable, registers: readonly bigint[]): Value | undefined {
    if (this.#subject.changedSignature || !this.#isCalledByKernel()) return undefined;
    const passed = registers[this.#positionOf(variable) + 1];
    return passed === undefined ? undefined : scalarValue(variable, passed);
  }

  /**
   * Whether the kernel calls it. Where the program does, LLVM passes anything for what is never used
   * (DeadArgumentElimination), also to global functions.
   */
  #isCalledByKernel(): boolean {
    return this.#target.machine.frames.read(this.#frame.depth).kind !== 'subprogram';
  }
}

/** A register's value as a variable of a type that fits into one. */
function scalarValue({ type }: DebugVariable, passed: bigint): Value | undefined {
  const scalar = type.kind === 'integer' || type.kind === 'pointer' || type.kind === 'enum';
  return scalar && (sizeOf(type) ?? 9) <= 8 ? numberValue(type, passed) : undefined;
}

/** From the innermost scope to the function or inlined copy that it is in. */
function scopesOf(innermost: DebugScope): readonly DebugScope[] {
  const scopes: DebugScope[] = [];
  for (let scope: DebugScope | undefined = innermost; scope !== undefined; scope = scope.parent) {
    scopes.push(scope);
    if (scope.kind !== 'block') break;
  }
  return scopes;
}

function functionOf(scope: DebugScope): DebugFunction {
  let outermost = scope;
  while (outermost.parent !== undefined) outermost = outermost.parent;
  // A scope without a parent is a function: DebugScope says so.
  return outermost as DebugFunction;
}

function localsOf(scopes: readonly DebugScope[]): readonly Local[] {
  const seen = new Set<string>();
  const inner = scopes.flatMap(({ variables }) => {
    const own = variables.map((variable) => ({ variable, shadowed: seen.has(variable.name) }));
    for (const { name } of variables) seen.add(name);
    return own;
  });
  const named = inner.filter(({ variable }) => variable.name !== '');
  return [
    ...named.filter(({ variable }) => variable.kind === 'parameter'),
    ...named.filter(({ variable }) => variable.kind !== 'parameter'),
  ];
}
