/** The tokens of one line of assembly, and reading them one by one. All dialects share them. */
import { raise } from '../../base/problem.ts';
import { registerCount } from '../opcode.ts';
import type { Width } from '../row.ts';

const tokenPattern =
  /\s*(?:(?<register>%?[rw]\d+)(?![\w.])|(?<number>0[xX][0-9a-fA-F]+|\d+)(?![\w.])|(?<operator>s(?:>>=|\/=|%=|>=|<=|>|<)|<<=|>>=|[-+*/|&^%=!<>]=|[-+*()[\]<>=&,#@:])|(?<word>kernel-function|[A-Za-z_.$][\w.$]*))/uy;

type Token =
  | { readonly kind: 'register'; readonly text: string; readonly width: Width; readonly number: number }
  | { readonly kind: 'number'; readonly text: string; readonly value: bigint }
  | { readonly kind: 'operator' | 'word' | 'end'; readonly text: string };

export interface Register {
  readonly number: number;
  /** 32 where written as `w`. */
  readonly width: Width;
  readonly text: string;
}

export interface Address {
  readonly base: number;
  readonly off: number;
}

/** The bounds of a field that a number has to fit. */
export interface NumberRange {
  readonly min: bigint;
  readonly max: bigint;
}

export const ranges = {
  off: { min: -0x8000n, max: 0x7fffn },
  s32: { min: -0x8000_0000n, max: 0x7fff_ffffn },
  /** 32 bits, written signed or unsigned. */
  any32: { min: -0x8000_0000n, max: 0xffff_ffffn },
  any64: { min: -(1n << 63n), max: (1n << 64n) - 1n },
} as const satisfies Record<string, NumberRange>;

const end: Token = { kind: 'end', text: 'the end of the line' };

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < trimmed.length) {
    const at = tokenPattern.lastIndex;
    const groups = tokenPattern.exec(trimmed)?.groups;
    if (groups === undefined) raise('bad-assembly', `cannot read '${trimmed.slice(at).trim()}'`);
    tokens.push(tokenOf(groups));
  }
  return tokens;
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>): Token {
  const { register, number, operator, word } = groups;
  if (register !== undefined) {
    const letterAt = register.startsWith('%') ? 1 : 0;
    const index = Number(register.slice(letterAt + 1));
    if (index >= registerCount) raise('bad-assembly', `there is no register ${register}, only r0 to r10`);
    return {
      kind: 'register',
      text: register,
      number: index,
      width: register[letterAt] === 'w' ? 32 : 64,
    };
  }
  if (number !== undefined) return { kind: 'number', text: number, value: BigInt(number) };
  if (operator !== undefined) return { kind: 'operator', text: operator };
  return { kind: 'word', text: word ?? '' };
}

/** Reads the tokens of a line in order; what does not fit raises `bad-assembly`. */
export class LineReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? end;
  }

  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  /** Takes the next token when it is this operator or word. */
  accept(text: string): boolean {
    const token = this.peek();
    if (token.text !== text || token.kind === 'end') return false;
    this.#at++;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.unexpected(`'${text}'`);
  }

  word(what: string): string {
    return this.peek().kind === 'word' ? this.next().text : this.unexpected(what);
  }

  register(width?: Width): Register {
    const token = this.peek();
    if (token.kind !== 'register') return this.unexpected('a register');
    if (width !== undefined && token.width !== width) {
      raise('bad-assembly', `${token.text} has ${token.width} bits; a register of ${width} bits goes here`);
    }
    this.#at++;
    return token;
  }

  /** A number with an optional sign, within `range`. */
  integer(range: NumberRange, what: string): bigint {
    const negative = this.accept('-');
    if (!negative) this.accept('+');
    const token = this.peek();
    if (token.kind !== 'number') return this.unexpected(what);
    this.#at++;
    const value = negative ? -token.value : token.value;
    if (value < range.min || value > range.max) {
      raise('bad-assembly', `${what} ${value} does not fit: it may be ${range.min} to ${range.max}`);
    }
    return value;
  }

  /** As `integer`, wrapped to signed 32 bits. */
  integer32(range: NumberRange, what: string): number {
    return Number(BigInt.asIntN(32, this.integer(range, what)));
  }

  /** `r1`, `r1 + 4`, `r1 -0x8`. */
  address(): Address {
    const base = this.register(64).number;
    const { text } = this.peek();
    const off = text === '+' || text === '-' ? this.integer32(ranges.off, 'an offset') : 0;
    return { base, off };
  }

  startsNumber(): boolean {
    const { kind, text } = this.peek();
    return kind === 'number' || ((text === '+' || text === '-') && this.peek(1).kind === 'number');
  }

  finish(): void {
    if (this.peek().kind !== 'end') this.unexpected('the end of the line');
  }

  unexpected(wanted: string): never {
    const token = this.peek();
    const found = token.kind === 'end' ? token.text : `'${token.text}'`;
    return raise('bad-assembly', `found ${found}; ${wanted} goes here`);
  }
}
