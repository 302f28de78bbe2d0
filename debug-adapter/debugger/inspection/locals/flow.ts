import type { DebugFunction, DebugLocation, LocationExpression } from '../../../debug-info/debug-info.ts';
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

/** Which instructions of a function may follow which. */
export class FunctionFlow {
  readonly #scopes: CodeScopes;
  readonly #successors = new Map<number, readonly number[]>();

  constructor(code: CodeIndex, scopes: CodeScopes, subject: DebugFunction) {
    this.#scopes = scopes;
    const slots = subject.ranges.flatMap(({ low, high }) => {
      const first = scopes.slotOf(low);
      return first === undefined ? [] : slotsFrom(code, first, first + (high - low) / 8);
    });
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
    const covered = (slot: number): boolean => this.covers(location, slot);
    return [...this.#successors]
      .filter(([slot, next]) => covered(slot) && next.some((successor) => !covered(successor)))
      .map(([slot]) => slot);
  }

  /** Whether the code that may still be executed, from `slot` on, has a location for a variable. */
  isAhead(location: DebugLocation, slot: number): boolean {
    const seen = new Set([slot]);
    for (const reached of seen) {
      if (this.covers(location, reached)) return true;
      for (const next of this.#successors.get(reached) ?? []) seen.add(next);
    }
    return false;
  }

  covers(location: DebugLocation, slot: number): boolean {
    const address = this.#scopes.addressOf(slot);
    return address !== undefined && expressionAt(location, address) !== undefined;
  }
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
