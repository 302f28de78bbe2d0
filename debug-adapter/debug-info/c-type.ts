/**
 * C types as values are read with them, whatever debug information they come from. Sizes and offsets are bytes unless
 * a name says bits. What may refer to itself is a function, called when asked for.
 */

interface Spelled {
  /** C declaration of `declarator` with this type; the bare type for an empty one. */
  readonly declare: (declarator: string) => string;
}

export interface CVoid extends Spelled {
  readonly kind: 'void';
}

export interface CInteger extends Spelled {
  readonly kind: 'integer';
  readonly size: number;
  readonly signed: boolean;
  /** `byte`: a byte of something without a type, shown in hex. */
  readonly form: 'number' | 'char' | 'bool' | 'byte';
}

export interface CFloat extends Spelled {
  readonly kind: 'float';
  readonly size: number;
}

export interface CPointer extends Spelled {
  readonly kind: 'pointer';
  readonly target: () => CType;
}

export interface CArray extends Spelled {
  readonly kind: 'array';
  readonly element: CType;
  readonly count: number;
}

export interface CStruct extends Spelled {
  readonly kind: 'struct';
  readonly union: boolean;
  readonly size: number;
  readonly members: () => readonly CMember[];
  /** Of an enum of Rust: what else is in it, by the value of a discriminant. Undefined, or gives undefined, without. */
  readonly variants?: () => CVariants | undefined;
}

/** Parts of which one at a time is there. */
export interface CVariants {
  /** Its value says which; undefined where there is only one. */
  readonly discriminant: CMember | undefined;
  readonly variants: readonly CVariant[];
}

export interface CVariant {
  /** Of the discriminant, ends included; none: this is there for all values that no other variant has. */
  readonly values: readonly { readonly low: bigint; readonly high: bigint }[];
  /** In Rust one, with the variant's name, a struct of what is in it. */
  readonly members: readonly CMember[];
}

/** The variant that is there for a value of the discriminant. */
export function activeVariant({ variants }: CVariants, value: bigint | undefined): CVariant | undefined {
  const chosen = variants.find(({ values }) =>
    values.some(({ low, high }) => value !== undefined && value >= low && value <= high),
  );
  return chosen ?? variants.find(({ values }) => values.length === 0);
}

export interface CMember {
  /** Empty for an anonymous struct or union. */
  readonly name: string;
  readonly type: CType;
  readonly bitOffset: number;
  /** Width of a bit field; undefined for an ordinary member. */
  readonly bitSize: number | undefined;
}

export interface CEnum extends Spelled {
  readonly kind: 'enum';
  readonly size: number;
  readonly signed: boolean;
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
}

/** A function, or a type that was only declared: it has an address and no bytes. */
export interface COpaque extends Spelled {
  readonly kind: 'function' | 'forward';
}

export type CType = CVoid | CInteger | CFloat | CPointer | CArray | CStruct | CEnum | COpaque;

export const pointerSize = 8;

const spellings = new WeakMap<CType, string>();

export function spell(type: CType): string {
  let spelling = spellings.get(type);
  if (spelling === undefined) {
    spelling = type.declare('');
    spellings.set(type, spelling);
  }
  return spelling;
}

/** Undefined for what has no size: void, a function, a forward declaration. */
export function sizeOf(type: CType): number | undefined {
  switch (type.kind) {
    case 'integer':
    case 'float':
    case 'struct':
    case 'enum':
      return type.size;
    case 'pointer':
      return pointerSize;
    case 'array': {
      const element = sizeOf(type.element);
      return element === undefined ? undefined : element * type.count;
    }
    case 'void':
    case 'function':
    case 'forward':
      return undefined;
  }
}

/** `name` before a declarator: `int`, `int x`, `int[4]`. */
export function wordDeclarator(name: string): (declarator: string) => string {
  return (declarator) =>
    declarator === '' || declarator.startsWith('[') ? name + declarator : `${name} ${declarator}`;
}

export function integer(
  name: string,
  size: number,
  signed: boolean,
  form: CInteger['form'] = 'number',
): CInteger {
  return { kind: 'integer', size, signed, form, declare: wordDeclarator(name) };
}

export function pointerTo(target: CType): CPointer {
  const parenthesised = target.kind === 'array' || target.kind === 'function';
  return {
    kind: 'pointer',
    target: () => target,
    declare: (declarator) => target.declare(parenthesised ? `(*${declarator})` : `*${declarator}`),
  };
}

export function arrayOf(element: CType, count: number): CArray {
  return {
    kind: 'array',
    element,
    count,
    declare: (declarator) => element.declare(`${declarator}[${count}]`),
  };
}

export const basic = {
  void: { kind: 'void', declare: wordDeclarator('void') },
  bool: integer('bool', 1, false, 'bool'),
  char: integer('char', 1, true, 'char'),
  byte: integer('unsigned char', 1, false, 'byte'),
  s8: integer('signed char', 1, true),
  u8: integer('unsigned char', 1, false),
  s16: integer('short', 2, true),
  u16: integer('unsigned short', 2, false),
  s32: integer('int', 4, true),
  u32: integer('unsigned int', 4, false),
  s64: integer('long', 8, true),
  u64: integer('unsigned long', 8, false),
} as const satisfies Record<string, CType>;

/** For what has a size and no type: a number where it has the size of one, else bytes. */
export function untyped(size: number): CType {
  const number = [basic.u8, basic.u16, basic.u32, basic.u64].find((type) => type.size === size);
  return number ?? arrayOf(basic.byte, size);
}

/** Deeper, and with more members, than any struct that is written; damaged debug information may go in circles. */
const deepestNesting = 32;
const mostMembers = 1 << 16;

/** All members that can be named with one `.`: those of anonymous structs and unions too, in order. */
export function visibleMembers(struct: CStruct): readonly CMember[] {
  const found: CMember[] = [];
  collectVisible(struct, 0, 0, found);
  return found;
}

function collectVisible(struct: CStruct, base: number, depth: number, found: CMember[]): void {
  for (const member of struct.members()) {
    if (found.length >= mostMembers) return;
    const bitOffset = base + member.bitOffset;
    if (member.name !== '') found.push({ ...member, bitOffset });
    else if (member.type.kind === 'struct' && depth <= deepestNesting)
      collectVisible(member.type, bitOffset, depth + 1, found);
  }
}
