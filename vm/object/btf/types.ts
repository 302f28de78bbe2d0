/**
 * BTF types as values: one interface a kind (Documentation/bpf/btf.rst). `typeId` is the type that a type refers to; id 0 is
 * void. Offsets and sizes are bytes unless a name says bits.
 */

interface Named {
  readonly id: number;
  /** Empty where the type is anonymous. */
  readonly name: string;
}

export interface BtfVoid extends Named {
  readonly kind: 'void';
}

export interface BtfInt extends Named {
  readonly kind: 'int';
  readonly size: number;
  readonly signed: boolean;
  readonly encoding: 'char' | 'bool' | undefined;
  /** Less than 8 × size only in the old form of bit fields. */
  readonly bits: number;
  readonly bitOffset: number;
}

export interface BtfFloat extends Named {
  readonly kind: 'float';
  readonly size: number;
}

export interface BtfPointer extends Named {
  readonly kind: 'ptr';
  readonly typeId: number;
}

export interface BtfArray extends Named {
  readonly kind: 'array';
  readonly typeId: number;
  readonly indexTypeId: number;
  readonly count: number;
}

export interface BtfStruct extends Named {
  readonly kind: 'struct' | 'union';
  readonly size: number;
  readonly members: readonly BtfMember[];
}

export interface BtfMember {
  /** Empty for an anonymous struct or union. */
  readonly name: string;
  readonly typeId: number;
  /** From the start of the struct; for a bit field, of its lowest bit. */
  readonly bitOffset: number;
  /** Width of a bit field; undefined for an ordinary member. */
  readonly bitSize: number | undefined;
}

export interface BtfEnum extends Named {
  readonly kind: 'enum' | 'enum64';
  readonly size: number;
  readonly signed: boolean;
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
}

export interface BtfForward extends Named {
  readonly kind: 'fwd';
  readonly forwards: 'struct' | 'union';
}

export type BtfModifierKind = 'typedef' | 'volatile' | 'const' | 'restrict' | 'type_tag';

export interface BtfModifier extends Named {
  readonly kind: BtfModifierKind;
  readonly typeId: number;
}

export type BtfLinkage = 'static' | 'global' | 'extern';

export interface BtfFunction extends Named {
  readonly kind: 'func';
  readonly linkage: BtfLinkage;
  /** Its func_proto. */
  readonly typeId: number;
}

export interface BtfFunctionPrototype extends Named {
  readonly kind: 'func_proto';
  readonly returnTypeId: number;
  /** Without the `...` of a variadic function. */
  readonly parameters: readonly { readonly name: string; readonly typeId: number }[];
  readonly variadic: boolean;
}

export interface BtfVariable extends Named {
  readonly kind: 'var';
  readonly linkage: BtfLinkage;
  readonly typeId: number;
}

export interface BtfDataSection extends Named {
  readonly kind: 'datasec';
  readonly size: number;
  /** `typeId` is a var (or, in .ksyms, a func). */
  readonly variables: readonly { readonly typeId: number; readonly offset: number; readonly size: number }[];
}

export interface BtfDeclarationTag extends Named {
  readonly kind: 'decl_tag';
  readonly typeId: number;
  /** Index of the member or parameter; -1 where the tag is on the whole. */
  readonly component: number;
}

export type BtfType =
  | BtfVoid
  | BtfInt
  | BtfFloat
  | BtfPointer
  | BtfArray
  | BtfStruct
  | BtfEnum
  | BtfForward
  | BtfModifier
  | BtfFunction
  | BtfFunctionPrototype
  | BtfVariable
  | BtfDataSection
  | BtfDeclarationTag;

export type BtfKind = BtfType['kind'];

/** What a type is once typedefs and qualifiers are taken off. */
export type BtfBareType = Exclude<BtfType, BtfModifier>;
