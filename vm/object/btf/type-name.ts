import type { Btf } from './btf.ts';

/** Deeper, and made of more types, than any that is read; damaged BTF may go in circles. */
const deepest = 32;
const mostParts = 1000;

/**
 * C spelling of a type. With a declarator it is a declaration: `declare(btf, id, 'ops')` gives `int (*ops)(void *)`.
 */
export function typeName(btf: Btf, id: number): string {
  return declare(btf, id, '');
}

export function declare(btf: Btf, id: number, declarator: string): string {
  return spell(btf, id, declarator, '', 0, { parts: 0 });
}

/** C reads declarators from the inside out: each step wraps what the steps before it have made. */
function spell(
  btf: Btf,
  id: number,
  inner: string,
  qualifiers: string,
  depth: number,
  count: { parts: number },
): string {
  if (depth > deepest || ++count.parts > mostParts) return '...';
  const type = btf.type(id);
  const next = (target: number, declarator: string, carried = ''): string =>
    spell(btf, target, declarator, carried, depth + 1, count);
  const base = (name: string): string => joinWords(`${qualifiers}${name}`, inner);

  switch (type.kind) {
    case 'const':
    case 'volatile':
    case 'restrict': {
      const target = btf.skipModifiers(type.typeId);
      // A qualifier of a pointer stands after its star.
      if (target.kind === 'ptr') return next(type.typeId, joinWords(type.kind, inner), qualifiers);
      // Of an array both the array and its elements may be const.
      if (qualifiers.includes(type.kind)) return next(type.typeId, inner, qualifiers);
      return next(type.typeId, inner, `${qualifiers}${type.kind} `);
    }
    case 'type_tag':
      return next(type.typeId, inner, qualifiers);
    case 'ptr': {
      const bare = btf.skipModifiers(type.typeId).kind;
      const pointer = `*${inner}`;
      return next(type.typeId, bare === 'array' || bare === 'func_proto' ? `(${pointer})` : pointer);
    }
    case 'array':
      return next(type.typeId, `${inner}[${type.count}]`, qualifiers);
    case 'func_proto': {
      const parameters = type.parameters.map((parameter) => next(parameter.typeId, parameter.name));
      if (type.variadic) parameters.push('...');
      return next(type.returnTypeId, `${inner}(${parameters.length === 0 ? 'void' : parameters.join(', ')})`);
    }
    case 'struct':
    case 'union':
    case 'enum':
      return base(type.name === '' ? `${type.kind} {...}` : `${type.kind} ${type.name}`);
    case 'enum64':
      return base(type.name === '' ? 'enum {...}' : `enum ${type.name}`);
    case 'fwd':
      return base(`${type.forwards} ${type.name}`);
    case 'void':
      return base('void');
    case 'func':
    case 'var':
      return next(type.typeId, inner === '' ? type.name : inner);
    case 'int':
    case 'float':
    case 'typedef':
    case 'datasec':
    case 'decl_tag':
      return base(type.name);
  }
}

function joinWords(left: string, right: string): string {
  return right === '' || right.startsWith('[') ? left + right : `${left} ${right}`;
}
