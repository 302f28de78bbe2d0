import type { DebugProtocol } from '@vscode/debugprotocol';
import { formatProblem, ProblemError } from '../../vm/base/problem.ts';

/** The part of an error response that says what went wrong. */
export interface Failure {
  /** Short and stable, for programs: DAP's `notStopped` and `cancelled`, a Problem's code, or `internal`. */
  readonly message: string;
  readonly body: { readonly error: DebugProtocol.Message };
}

/** DAP wants a number for each kind of message: ours tell defects of the adapter from everything else. */
const messageIds = { internal: 1, problem: 2 };

export function failureOf(error: unknown, showUser: boolean): Failure {
  if (error instanceof ProblemError) {
    const { problem } = error;
    const format = formatProblem(problem);
    const show = showUser && problem.code !== 'notStopped' && problem.code !== 'cancelled';
    return { message: problem.code, body: { error: { id: messageIds.problem, format, showUser: show } } };
  }
  const text = error instanceof Error ? error.message : String(error);
  const format = `defect of the debugger: ${text}`;
  return { message: 'internal', body: { error: { id: messageIds.internal, format, showUser: true } } };
}

/** Where a defect comes from; undefined for problems that are nobody's defect. */
export function traceOf(error: unknown): string | undefined {
  if (error instanceof ProblemError) return undefined;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
