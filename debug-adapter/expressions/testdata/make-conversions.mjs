// Writes conversions.bpf.c: a program that computes many expressions and says what their types are. The same numbers
// come each time.
import { writeFileSync } from 'node:fs';

let seed = 20;
function random(below) {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) % below;
}
const pick = (choices) => choices[random(choices.length)];

const variables = [
  ...['s8', 'u8', 's16', 'u16', 's32', 'u32', 's64', 'u64'].map((type) => `var_${type}`),
  ...['flag', 'letter', 'color', 'warmth', 'bits.small', 'bits.minus', 'bits.part', 'bits.word', 'bits.most'],
  ...['numbers[1]', 'RED', 'GREEN', 'COLD', 'LARGE'],
];
const constants = [
  '1',
  '7u',
  '3l',
  '5ul',
  '0xffffffff',
  '2147483648',
  '2147483647',
  "'A'",
  '0x80000000ul',
  '010',
];
const casts = ['signed char', 'unsigned char', 'short', 'unsigned short', 'int', 'unsigned int', 'long'];
const types = [...casts, 'unsigned long', 'bool', '__u32', '__s64'];

/** Nothing that C leaves undefined: no division by what may be 0 or -1, no shift by more than 7. */
function expression(depth) {
  if (depth === 0) return pick([...variables, ...variables, ...constants]);
  const inner = () => expression(depth - 1);
  switch (random(9)) {
    case 0:
      return `${pick(['-', '~', '!', '+'])}(${inner()})`;
    case 1:
      return `(${pick(types)})(${inner()})`;
    case 2:
      return `(${inner()}) ${pick(['/', '%'])} ${1 + random(9)}${pick(['', 'u', 'l'])}`;
    case 3:
      return `(${inner()}) ${pick(['<<', '>>'])} ${random(8)}`;
    case 4:
      return `(${inner()}) ${pick(['<', '>', '<=', '>=', '==', '!='])} (${inner()})`;
    case 5:
      return `(${inner()}) ? (${inner()}) : (${inner()})`;
    case 6:
      return `(${inner()}) ${pick(['&&', '||'])} (${inner()})`;
    default:
      return `(${inner()}) ${pick(['+', '-', '*', '&', '|', '^'])} (${inner()})`;
  }
}

const expressions = new Set();
for (const left of variables)
  for (const right of ['var_s32', 'var_u32', 'var_s64']) expressions.add(`${left} + ${right}`);
for (const constant of constants) expressions.add(`-${constant}`);
while (expressions.size < 500) {
  const text = expression(1 + random(3)).replaceAll(/\(([\w.]+)\)(?! *[\w(~!-])/g, '$1');
  if (text.length < 96 && /[ (~!+-]/.test(text)) expressions.add(text);
}

const list = [...expressions];
writeFileSync(
  new URL('conversions.bpf.c', import.meta.url),
  `// SPDX-License-Identifier: MIT
/* Written by make-conversions.mjs. Wants -fwrapv: signed numbers wrap in an expression of the debugger. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define bool _Bool

enum color { RED, GREEN = 5 };
enum warmth { COLD = -1, HOT = 1 };
enum large { LARGE = 0x100000000 };

struct bits {
	unsigned int small : 3;
	int minus : 5;
	unsigned long part : 20;
	unsigned int word : 32;
	unsigned long most : 40;
};

struct result {
	__u64 value;
	__u32 size;
	__u32 is_signed;
};

volatile signed char var_s8 = -5;
volatile unsigned char var_u8 = 250;
volatile short var_s16 = -300;
volatile unsigned short var_u16 = 65000;
volatile int var_s32 = -7;
volatile unsigned int var_u32 = 0xfffffff0;
volatile long var_s64 = -9;
volatile unsigned long var_u64 = 0xfffffffffffffff7;
volatile bool flag = 1;
volatile char letter = 'z';
volatile enum color color = GREEN;
volatile enum warmth warmth = COLD;
enum large large = LARGE;
volatile struct bits bits = { 6, -3, 0xfffff, 0xfffffffe, 0xfffffffff0 };
volatile int numbers[4] = { 1, -2, 3, -4 };

struct result results[${list.length}];
const volatile char texts[${list.length}][96] = {
${list.map((text) => `	${JSON.stringify(text)},`).join('\n')}
};

#define COMPUTE(number, expression)                                             \\
	results[number].value = (__u64)(expression);                            \\
	results[number].size = sizeof(expression);                              \\
	results[number].is_signed = (typeof(expression))-1 < (typeof(expression))1

SEC("xdp")
int compute(struct xdp_md *ctx)
{
${list.map((text, number) => `	COMPUTE(${number}, ${text});`).join('\n')}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
`,
);
