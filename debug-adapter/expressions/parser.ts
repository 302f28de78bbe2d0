import { attempt, type Result } from '../../vm/base/problem.ts';
import { raiseAt, tokenize, type Token } from './lexer.ts';
import { displayFormats } from '../debugger/inspection/display-format.ts';
import type { BinaryOperator, Expression, Parsed, TypeSyntax, UnaryOperator } from './syntax.ts';
import { parseType, startsType, type TypeNames } from './type-syntax.ts';

/** Binding strengths of binary operators in C, weakest first. */
const levels: readonly (readonly BinaryOperator[])[] = [
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const unaryOperators: readonly UnaryOperator[] = ['*', '&', '-', '+', '!', '~'];
const assignments: Readonly<Record<string, BinaryOperator | undefined>> = {
  '+=': '+',
  '-=': '-',
  '*=': '*',
  '/=': '/',
  '%=': '%',
  '&=': '&',
  '|=': '|',
  '^=': '^',
  '<<=': '<<',
  '>>=': '>>',
};
/** Nesting that no one writes, and that would exhaust the stack of the host. */
const deepestNesting = 200;

/** Parses a C expression with what may stand after it: `,x`, `,16`, `,[n],x`. `types` tells `(flow_t)x` from `(flow)(x)`. */
export function parse(text: string, types: TypeNames): Result<Parsed> {
  return attempt(() => new Parser(tokenize(text), types).whole());
}

/** Reads tokens one after the other. */
export class Parser {
  readonly #tokens: readonly Token[];
  readonly #types: TypeNames;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], types: TypeNames) {
    this.#tokens = tokens;
    this.#types = types;
  }

  whole(): Parsed {
    if (this.#atEnd()) raiseAt(0, 'expression-empty', 'there is no expression');
    const expression = this.#assignment();
    const { start: end } = this.token;
    let count: Expression | undefined;
    let format: Parsed['format'];
    while (this.accept(',')) {
      const { start, kind } = this.token;
      const isCount = kind === 'number' || this.is('[');
      if (isCount ? count !== undefined || format !== undefined : format !== undefined)
        raiseAt(start, 'expression-format', 'one number of elements, then one format');
      if (isCount) count = this.#count();
      else format = this.#format();
    }
    if (!this.#atEnd()) this.#unexpected('the end of the expression');
    return { expression, count, format, end };
  }

  /** `16` or `[n]`. */
  #count(): Expression {
    if (!this.accept('[')) return this.#primary();
    const count = this.#nested(() => this.#conditional());
    this.expect(']');
    return count;
  }

  /** The names of formats may have a `-` in them. */
  #format(): NonNullable<Parsed['format']> {
    const { start } = this.token;
    let name = '';
    while (this.token.kind === 'name' || (name !== '' && this.is('-'))) {
      name += textOf(this.token);
      this.advance();
    }
    const format = displayFormats[name];
    if (format !== undefined) return format.format;
    const known = Object.entries(displayFormats).map(([word, about]) => `${word} (${about?.meaning ?? ''})`);
    return raiseAt(
      start,
      'expression-format',
      `after the comma stands a number of elements, or one of ${known.join(', ')}`,
    );
  }

  get token(): Token {
    // There is always the token `end`, which is never passed.
    return this.#tokens[this.#next] ?? { kind: 'end', start: 0, end: 0 };
  }

  /** The token after the current one. */
  get ahead(): Token {
    return this.#tokens[this.#next + 1] ?? this.token;
  }

  advance(): void {
    if (!this.#atEnd()) this.#next++;
  }

  #atEnd(): boolean {
    return this.token.kind === 'end';
  }

  is(text: string): boolean {
    return this.token.kind === 'punctuator' && this.token.text === text;
  }

  accept(text: string): boolean {
    const found = this.is(text);
    if (found) this.#next++;
    return found;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.#unexpected(`'${text}'`);
  }

  #unexpected(wanted: string): never {
    const { token } = this;
    const found = token.kind === 'end' ? 'the expression ends' : `'${textOf(token)}' stands`;
    return raiseAt(token.start, 'expression-syntax', `${found} where ${wanted} is expected`);
  }

  #assignment(): Expression {
    const target = this.#conditional();
    const { token } = this;
    if (token.kind !== 'punctuator') return target;
    const operator = assignments[token.text];
    if (token.text !== '=' && operator === undefined) return target;
    this.#next++;
    const value = this.is('{') ? this.#list() : this.#nested(() => this.#assignment());
    return { kind: 'assign', operator, target, value, at: token.start };
  }

  #conditional(): Expression {
    const test = this.#logical('||');
    const at = this.token.start;
    if (!this.accept('?')) return test;
    const yes = this.#nested(() => this.#assignment());
    this.expect(':');
    const no = this.#nested(() => this.#conditional());
    return { kind: 'conditional', test, yes, no, at };
  }

  #logical(operator: '&&' | '||'): Expression {
    const operand = (): Expression => (operator === '||' ? this.#logical('&&') : this.#binary(0));
    let left = operand();
    for (;;) {
      const at = this.token.start;
      if (!this.accept(operator)) return left;
      left = { kind: 'logical', operator, left, right: operand(), at };
    }
  }

  #binary(level: number): Expression {
    const operators = levels[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const at = this.token.start;
      const operator = operators.find((candidate) => this.is(candidate));
      if (operator === undefined) return left;
      this.#next++;
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1), at };
    }
  }

  #unary(): Expression {
    return this.#nested(() => {
      const { token } = this;
      const at = token.start;
      const increment = this.#acceptIncrement();
      if (increment !== undefined)
        return { kind: 'increment', operator: increment, operand: this.#unary(), postfix: false, at };
      const operator = unaryOperators.find((candidate) => this.is(candidate));
      if (operator !== undefined) {
        this.#next++;
        return { kind: 'unary', operator, operand: this.#unary(), at };
      }
      if (token.kind === 'name' && token.text === 'sizeof') return this.#sizeof(at);
      if (this.is('(') && startsType(this.ahead, this.#types)) {
        const type = this.#parenthesisedType();
        if (this.is('{'))
          raiseAt(this.token.start, 'expression-unsupported', 'compound literals are not supported');
        return { kind: 'cast', type, operand: this.#unary(), at };
      }
      return this.#postfix();
    });
  }

  #sizeof(at: number): Expression {
    this.#next++;
    const isType = this.is('(') && startsType(this.ahead, this.#types);
    return { kind: 'sizeof', operand: isType ? this.#parenthesisedType() : this.#unary(), at };
  }

  #parenthesisedType(): TypeSyntax {
    this.expect('(');
    const type = parseType(this);
    this.expect(')');
    return type;
  }

  #postfix(): Expression {
    let object = this.#primary();
    for (;;) {
      const { start: at } = this.token;
      if (this.accept('[')) {
        const index = this.is('{') ? this.#list() : this.#nested(() => this.#conditional());
        const cpu = this.accept(',') ? this.#nested(() => this.#conditional()) : undefined;
        this.expect(']');
        object = { kind: 'index', object, index, cpu, at };
      } else if (this.is('.') || this.is('->')) {
        const arrow = this.is('->');
        this.#next++;
        object = { kind: 'member', object, arrow, name: this.#memberName(), at };
      } else if (this.is('(')) {
        return raiseAt(at, 'expression-call', 'functions cannot be called from an expression');
      } else {
        const operator = this.#acceptIncrement();
        if (operator === undefined) return object;
        object = { kind: 'increment', operator, operand: object, postfix: true, at };
      }
    }
  }

  #acceptIncrement(): '+' | '-' | undefined {
    if (this.accept('++')) return '+';
    return this.accept('--') ? '-' : undefined;
  }

  #memberName(): string {
    const { token } = this;
    if (token.kind !== 'name') return this.#unexpected('the name of a member');
    this.#next++;
    return token.text;
  }

  #primary(): Expression {
    const { token } = this;
    const at = token.start;
    switch (token.kind) {
      case 'name':
        this.#next++;
        return { kind: 'name', name: token.text, at };
      case 'special':
        this.#next++;
        return { kind: 'special', name: token.text, at };
      case 'number':
        this.#next++;
        return { kind: 'number', value: token.value, decimal: token.decimal, suffix: token.suffix, at };
      case 'character':
        this.#next++;
        return { kind: 'character', value: token.value, at };
      case 'string':
        this.#next++;
        return { kind: 'string', bytes: token.bytes, at };
      case 'punctuator':
        if (token.text === '{' && this.#next === 0) return this.#list();
        if (token.text !== '(') return this.#unexpected('a value');
        return this.#parenthesised();
      case 'end':
        return this.#unexpected('a value');
    }
  }

  #parenthesised(): Expression {
    this.expect('(');
    const inner = this.#nested(() => this.#assignment());
    this.expect(')');
    return inner;
  }

  #list(): Expression {
    return this.#nested(() => {
      const at = this.token.start;
      this.expect('{');
      const items: { member: string | undefined; value: Expression }[] = [];
      while (!this.is('}')) {
        const member = this.#designator();
        const value = this.is('{') ? this.#list() : this.#conditional();
        items.push({ member, value });
        if (!this.accept(',')) break;
      }
      this.expect('}');
      return { kind: 'list', items, at };
    });
  }

  /** `.name =`, or `name =` as values are shown. */
  #designator(): string | undefined {
    const dotted = this.accept('.');
    const shown = this.token.kind === 'name' && this.ahead.kind === 'punctuator' && this.ahead.text === '=';
    if (!dotted && !shown) return undefined;
    const name = this.#memberName();
    this.expect('=');
    return name;
  }

  #nested<T>(body: () => T): T {
    if (++this.#depth > deepestNesting)
      raiseAt(this.token.start, 'expression-nesting', 'the expression is nested too deeply');
    const result = body();
    this.#depth--;
    return result;
  }
}

function textOf(token: Token): string {
  switch (token.kind) {
    case 'name':
    case 'punctuator':
      return token.text;
    case 'special':
      return `$${token.text}`;
    case 'number':
    case 'character':
      return `${token.value}`;
    case 'string':
      return '"';
    case 'end':
      return '';
  }
}
