import type { Result } from '../../../vm/base/problem.ts';
import type { KernelMap } from '../../../vm/machine/kernel-map.ts';
import type { Stop } from '../stop.ts';
import type { ActiveBreakpoint, BreakpointKind, Conditional } from './breakpoint.ts';

/** Evaluates what breakpoints ask, in the innermost frame of the machine where it stands. It changes nothing. */
export interface BreakpointEvaluator {
  /** Whether an expression is not 0. */
  condition(expression: string): Result<boolean>;
  /**
   * As `condition`, in the innermost frame at an arrival at a slot, as a function that can be called often; it gives
   * undefined where only `condition` can say. Undefined: not for this expression.
   */
  compile?(expression: string, slot: number): (() => boolean | undefined) | undefined;
  /** The value of an expression as text, for log messages. */
  text(expression: string): Result<string>;
  /** The bytes of a map's key, written as an expression; without it no element can be named. */
  key?(map: KernelMap, text: string): Result<Uint8Array>;
}

/** What the arrival at an instruction with breakpoints leads to. */
export interface Arrival {
  readonly stop: Extract<Stop, { readonly breakpoints: readonly number[] }> | undefined;
  /** Messages of log points, and problems of conditions. */
  readonly messages: readonly BreakpointMessage[];
}

export interface BreakpointMessage {
  readonly kind: 'log' | 'problem';
  readonly text: string;
}

/** Counts the hits of breakpoints at one instruction, and finds which of them stop. */
export function arriveAt(
  slot: number,
  breakpoints: readonly ActiveBreakpoint[],
  evaluator: BreakpointEvaluator,
): Arrival {
  const messages: BreakpointMessage[] = [];
  const texts: string[] = [];
  const stopping = breakpoints.filter((breakpoint) => {
    const text = breakpoint.occurs?.(slot);
    if (breakpoint.occurs !== undefined && text === undefined) return false;
    const stops = hits(breakpoint, evaluator, messages);
    if (stops && text !== undefined) texts.push(text);
    return stops;
  });
  const kind = stopKinds.find(({ of }) => stopping.some((breakpoint) => breakpoint.kind === of));
  const ids = stopping.map(({ id }) => id);
  if (kind?.of === 'function' && texts.length > 0)
    return { stop: { reason: kind.reason, breakpoints: ids, text: texts.join('\n') }, messages };
  return { stop: kind && { reason: kind.reason, breakpoints: ids }, messages };
}

const stopKinds = [
  { of: 'source', reason: 'breakpoint' },
  { of: 'function', reason: 'function breakpoint' },
  { of: 'instruction', reason: 'instruction breakpoint' },
] as const satisfies readonly { of: BreakpointKind; reason: Stop['reason'] }[];

/** Whether a breakpoint whose place was reached stops; counts the hit. */
export function hits(
  breakpoint: Conditional,
  evaluator: BreakpointEvaluator,
  messages: BreakpointMessage[],
): boolean {
  const { condition, hitCondition, log } = breakpoint;
  if (condition !== undefined) {
    const holds = evaluator.condition(condition);
    if (!holds.ok) {
      messages.push({ kind: 'problem', text: `condition '${condition}': ${holds.problem.message}` });
      return true;
    }
    if (!holds.value) return false;
  }
  breakpoint.hits++;
  if (hitCondition?.(breakpoint.hits) === false) return false;
  if (log === undefined) return true;
  messages.push({ kind: 'log', text: log.map((part) => logText(part, evaluator)).join('') });
  return false;
}

function logText(
  part: { readonly text: string } | { readonly expression: string },
  evaluator: BreakpointEvaluator,
): string {
  if ('text' in part) return part.text;
  const value = evaluator.text(part.expression);
  return value.ok ? value.value : `{${part.expression}: ${value.problem.message}}`;
}
