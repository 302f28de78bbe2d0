import { describe, expect, test } from 'vitest';
import { parse } from './parser.ts';
import type { Expression, TypeSyntax } from './syntax.ts';

const types = { isType: (name: string) => name === '__u32' || name === 'flow_t' };

/** The structure of an expression with all parentheses written out. */
function shape(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
    case 'character':
      return `${expression.value}`;
    case 'string':
      return `"${expression.bytes.join(' ')}"`;
    case 'name':
      return expression.name;
    case 'special':
      return `$${expression.name}`;
    case 'unary':
      return `(${expression.operator} ${shape(expression.operand)})`;
    case 'binary':
    case 'logical':
      return `(${shape(expression.left)} ${expression.operator} ${shape(expression.right)})`;
    case 'conditional':
      return `(${shape(expression.test)} ? ${shape(expression.yes)} : ${shape(expression.no)})`;
    case 'assign':
      return `(${shape(expression.target)} ${expression.operator ?? ''}= ${shape(expression.value)})`;
    case 'increment': {
      const twice = expression.operator.repeat(2);
      const operand = shape(expression.operand);
      return expression.postfix ? `(${operand}${twice})` : `(${twice}${operand})`;
    }
    case 'member':
      return `(${shape(expression.object)}${expression.arrow ? '->' : '.'}${expression.name})`;
    case 'index': {
      const cpu = expression.cpu === undefined ? '' : `, ${shape(expression.cpu)}`;
      return `(${shape(expression.object)}[${shape(expression.index)}${cpu}])`;
    }
    case 'cast':
      return `(<${typeShape(expression.type)}> ${shape(expression.operand)})`;
    case 'sizeof':
      return `sizeof ${'kind' in expression.operand ? shape(expression.operand) : `<${typeShape(expression.operand)}>`}`;
    case 'list':
      return `{${expression.items.map(({ member, value }) => (member === undefined ? '' : `.${member} = `) + shape(value)).join(', ')}}`;
  }
}

function typeShape({ tag, name, stars, dimensions }: TypeSyntax): string {
  return [tag ?? '', name, '*'.repeat(stars), dimensions.map((n) => `[${n}]`).join('')]
    .filter(Boolean)
    .join(' ');
}

describe('structure', () => {
  test.each([
    ['1 + 2 * 3', '(1 + (2 * 3))'],
    ['1 - 2 - 3', '((1 - 2) - 3)'],
    ['a << 1 + 2 < 3', '((a << (1 + 2)) < 3)'],
    ['a & b == c', '(a & (b == c))'],
    ['a | b ^ c & d', '(a | (b ^ (c & d)))'],
    ['a || b && c', '(a || (b && c))'],
    ['a ? b : c ? d : e', '(a ? b : (c ? d : e))'],
    ['a = b += 1', '(a = (b += 1))'],
    ['a <<= 2', '(a <<= 2)'],
    ['a++ + --b', '((a++) + (--b))'],
    ['*p++', '(* (p++))'],
    ['++p->a', '(++(p->a))'],
    ['-~!*&a', '(- (~ (! (* (& a)))))'],
    ['- -1', '(- (- 1))'],
    ['p->a.b[2]', '(((p->a).b)[2])'],
    ['*p->a', '(* (p->a))'],
    ['(*p).a', '((* p).a)'],
    ['m[{1, {2}}].x', '((m[{1, {2}}]).x)'],
    ['m[{.a = 1, .b = 2}]', '(m[{.a = 1, .b = 2}])'],
    ['m[7, 1]', '(m[7, 1])'],
    ['(struct count *)$r3', '(<struct count *> $r3)'],
    ['(const struct count *const)p', '(<struct count *> p)'],
    ['(__u32)x + 1', '((<__u32> x) + 1)'],
    ['(unsigned long)x', '(<unsigned long> x)'],
    ['(x) + 1', '(x + 1)'],
    ['(flow_t[2])x', '(<flow_t [2]> x)'],
    ['sizeof(__u32)', 'sizeof <__u32>'],
    ['sizeof(x)', 'sizeof x'],
    ['sizeof x + 1', '(sizeof x + 1)'],
    ["'a' + '\\n' + '\\x7f'", '((97 + 10) + 127)'],
    ['0x10 + 010 + 0b11 + 10ull', '(((16 + 8) + 3) + 10)'],
    ['s == "a\\0"', '(s == "97 0")'],
    ['{1, 2}', '{1, 2}'],
    ['{packets = 3, bytes = 180}', '{.packets = 3, .bytes = 180}'],
  ])('%s', (text, expected) => {
    const parsed = parse(text, types);
    expect(parsed.ok ? shape(parsed.value.expression) : parsed.problem.message).toBe(expected);
  });

  test.each([
    ['a,x', 'x', ''],
    ['a + 1 , d', 'd', ''],
    ['a', undefined, ''],
    ['a,hex-bytes', 'bytes', ''],
    ['a,xb', 'bytes', ''],
    ['a, ip', 'ip', ''],
    ['p,16', undefined, '16'],
    ['p,[n + 1],x', 'x', '(n + 1)'],
    ['m[7, 1],4', undefined, '4'],
  ])('%s is shown as %s, as many as %s', (text, format, count) => {
    const parsed = parse(text, types);
    if (!parsed.ok) throw new Error(parsed.problem.message);
    const { value } = parsed;
    expect(value.format).toBe(format);
    expect(value.count === undefined ? '' : shape(value.count)).toBe(count);
    expect(text.slice(0, value.end).trim()).toBe(
      text.replace(/,\s*([a-z-]+|16|4|\[n \+ 1\](,x)?)$/, '').trim(),
    );
  });
});

describe('problems name the column', () => {
  test.each([
    ['', 'column 1: there is no expression'],
    ['1 +', 'column 4: the expression ends where a value is expected'],
    ['(1', "column 3: the expression ends where ')' is expected"],
    ['a b', "column 3: 'b' stands where the end of the expression is expected"],
    ['a @ b', "column 3: '@' does not belong in an expression"],
    ['f(1)', 'column 2: functions cannot be called from an expression'],
    ['++', 'column 3: the expression ends where a value is expected'],
    ['a,x,4', 'column 5: one number of elements, then one format'],
    ['a,4,4', 'column 5: one number of elements, then one format'],
    ['a,[4', "column 5: the expression ends where ']' is expected"],
    ['1.5', 'column 1: floating-point numbers are not supported'],
    ['09', 'column 1: 09 is not an octal number'],
    ['12z', 'column 1: 12z is not a number'],
    ['0x1ffffffffffffffff', 'column 1: 0x1ffffffffffffffff does not fit 64 bits'],
    ["'ab'", 'column 1: a character constant has one character'],
    ['"abc', 'column 1: " is not closed'],
    ["'\\q'", 'column 2: \\q is not an escape'],
    ['a.1', "column 3: '1' stands where the name of a member is expected"],
    [
      'a,q',
      'column 3: after the comma stands a number of elements, or one of x (hexadecimal), d (decimal), u (unsigned), o (octal), b (binary), c (character), s (text), ip (IP address), mac (MAC address), xb (bytes), hex-bytes (bytes)',
    ],
    ['a[', 'column 3: the expression ends where a value is expected'],
    ['(__u32[x])a', 'column 8: a dimension is a number'],
    ['('.repeat(1000), 'column 101: the expression is nested too deeply'],
  ])('%s', (text, message) => {
    const parsed = parse(text, types);
    expect(parsed.ok ? '' : parsed.problem.message).toBe(message);
  });
});
