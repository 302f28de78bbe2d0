import { raise } from '../../vm/base/problem.ts';

/**
 * Checks one value of a request's arguments and gives it its type; `path` names it in messages. Raises
 * `bad-arguments`.
 */
export type Shape<T> = (value: unknown, path: string) => T;

function wrong(path: string, expected: string, value: unknown): never {
  const found = value === undefined ? 'it is missing' : `found ${describe(value)}`;
  return raise('bad-arguments', `${path} has to be ${expected}; ${found}`);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

export const text: Shape<string> = (value, path) =>
  typeof value === 'string' ? value : wrong(path, 'a string', value);

export const flag: Shape<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : wrong(path, 'true or false', value);

export const integer: Shape<number> = (value, path) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : wrong(path, 'an integer', value);

/** An integer from 0. */
export const count: Shape<number> = (value, path) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : wrong(path, 'an integer from 0', value);

/** Null counts as absent, which is how some clients send it. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, path) => (value === undefined || value === null ? undefined : shape(value, path));
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, path) =>
    Array.isArray(value)
      ? value.map((item: unknown, index) => shape(item, `${path}[${index}]`))
      : wrong(path, 'an array', value);
}

export function oneOf<const T extends string>(...words: readonly T[]): Shape<T> {
  return (value, path) =>
    words.find((word) => word === value) ?? wrong(path, `one of ${words.join(', ')}`, value);
}

/** An object from names to values of one shape. */
export function dictionary<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, path) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shape(item, `${path}.${key}`)]))
      : wrong(path, 'an object', value);
}

type Fields = Readonly<Record<string, Shape<unknown>>>;
type Value<S> = S extends Shape<infer T> ? T : never;
type OptionalNames<F extends Fields> = {
  [K in keyof F]: undefined extends Value<F[K]> ? K : never;
}[keyof F];
/** Members that may be absent are optional properties, and absent where they are undefined. */
export type RecordOf<F extends Fields> = {
  readonly [K in Exclude<keyof F, OptionalNames<F>>]: Value<F[K]>;
} & { readonly [K in OptionalNames<F>]?: Exclude<Value<F[K]>, undefined> };

/** An object with these members; further members are left out. */
export function record<F extends Fields>(fields: F): Shape<RecordOf<F>> {
  return (value, path) => {
    if (!isObject(value)) return wrong(path, 'an object', value);
    const checked: Record<string, unknown> = {};
    for (const [name, shape] of Object.entries(fields)) {
      const member = shape(value[name], `${path}.${name}`);
      if (member !== undefined) checked[name] = member;
    }
    // Every field has passed its own shape: the type says no more than that.
    return checked as RecordOf<F>;
  };
}

/** Arguments that may be left out altogether. */
export function argumentsOf<F extends Fields>(fields: F): Shape<RecordOf<F>> {
  const shape = record(fields);
  return (value, path) => shape(value ?? {}, path);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
