import { expectOk, raise } from '../../vm/base/problem.ts';
import { sizeOf, spell, type CMember, type CStruct, type CType } from '../debug-info/c-type.ts';
import { basicTypeWords } from '../expressions/type-syntax.ts';
import type { ConsoleCommand } from './command.ts';

/** `.type EXPRESSION`: the type with offset and size of every member, as pahole writes it. */
export const typeCommand: ConsoleCommand = {
  name: '.type',
  usage: 'EXPRESSION|TYPE',
  summary: 'shows the type of an expression, or a type',
  help: [
    'Of a struct or union each member with its offset and size in bytes (of bit fields: bit and width), and the holes',
    'between them. A struct is named with its tag: `.type struct count`.',
  ],
  complete: 'expression',
  run: ({ evaluator, frame }, words) => {
    const [first = ''] = words.split(/[\s*]/);
    const isType = typeWords.includes(first) || evaluator.isType(first);
    const operand = expectOk(evaluator.typed(isType ? `*(${words} *)0` : words, frame));
    if (operand.kind === 'map') return `a map of type ${operand.map.typeName}`;
    if (operand.kind === 'traversal') return raise('expression-type', 'a traversal has no type of C');
    return typeText(operand.value.type);
  },
};

/** Beside the names of typedefs: what a type may begin with. */
const typeWords: readonly string[] = ['struct', 'union', 'enum', 'const', ...basicTypeWords];

function typeText(type: CType): string {
  const size = sizeOf(type);
  const sized = size === undefined ? '' : `  /* ${bytes(size)} */`;
  if (type.kind === 'struct') return structText(type, spell(type)).join('\n') + sized;
  if (type.kind === 'enum')
    return [
      `${spell(type)} {`,
      ...type.values.map(({ name, value }) => `    ${name} = ${value},`),
      `}${sized}`,
    ].join('\n');
  const pointed = type.kind === 'pointer' ? type.target() : undefined;
  const inner = pointed?.kind === 'struct' ? `\n${typeText(pointed)}` : '';
  return `${spell(type)}${sized}${inner}`;
}

function structText(struct: CStruct, title: string, base = 0, indent = ''): readonly string[] {
  const lines = [`${indent}${title} {`];
  let end = 0;
  for (const member of struct.members()) {
    if (!struct.union && member.bitOffset > end)
      lines.push(`${indent}    /* hole of ${bits(member.bitOffset - end)} */`);
    lines.push(...memberText(member, base, `${indent}    `));
    end = Math.max(end, member.bitOffset + (member.bitSize ?? (sizeOf(member.type) ?? 0) * 8));
  }
  if (!struct.union && struct.size * 8 > end)
    lines.push(`${indent}    /* padding of ${bits(struct.size * 8 - end)} */`);
  return [...lines, `${indent}}`];
}

function memberText(member: CMember, base: number, indent: string): readonly string[] {
  const { name, type, bitOffset, bitSize } = member;
  const at = base + bitOffset / 8;
  if (name === '' && type.kind === 'struct') {
    const inner = structText(type, type.union ? 'union' : 'struct', at, indent);
    return [...inner.slice(0, -1), `${indent}};`];
  }
  const place =
    bitSize === undefined
      ? `${at}: ${bytes(sizeOf(type) ?? 0)}`
      : `${Math.floor(at)}: bit ${bitOffset % 8}, ${bitSize} wide`;
  const width = bitSize === undefined ? '' : ` : ${bitSize}`;
  return [`${indent}${`${type.declare(name)}${width};`.padEnd(32)}  /* ${place} */`];
}

function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}

function bits(count: number): string {
  return count % 8 === 0 ? bytes(count / 8) : `${count} bits`;
}
