/**
 * What can go wrong outside the program under debug (a damaged object, a wrong scenario): a value, not an
 * exception. Faults of the program itself are `machine/fault.ts`.
 */

/** Where a problem is, as far as it is known. */
export interface Place {
  readonly file?: string;
  readonly section?: string;
  /** Byte offset within `section`, or within `file` where there is no section. */
  readonly offset?: number;
  /** Counted from 1. */
  readonly line?: number;
}

export interface Problem {
  /** Stable, kebab-case; programs may compare it. */
  readonly code: string;
  /** One sentence: what was found and what was expected. */
  readonly message: string;
  readonly place?: Place;
  /** What the user can do. */
  readonly hint?: string;
}

export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failed(problem: Problem): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem };
}

/** Carries a Problem through the inside of a reader; never crosses a public function: see `attempt`. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

export function raise(code: string, message: string, place?: Place, hint?: string): never {
  throw new ProblemError({ code, message, ...(place && { place }), ...(hint && { hint }) });
}

/** Runs `body`; a ProblemError it throws becomes a failed result, filled up with `place`. */
export function attempt<T>(body: () => T, place?: Place): Result<T> {
  try {
    return ok(body());
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { problem } = error;
    return failed(place ? { ...problem, place: { ...place, ...problem.place } } : problem);
  }
}

/** The value of a result; raises its problem where it failed. For use inside another `attempt`. */
export function expectOk<T>(result: Result<T>): T {
  if (!result.ok) throw new ProblemError(result.problem);
  return result.value;
}

/** `count.bpf.o: .BTF+0x40: message`, then the hint on a line of its own. */
export function formatProblem(problem: Problem): string {
  const { place, message, hint } = problem;
  const where: string[] = [];
  if (place?.file !== undefined)
    where.push(place.line === undefined ? place.file : `${place.file}:${place.line}`);
  if (place?.section !== undefined) {
    where.push(
      place.offset === undefined ? place.section : `${place.section}+0x${place.offset.toString(16)}`,
    );
  } else if (place?.offset !== undefined) {
    where.push(`offset 0x${place.offset.toString(16)}`);
  }
  const text = [...where, message].join(': ');
  return hint === undefined ? text : `${text}\n${hint}`;
}
