import { raise } from '../../vm/base/problem.ts';

export type Token = {
  /** Where it starts and ends in the text, counted from 0. */
  readonly start: number;
  readonly end: number;
} & (
  | { readonly kind: 'name'; readonly text: string }
  /** `$r1`, `$traversal`: what the debugger knows, without the dollar. */
  | { readonly kind: 'special'; readonly text: string }
  | { readonly kind: 'number'; readonly value: bigint; readonly decimal: boolean; readonly suffix: string }
  | { readonly kind: 'character'; readonly value: bigint }
  | { readonly kind: 'string'; readonly bytes: Uint8Array }
  | { readonly kind: 'punctuator'; readonly text: string }
  | { readonly kind: 'end' }
);

/** A problem in an expression; `start` is counted from 0, the message counts from 1. */
export function raiseAt(start: number, code: string, message: string): never {
  return raise(code, `column ${start + 1}: ${message}`);
}

/** Longer ones first. */
const punctuators = [
  ...['<<=', '>>='],
  ...['->', '<<', '>>', '<=', '>=', '==', '!=', '&&', '||', '++', '--'],
  ...['+=', '-=', '*=', '/=', '%=', '&=', '|=', '^='],
  ...'()[]{}.,;?:=+-*/%&|^~!<>'.split(''),
];

const namePattern = /[A-Za-z_]\w*/y;
const specialPattern = /\$(\w+)/y;
const numberPattern = /(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)(\w*)/y;
const suffixPattern = /^(u?l{0,2}|l{1,2}u)$/i;
const encoder = new TextEncoder();

/** The tokens of an expression, with one of kind `end` after the last. Raises for characters that C does not have. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(text.charAt(at))) at++;
    if (at >= text.length) break;
    const token = tokenAt(text, at);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', start: text.length, end: text.length });
  return tokens;
}

function tokenAt(text: string, start: number): Token {
  const name = match(namePattern, text, start);
  if (name) return { kind: 'name', text: name[0], start, end: start + name[0].length };
  const special = match(specialPattern, text, start);
  if (special) return { kind: 'special', text: special[1] ?? '', start, end: start + special[0].length };
  const number = match(numberPattern, text, start);
  if (number) return numberToken(number, text, start);
  const first = text.charAt(start);
  if (first === "'" || first === '"') return quoted(text, start, first);
  const punctuator = punctuators.find((candidate) => text.startsWith(candidate, start));
  if (punctuator === undefined)
    return raiseAt(start, 'expression-character', `'${first}' does not belong in an expression`);
  return { kind: 'punctuator', text: punctuator, start, end: start + punctuator.length };
}

function match(pattern: RegExp, text: string, start: number): RegExpExecArray | null {
  pattern.lastIndex = start;
  return pattern.exec(text);
}

function numberToken([whole, digits = '', suffix = '']: RegExpExecArray, text: string, start: number): Token {
  const end = start + whole.length;
  if (text.charAt(end) === '.' && /\d/.test(text.charAt(end + 1)))
    return raiseAt(start, 'expression-number', 'floating-point numbers are not supported');
  if (!suffixPattern.test(suffix)) return raiseAt(start, 'expression-number', `${whole} is not a number`);
  const octal = /^0\d/.test(digits);
  if (octal && /[89]/.test(digits))
    return raiseAt(start, 'expression-number', `${digits} is not an octal number`);
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase());
  if (value >= 1n << 64n) return raiseAt(start, 'expression-number', `${digits} does not fit 64 bits`);
  const decimal = /^[1-9]/.test(digits);
  return { kind: 'number', value, decimal, suffix: suffix.toLowerCase(), start, end };
}

const simpleEscapes: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  '0': 0,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
};

function quoted(text: string, start: number, mark: string): Token {
  const bytes: number[] = [];
  let at = start + 1;
  while (text.charAt(at) !== mark) {
    if (at >= text.length) return raiseAt(start, 'expression-quote', `${mark} is not closed`);
    if (text.charAt(at) === '\\') {
      const hex = /^\\x([0-9a-fA-F]{1,2})/.exec(text.slice(at, at + 4));
      const escape = text.charAt(at + 1);
      const code = hex ? parseInt(hex[1] ?? '', 16) : simpleEscapes[escape];
      if (code === undefined) return raiseAt(at, 'expression-quote', `\\${escape} is not an escape`);
      bytes.push(code);
      at += hex ? hex[0].length : 2;
    } else {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      bytes.push(...encoder.encode(character));
      at += character.length;
    }
  }
  const end = at + 1;
  if (mark === '"') return { kind: 'string', bytes: Uint8Array.from(bytes), start, end };
  const [only] = bytes;
  if (only === undefined || bytes.length !== 1)
    return raiseAt(start, 'expression-quote', 'a character constant has one character');
  return { kind: 'character', value: BigInt.asIntN(8, BigInt(only)), start, end };
}
