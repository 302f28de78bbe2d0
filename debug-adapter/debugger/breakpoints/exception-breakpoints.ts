import type { Fault } from '../../../vm/machine/fault.ts';
import { errnoName } from '../../../vm/inputs/bpftool-json.ts';
import type { BoundBreakpoint } from './breakpoint.ts';
import type { BreakpointIds } from './breakpoint-ids.ts';
import {
  exceptionFilters,
  filterOf,
  helperErrors,
  parseFilterCondition,
  type FilterCondition,
} from './exception-filters.ts';
import type { BreakpointEvaluator, BreakpointMessage } from './hits.ts';
import type { HelperError } from './watched-calls.ts';

export interface FilterRequest {
  readonly filter: string;
  readonly condition?: string | undefined;
}

interface ActiveFilter {
  readonly id: number;
  readonly condition: FilterCondition | undefined;
}

/** Whether something stops, and which breakpoint it is. */
export interface ExceptionArrival {
  readonly id: number | undefined;
  readonly messages: readonly BreakpointMessage[];
}

/** Which faults and errors stop. Before a client says anything: those that are on by default. */
export class ExceptionBreakpoints {
  readonly #ids: BreakpointIds;
  readonly #changed: () => void;
  #active = new Map<string, ActiveFilter>();
  #requests: readonly FilterRequest[] | undefined;

  constructor(ids: BreakpointIds, changed: () => void) {
    this.#ids = ids;
    this.#changed = changed;
    for (const { filter, on } of exceptionFilters) {
      if (on) this.#active.set(filter, { id: this.#idOf(filter), condition: undefined });
    }
  }

  #idOf(filter: string): number {
    return this.#ids.of(`exception:${filter}`, []);
  }

  /** Takes over what was asked of those of an earlier debugger. */
  adopt(earlier: ExceptionBreakpoints): readonly BoundBreakpoint[] {
    return earlier.#requests === undefined ? [] : this.set(earlier.#requests);
  }

  set(requests: readonly FilterRequest[]): readonly BoundBreakpoint[] {
    this.#requests = requests;
    this.#active = new Map();
    const bound = requests.map(({ filter, condition = '' }): BoundBreakpoint => {
      const id = this.#idOf(filter);
      const place = { source: undefined, address: undefined };
      if (!exceptionFilters.some((known) => known.filter === filter))
        return { id, verified: false, message: `there is no filter ${filter}`, ...place };
      const parsed = condition.trim() === '' ? undefined : parseFilterCondition(condition);
      if (parsed?.ok === false) return { id, verified: false, message: parsed.problem.message, ...place };
      this.#active.set(filter, { id, condition: parsed?.value });
      return { id, verified: true, message: undefined, ...place };
    });
    this.#changed();
    return bound;
  }

  get wantsErrors(): boolean {
    return this.#active.has(helperErrors);
  }

  fault(fault: Fault, evaluator: BreakpointEvaluator): ExceptionArrival {
    const filter = filterOf(fault);
    return this.#arrive(filter?.filter, { error: fault.kind, helper: undefined }, evaluator);
  }

  error({ errno, helper }: HelperError, evaluator: BreakpointEvaluator): ExceptionArrival {
    return this.#arrive(helperErrors, { error: errnoName(-errno), helper }, evaluator);
  }

  #arrive(
    filter: string | undefined,
    { error, helper }: { readonly error: string; readonly helper: string | undefined },
    evaluator: BreakpointEvaluator,
  ): ExceptionArrival {
    const active = filter === undefined ? undefined : this.#active.get(filter);
    if (active === undefined) return { id: undefined, messages: [] };
    const { id, condition } = active;
    if (condition === undefined) return { id, messages: [] };
    if (condition.kind === 'words') {
      const { errors, names } = condition;
      const met =
        (errors.length === 0 || errors.includes(error)) &&
        (names.length === 0 || names.some((name) => helper !== undefined && name.test(helper)));
      return { id: met ? id : undefined, messages: [] };
    }
    const holds = evaluator.condition(condition.text);
    if (holds.ok) return { id: holds.value ? id : undefined, messages: [] };
    const text = `condition '${condition.text}': ${holds.problem.message}`;
    return { id, messages: [{ kind: 'problem', text }] };
  }
}
