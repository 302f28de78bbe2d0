import { ok, type Result } from '../../../vm/base/problem.ts';
import type { Conditional, Modifiers } from './breakpoint.ts';
import { parseHitCondition } from './hit-condition.ts';
import { parseLogMessage } from './log-message.ts';

/** What a breakpoint asks, with no hits yet; a problem where a hit count or a message is none. */
export function readModifiers({
  condition,
  hitCondition = '',
  logMessage = '',
}: Modifiers): Result<Conditional> {
  const hits = hitCondition.trim() === '' ? undefined : parseHitCondition(hitCondition);
  if (hits?.ok === false) return hits;
  const log = logMessage === '' ? undefined : parseLogMessage(logMessage);
  if (log?.ok === false) return log;
  const expression = condition?.trim() === '' ? undefined : condition;
  return ok({ condition: expression, hitCondition: hits?.value, log: log?.value, hits: 0 });
}
