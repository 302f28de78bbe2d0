import { arrayOf, basic, pointerTo, type CType } from '../debug-info/c-type.ts';
import type { NamedTypes } from '../debug-info/debug-info.ts';
import { raiseAt, type Token } from './lexer.ts';
import type { Parser } from './parser.ts';
import type { TypeSyntax } from './syntax.ts';

/** Says whether a name is a type's, which decides how C is parsed. */
export interface TypeNames {
  isType(name: string): boolean;
}

const tags = ['struct', 'union', 'enum'] as const;
const qualifiers = ['const', 'volatile', 'restrict'];
export const basicTypeWords = ['void', 'char', 'short', 'int', 'long', 'signed', 'unsigned', 'bool', '_Bool'];

/** Names that everybody writes, for objects whose BTF does not have them. */
const commonTypes: Readonly<Record<string, CType | undefined>> = Object.fromEntries(
  (['u8', 's8', 'u16', 's16', 'u32', 's32', 'u64', 's64'] as const).flatMap((name) => {
    const type = basic[name];
    const standard = `${name.startsWith('u') ? 'uint' : 'int'}${name.slice(1)}_t`;
    return [name, `__${name}`, standard].map((spelling) => [
      spelling,
      {
        ...type,
        declare: (declarator: string) => (declarator === '' ? spelling : `${spelling} ${declarator}`),
      },
    ]);
  }),
);

/** Names of types that are known without debug information. */
export const commonTypeNames: readonly string[] = [...basicTypeWords, ...Object.keys(commonTypes)];

export function isCommonType(name: string): boolean {
  return Object.hasOwn(commonTypes, name);
}

export function startsType(token: Token, types: TypeNames): boolean {
  if (token.kind !== 'name') return false;
  const { text } = token;
  const isWord = [...tags, ...qualifiers, ...basicTypeWords].includes(text);
  return isWord || types.isType(text);
}

/** Reads a type name up to what follows it. The caller has found that one starts here. */
export function parseType(parser: Parser): TypeSyntax {
  const at = parser.token.start;
  const words: string[] = [];
  let tag: TypeSyntax['tag'];
  for (;;) {
    const { token } = parser;
    if (token.kind !== 'name') break;
    const found = tags.find((candidate) => candidate === token.text);
    if (found !== undefined) tag = found;
    else if (!qualifiers.includes(token.text)) words.push(token.text);
    parser.advance();
  }
  let stars = 0;
  for (;;) {
    if (parser.accept('*')) stars++;
    else if (parser.token.kind === 'name' && qualifiers.includes(parser.token.text)) parser.advance();
    else break;
  }
  const dimensions: number[] = [];
  while (parser.accept('[')) {
    const { token } = parser;
    if (token.kind !== 'number') return raiseAt(token.start, 'expression-type', 'a dimension is a number');
    parser.advance();
    parser.expect(']');
    dimensions.push(Number(token.value));
  }
  return { at, tag, name: words.join(' '), stars, dimensions };
}

/** Bytes that a made-up array may have: more is a mistake. */
const largestArray = 1 << 28;

/** The type that a type name means; raises where there is none of that name. */
export function typeOf(syntax: TypeSyntax, types: NamedTypes): CType {
  const base = baseType(syntax, types);
  if (base === undefined) {
    const name = syntax.tag === undefined ? syntax.name : `${syntax.tag} ${syntax.name}`;
    return raiseAt(syntax.at, 'expression-type', `there is no type ${name}`);
  }
  let type = base;
  for (let i = 0; i < syntax.stars; i++) type = pointerTo(type);
  for (const count of [...syntax.dimensions].reverse()) {
    if (count > largestArray) return raiseAt(syntax.at, 'expression-type', `${count} elements are too many`);
    type = arrayOf(type, count);
  }
  return type;
}

function baseType({ tag, name }: TypeSyntax, types: NamedTypes): CType | undefined {
  if (tag !== undefined) return types.named(name, [tag]);
  if (name === '') return basic.s32;
  return types.named(name, ['typedef', 'basic']) ?? commonTypes[name] ?? basicType(name);
}

/** `unsigned long int` and its kin, in any order. On BPF a long has 8 bytes, char is signed. */
function basicType(name: string): CType | undefined {
  const words = name.split(' ');
  if (!words.every((word) => basicTypeWords.includes(word))) return undefined;
  const has = (word: string): boolean => words.includes(word);
  if (has('void')) return words.length === 1 ? basic.void : undefined;
  if (has('bool') || has('_Bool')) return words.length === 1 ? basic.bool : undefined;
  const unsigned = has('unsigned');
  if (has('char')) return unsigned ? basic.u8 : has('signed') ? basic.s8 : basic.char;
  if (has('short')) return unsigned ? basic.u16 : basic.s16;
  if (has('long')) return unsigned ? basic.u64 : basic.s64;
  return unsigned ? basic.u32 : basic.s32;
}
