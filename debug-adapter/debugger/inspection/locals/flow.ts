import type {
  AddressRange,
  DebugFunction,
  DebugLocation,
  DebugScope,
  DebugVariable,
  LocationExpression,
} from '../../../debug-info/debug-info.ts';
import type { CodeIndex } from '../../code-index.ts';
import type { CodeScopes } from '../../code-scopes.ts';

/** The expression that holds at an address; undefined where the variable has no location there. */
export function expressionAt(location: DebugLocation, address: number): LocationExpression | undefined {
  if (location.kind === 'expression') return nonEmpty(location.expression);
  if (location.kind !== 'list') return undefined;
  const entry = location.entries.find(({ low, high }) => address >= low && address < high);
  return entry && nonEmpty(entry.expression);
}

function nonEmpty(expression: LocationExpression): LocationExpression | undefined {
  return expression.bytes.length === 0 ? undefined : expression;
}

/** Where variables are last seen. */
export interface LastSeen {
  readonly bySlot: ReadonlyMap<number, readonly DebugVariable[]>;
  readonly variables: ReadonlySet<DebugVariable>;
}

function lastSeen(bySlot: ReadonlyMap<number, readonly DebugVariable[]>): LastSeen {
  return { bySlot, variables: new Set([...bySlot.values()].flat()) };
}

/** Which instructions of a function may follow which, and where variables lose their locations. */
export class FunctionFlow {
  readonly #code: CodeIndex;
  readonly #scopes: CodeScopes;
  readonly #subject: DebugFunction;
  readonly #successors = new Map<number, readonly number[]>();
  readonly #covered = new Map<DebugLocation, ReadonlySet<number>>();
  readonly #exits = new Map<DebugLocation, readonly number[]>();
  #lastSeen: LastSeen | undefined;
  #seenAtCalls: ReadonlyMap<number, readonly DebugVariable[]> | undefined;

  constructor(code: CodeIndex, scopes: CodeScopes, subject: DebugFunction) {
    this.#code = code;
    this.#scopes = scopes;
    this.#subject = subject;
    const slots = subject.ranges.flatMap((range) => this.#slotsOf(range));
    const own = new Set(slots);
    for (const slot of slots) {
      this.#successors.set(
        slot,
        successorsOf(code, slot).filter((next) => own.has(next)),
      );
    }
  }

  /** Instructions behind which a variable may have no location any more. */
  exitsOf(location: DebugLocation): readonly number[] {
    let exits = this.#exits.get(location);
    if (exits === undefined) {
      const covered = this.#coveredBy(location);
      exits = [...covered].filter((slot) => this.#successors.get(slot)?.some((next) => !covered.has(next)));
      this.#exits.set(location, exits);
    }
    return exits;
  }

  /** Variables that may have no location behind an instruction, and those that have one at the call `waitingAt`. */
  lastSeen(waitingAt?: number): LastSeen {
    this.#lastSeen ??= lastSeen(this.#bySlot((location) => this.exitsOf(location)));
    if (waitingAt === undefined) return this.#lastSeen;
    const waiting = [...this.lastSeenAt(waitingAt), ...this.seenAtCall(waitingAt)];
    return lastSeen(new Map([...this.#lastSeen.bySlot, [waitingAt, waiting]]));
  }

  lastSeenAt(slot: number): readonly DebugVariable[] {
    return this.lastSeen().bySlot.get(slot) ?? [];
  }

  /** Variables that have a location at a call. */
  seenAtCall(slot: number): readonly DebugVariable[] {
    this.#seenAtCalls ??= this.#bySlot((location) =>
      [...this.#coveredBy(location)].filter((covered) => this.isCall(covered)),
    );
    return this.#seenAtCalls.get(slot) ?? [];
  }

  isCall(slot: number): boolean {
    return this.#code.instruction(slot)?.row.semantics.kind === 'call';
  }

  #bySlot(
    slotsOf: (location: DebugLocation) => readonly number[],
  ): ReadonlyMap<number, readonly DebugVariable[]> {
    const found = new Map<number, DebugVariable[]>();
    for (const variable of variablesWithin(this.#subject)) {
      for (const slot of slotsOf(variable.location)) {
        const others = found.get(slot);
        if (others === undefined) found.set(slot, [variable]);
        else others.push(variable);
      }
    }
    return found;
  }

  /** Whether the code that may still be executed, from `slot` on, has a location for a variable. */
  isAhead(location: DebugLocation, slot: number): boolean {
    const covered = this.#coveredBy(location);
    const seen = new Set([slot]);
    for (const reached of seen) {
      if (covered.has(reached)) return true;
      for (const next of this.#successors.get(reached) ?? []) seen.add(next);
    }
    return false;
  }

  covers(location: DebugLocation, slot: number): boolean {
    return this.#coveredBy(location).has(slot);
  }

  /** Of a location that is the same in the whole scope there is nothing to be lost. */
  #coveredBy(location: DebugLocation): ReadonlySet<number> {
    let covered = this.#covered.get(location);
    if (covered === undefined) {
      const entries = location.kind === 'list' ? location.entries : [];
      const held = entries.filter(({ expression }) => expression.bytes.length > 0);
      const everywhere = location.kind === 'expression' && location.expression.bytes.length > 0;
      covered = new Set(everywhere ? this.#successors.keys() : held.flatMap((entry) => this.#slotsOf(entry)));
      this.#covered.set(location, covered);
    }
    return covered;
  }

  #slotsOf({ low, high }: AddressRange): readonly number[] {
    const first = this.#scopes.slotOf(low);
    return first === undefined ? [] : slotsFrom(this.#code, first, first + (high - low) / 8);
  }
}

function variablesWithin(scope: DebugScope): readonly DebugVariable[] {
  return [...scope.variables, ...scope.children.flatMap(variablesWithin)];
}

function slotsFrom(code: CodeIndex, first: number, end: number): readonly number[] {
  const slots: number[] = [];
  for (let slot = first; slot < end; slot = code.next(slot)) slots.push(slot);
  return slots;
}

function successorsOf(code: CodeIndex, slot: number): readonly number[] {
  const semantics = code.instruction(slot)?.row.semantics;
  const target = code.jumpTarget(slot);
  if (semantics?.kind === 'exit') return [];
  if (semantics?.kind === 'goto') return target === undefined ? [] : [target];
  return target === undefined ? [code.next(slot)] : [code.next(slot), target];
}
