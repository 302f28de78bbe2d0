import { attempt, raise, type Place, type Result } from '../base/problem.ts';

/** JSON whose integers are exact: those beyond 2⁵³ are bigints. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** Deeper than any scenario, and shallow enough for every host's stack. */
const deepest = 200;

/** Reads JSON text; `//` and block comments are allowed. Problem `bad-json` has the line. */
export function parseJson(text: string, place: Place = {}): Result<JsonValue> {
  return attempt(() => new JsonReader(text, place).document());
}

/** One line; bigints as the numbers they are, as bpftool prints them. */
export function printJson(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return printString(value);
    case 'object':
      return value === null ? 'null' : printList(value);
    default:
      return value.toString();
  }
}

function printString(text: string): string {
  return /^[\w .,:/+-]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}

function printList(value: readonly JsonValue[] | JsonObject): string {
  let text = '';
  if (isJsonArray(value)) {
    for (const item of value) text += text === '' ? printJson(item) : `,${printJson(item)}`;
    return `[${text}]`;
  }
  for (const name of Object.keys(value)) {
    const member = `${printString(name)}:${printJson(value[name] ?? null)}`;
    text += text === '' ? member : `,${member}`;
  }
  return `{${text}}`;
}

export function isJsonArray(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class JsonReader {
  readonly #text: string;
  readonly #place: Place;
  #at = 0;

  constructor(text: string, place: Place) {
    this.#text = text;
    this.#place = place;
    if (text.startsWith('\ufeff')) this.#at = 1;
  }

  document(): JsonValue {
    const value = this.#value(0);
    this.#skip();
    if (this.#at < this.#text.length) this.#wrong('the end of the file');
    return value;
  }

  #value(depth: number): JsonValue {
    this.#skip();
    if (depth > deepest) this.#wrong(`at most ${deepest} levels`);
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#word();
    }
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, JsonValue>();
    this.#list('}', () => {
      if (this.#text[this.#at] !== '"') this.#wrong('a member name in double quotes');
      const name = this.#string();
      this.#skip();
      this.#expect(':');
      const value = this.#value(depth + 1);
      members.set(name, merged(members.get(name), value));
    });
    return Object.fromEntries(members);
  }

  #array(depth: number): JsonValue[] {
    const items: JsonValue[] = [];
    this.#list(']', () => items.push(this.#value(depth + 1)));
    return items;
  }

  #list(end: string, item: () => void): void {
    this.#at++;
    this.#skip();
    if (this.#text[this.#at] === end) {
      this.#at++;
      return;
    }
    for (;;) {
      this.#skip();
      item();
      this.#skip();
      if (this.#text[this.#at] === end) break;
      this.#expect(',');
    }
    this.#at++;
  }

  #string(): string {
    const match = this.#match(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
    if (match === undefined) this.#wrong('a string');
    // The pattern is that of JSON strings, so this is one.
    return JSON.parse(match) as string;
  }

  #word(): JsonValue {
    const number = this.#match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (number !== undefined) {
      const value = Number(number);
      return Number.isSafeInteger(value) || !/^-?\d+$/.test(number) ? value : BigInt(number);
    }
    const word = this.#match(/true|false|null/y);
    if (word === undefined) return this.#wrong('a value');
    return word === 'null' ? null : word === 'true';
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text)?.[0];
    if (match !== undefined) this.#at += match.length;
    return match;
  }

  #skip(): void {
    this.#match(/(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/)*/y);
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) this.#wrong(`'${character}'`);
    this.#at++;
  }

  #wrong(expected: string): never {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    const found =
      this.#at < this.#text.length ? JSON.stringify(this.#text.slice(this.#at, this.#at + 12)) : 'the end';
    return raise('bad-json', `${expected} was expected, found ${found}`, { ...this.#place, line });
  }
}

/** bpftool gives every anonymous member of a struct the name "": they become one. */
function merged(before: JsonValue | undefined, value: JsonValue): JsonValue {
  if (!isJsonObject(before) || !isJsonObject(value)) return value;
  return mergeObjects(before, value);
}

export function mergeObjects(first: JsonObject, second: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = { ...first };
  for (const [name, value] of Object.entries(second)) {
    result[name] = name === '' ? merged(result[name], value) : value;
  }
  return result;
}
