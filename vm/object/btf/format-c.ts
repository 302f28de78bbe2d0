import { isEnum, isStruct, type Btf, type BtfEnum, type BtfMember, type BtfStruct } from './btf.ts';
import { declare } from './type-name.ts';

/** More anonymous types, and deeper, than people nest; verified BTF has no circles, so this only bounds the output. */
const mostBodies = 1000;
const deepest = 16;

interface Count {
  bodies: number;
}

/**
 * The definition of one type in C, as `bpftool btf dump file F format c` writes it: a struct with its members, an enum
 * with its values, a typedef, a function. Named types within it are only named.
 */
export function formatDefinition(btf: Btf, id: number): string {
  const type = btf.type(id);
  if (isStruct(type) || isEnum(type)) return `${formatBody(btf, type, '', { bodies: 0 })};`;
  if (type.kind === 'typedef')
    return `typedef ${formatDeclaration(btf, type.typeId, type.name, '', { bodies: 0 })};`;
  if (type.kind === 'fwd') return `${type.forwards} ${type.name};`;
  return `${declare(btf, id, '')};`;
}

function formatBody(btf: Btf, type: BtfStruct | BtfEnum, indent: string, count: Count): string {
  const keyword = type.kind === 'enum64' ? 'enum' : type.kind;
  const head = type.name === '' ? `${keyword} {` : `${keyword} ${type.name} {`;
  const inner = `${indent}\t`;
  const lines = isEnum(type)
    ? type.values.map(({ name, value }) => `${inner}${name} = ${value},`)
    : type.members.map((member) => `${inner}${formatMember(btf, member, inner, count)};`);
  return lines.length === 0 ? `${head}}` : [head, ...lines, `${indent}}`].join('\n');
}

function formatMember(btf: Btf, member: BtfMember, indent: string, count: Count): string {
  const width = member.bitSize === undefined ? '' : `: ${member.bitSize}`;
  return formatDeclaration(btf, member.typeId, member.name, indent, count) + width;
}

/** `id name`, with the body of an anonymous struct, union or enum in the place of its keyword. */
function formatDeclaration(btf: Btf, id: number, name: string, indent: string, count: Count): string {
  const text = declare(btf, id, name);
  const anonymous = anonymousCore(btf, id);
  if (anonymous === undefined || ++count.bodies > mostBodies) return text;
  const keyword = anonymous.kind === 'enum64' ? 'enum' : anonymous.kind;
  return text.replace(`${keyword} {...}`, () => formatBody(btf, anonymous, indent, count));
}

/** The anonymous struct, union or enum at the end of pointers, arrays and qualifiers. */
function anonymousCore(btf: Btf, id: number): BtfStruct | BtfEnum | undefined {
  let type = btf.skipModifiers(id);
  for (let steps = 0; steps < deepest; steps++) {
    if (type.kind !== 'array' && type.kind !== 'ptr') break;
    type = btf.skipModifiers(type.typeId);
  }
  return (isStruct(type) || isEnum(type)) && type.name === '' ? type : undefined;
}
