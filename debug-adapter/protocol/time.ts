import { raise } from '../../vm/base/problem.ts';

/** Nanoseconds of `5000000`, or of a time with a unit: `5ms`. Raises `bad-arguments`. */
export function readTime(given: string): bigint {
  const [, digits, unit = 'ns'] = /^\s*(\d{1,18})\s*(ns|us|ms|s)?\s*$/.exec(given) ?? [];
  if (digits === undefined) return raise('bad-arguments', `"${given}" is no time: 5000000, 5ms and 2s are`);
  return BigInt(digits) * { ns: 1n, us: 1000n, ms: 1_000_000n, s: 1_000_000_000n }[unit as Unit];
}

/** What the pattern above lets through. */
type Unit = 'ns' | 'us' | 'ms' | 's';
