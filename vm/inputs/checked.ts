import { raise } from '../base/problem.ts';

/**
 * Checked reading of parsed JSON. `path` names the place as a person would: `runs[1].expect`. All raise
 * `bad-scenario`.
 */

export function wrong(path: string, message: string, hint?: string): never {
  return raise('bad-scenario', `${path === '' ? 'the scenario' : path}: ${message}`, undefined, hint);
}

export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? value.toString()
    : typeof value;
}

export function memberPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** The members of an object; with `known`, any other is a problem that names it. */
export function membersOf(
  value: unknown,
  path: string,
  known?: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    wrong(path, `an object was expected, found ${describe(value)}`);
  if (known !== undefined) {
    const other = Object.keys(value).find((name) => !known.includes(name));
    if (other !== undefined)
      wrong(memberPath(path, other), 'there is no such member', `Known are ${known.join(', ')}.`);
  }
  // An object that is no array; its members are checked one by one.
  return value as Readonly<Record<string, unknown>>;
}

export function listOf(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) wrong(path, `a list was expected, found ${describe(value)}`);
  return value;
}

export function textOf(value: unknown, path: string): string {
  if (typeof value !== 'string') wrong(path, `a string was expected, found ${describe(value)}`);
  return value;
}

/** Reads an optional member. */
export function optional<T>(
  members: Readonly<Record<string, unknown>>,
  name: string,
  path: string,
  read: (value: unknown, path: string) => T,
): T | undefined {
  const value = members[name];
  return value === undefined ? undefined : read(value, memberPath(path, name));
}

/** An integer: a number, or a string in decimal or `0x` hexadecimal, for those beyond 2⁵³. */
export function integerOf(value: unknown, path: string): bigint {
  const integer = asInteger(value);
  if (integer === undefined)
    wrong(
      path,
      `an integer was expected, as a number or as a decimal or 0x string, found ${describe(value)}`,
    );
  return integer;
}

export function asInteger(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^\s*(-?)(0x[0-9a-f]+|\d+)\s*$/i.exec(value);
  if (match === null) return undefined;
  const magnitude = BigInt(match[2] ?? '');
  return match[1] === '-' ? -magnitude : magnitude;
}

/** An integer from `low` to `high`. */
export function numberOf(low: number, high: number): (value: unknown, path: string) => number {
  return (value, path) => {
    const integer = integerOf(value, path);
    if (integer < BigInt(low) || integer > BigInt(high))
      wrong(path, `${integer} is not from ${low} to ${high}`);
    return Number(integer);
  };
}
