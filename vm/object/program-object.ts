import type { Btf } from './btf/btf.ts';

/** Everything a compiled BPF object says, parsed and immutable; it knows no environment. */
export interface ProgramObject {
  /** The file name it was read from, for messages. */
  readonly name: string;
  /** From the `license` section; empty where there is none. */
  readonly license: string;
  readonly codeSections: readonly CodeSection[];
  /** Functions of all code sections, by section and offset. */
  readonly functions: readonly FunctionSymbol[];
  /** The functions a kernel hook would call: global functions in a section other than .text. */
  readonly programs: readonly FunctionSymbol[];
  /** Maps of the `.maps` section, in the order of the section. */
  readonly maps: readonly MapDefinition[];
  /** .data*, .bss*, .rodata*: each becomes an ARRAY map of one element, as in libbpf. */
  readonly dataSections: readonly DataSection[];
  readonly btf: Btf | undefined;
  /** From .BTF.ext, by section and offset; empty without. */
  readonly lines: readonly LineRow[];
}

export interface CodeSection {
  /** ELF section index: the key for everything that is relative to a section. */
  readonly index: number;
  readonly name: string;
  /** Unrelocated instructions; a multiple of 8 bytes. */
  readonly bytes: Uint8Array;
  readonly relocations: readonly CodeRelocation[];
}

/** What an instruction refers to, resolved to names of the model; byte offsets. */
export type CodeRelocation = { readonly offset: number } & (
  | { readonly kind: 'map'; readonly map: string }
  | { readonly kind: 'data'; readonly section: string; readonly addend: number }
  /** lddw of a function's address: a callback. */
  | { readonly kind: 'function'; readonly section: number; readonly target: number }
  /** call of a function. */
  | { readonly kind: 'call'; readonly section: number; readonly target: number }
  /** An undefined symbol: kfunc, ksym or .kconfig variable. */
  | { readonly kind: 'extern'; readonly name: string; readonly call: boolean }
);

export interface FunctionSymbol {
  readonly name: string;
  /** ELF section index. */
  readonly section: number;
  readonly sectionName: string;
  /** Bytes within the section. */
  readonly offset: number;
  readonly size: number;
  readonly global: boolean;
  /** BTF id of its FUNC type, from .BTF.ext func_info or by name. */
  readonly btfId: number | undefined;
}

export interface MapDefinition {
  readonly name: string;
  /** BPF_MAP_TYPE_* number. */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly extra: bigint;
  readonly keyTypeId: number | undefined;
  readonly valueTypeId: number | undefined;
  /** LIBBPF_PIN_*; recorded, not acted on. */
  readonly pinning: number;
  /** Definition of the inner map of a map of maps, or of each slot initialised by name (`.values`). */
  readonly inner: MapDefinition | undefined;
  readonly slots: readonly { readonly index: number; readonly target: string }[];
}

export interface DataSection {
  readonly name: string;
  /** ELF section index. */
  readonly index: number;
  /** Initial contents; zeros for .bss. */
  readonly bytes: Uint8Array;
  readonly readOnly: boolean;
  /** BTF id of its DATASEC. */
  readonly typeId: number | undefined;
  readonly variables: readonly DataVariable[];
}

export interface DataVariable {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** BTF type of the variable (what the VAR refers to). */
  readonly typeId: number | undefined;
}

export interface LineRow {
  /** ELF section index. */
  readonly section: number;
  /** Bytes within the section. */
  readonly offset: number;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1; 0 where the compiler gave none. */
  readonly column: number;
  /** The line's text as the compiler saw it, without indentation; may be empty. */
  readonly text: string;
}
