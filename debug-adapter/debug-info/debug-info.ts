import type { CType } from './c-type.ts';

/**
 * What a compiler says about the source of an object, as the debugger needs it. DWARF is read into this lazily: scopes
 * and their variables when first asked for.
 *
 * Addresses are section index × 2³² + byte offset: one space for the code of all sections (and a key, not an address
 * of the machine).
 */
export interface DebugInfo {
  /** Functions that have code, ascending by `low`. */
  readonly functions: readonly DebugFunction[];
  /** The function whose code an address is. */
  functionAt(address: number): DebugFunction | undefined;
  readonly lines: DebugLines;
  /** Variables of files and static variables of functions that have a fixed place. */
  readonly globals: readonly DebugVariable[];
  readonly types: NamedTypes;
  /** What was found and could not be read: the rest is used. */
  readonly warnings: readonly string[];
}

/** Types and constants that expressions can name. */
export interface NamedTypes {
  /** By the tag of a struct, union or enum, or by the name of a typedef or basic type; `kinds` says which. */
  named(name: string, kinds: readonly NamedTypeKind[]): CType | undefined;
  /** An enumeration constant of any enum. */
  enumerator(name: string): { readonly type: CType; readonly value: bigint } | undefined;
  /** Every name that the two above know, in no particular order; a name may be there more than once. */
  list(): readonly { readonly name: string; readonly kind: NamedTypeKind | 'enumerator' }[];
}

export type NamedTypeKind = 'struct' | 'union' | 'enum' | 'typedef' | 'basic';

export interface SourcePosition {
  /** As the compiler wrote it, joined with its directory. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1; 0 where the compiler gave none. */
  readonly column: number;
}

export interface AddressRange {
  readonly low: number;
  /** Behind the last byte. */
  readonly high: number;
}

/** Code that names things of its own: a function, a copy of one that was inlined, a block. */
export interface DebugScope {
  readonly kind: 'function' | 'inlined' | 'block';
  /** Of a function or an inlined copy: its name, in Rust with its namespaces (`inner::classify`); empty for a block. */
  readonly name: string;
  /** Ascending, not overlapping; empty for a block whose code is gone. */
  readonly ranges: readonly AddressRange[];
  readonly parent: DebugScope | undefined;
  readonly children: readonly DebugScope[];
  /** Parameters first, in their order; static variables of a function too. */
  readonly variables: readonly DebugVariable[];
  /** Of an inlined copy: the call it stands for; undefined where the compiler does not say. */
  readonly call: SourcePosition | undefined;
  /** Where the function is declared; undefined for blocks. */
  readonly declaration: SourcePosition | undefined;
}

export interface DebugFunction extends DebugScope {
  readonly kind: 'function';
  readonly low: number;
  readonly high: number;
  readonly external: boolean;
  /** DW_CC_nocall: the compiler has changed its signature, parameters are not where the calling convention has them. */
  readonly changedSignature: boolean;
  /** Of the variable `r10`'s base that DW_OP_fbreg counts from; DW_OP_reg10 in all objects of LLVM. */
  readonly frameBase: Uint8Array | undefined;
  /** What compiled it: DW_AT_producer. */
  readonly producer: string;
  readonly language: 'c' | 'rust' | 'other';
}

export interface DebugVariable {
  readonly name: string;
  readonly kind: 'parameter' | 'variable';
  readonly type: CType;
  readonly declaration: SourcePosition | undefined;
  readonly location: DebugLocation;
}

export type DebugLocation =
  /** No attribute at all: optimised out everywhere. */
  | { readonly kind: 'none' }
  /** DW_AT_const_value: its bytes, in the size of the type. */
  | { readonly kind: 'constant'; readonly bytes: Uint8Array }
  /** Holds in the whole scope. */
  | { readonly kind: 'expression'; readonly expression: LocationExpression }
  /** Ascending by `low`; outside of them the variable has no location. */
  | { readonly kind: 'list'; readonly entries: readonly LocationEntry[] };

export interface LocationEntry extends AddressRange {
  readonly expression: LocationExpression;
}

/** A DWARF expression with what evaluating it needs of its unit. */
export interface LocationExpression {
  readonly bytes: Uint8Array;
  /** DW_OP_addrx and DW_OP_constx: the unit's table of addresses. */
  addressAt(index: number): number | undefined;
  /** DW_OP_convert and friends: the base type at an offset within the unit; undefined for the generic type. */
  baseType(offset: number): { readonly size: number; readonly signed: boolean } | undefined;
}

export interface DebugLines {
  /** All rows of all line tables, ascending by address, those of line 0 and ends of sequences too. */
  readonly rows: readonly DebugLine[];
  /** Checksums of source files, by `file` as rows have it: DWARF 5 has MD5 of each. */
  checksum(file: string): Uint8Array | undefined;
}

/** A row of the line table: it holds to the address of the next one. */
export interface DebugLine extends SourcePosition {
  readonly address: number;
  /** `line` 0: code without a line of its own. */
  readonly isStatement: boolean;
  readonly prologueEnd: boolean;
  /** No code at this address any more. */
  readonly endSequence: boolean;
}
