import type { Problem } from '../base/problem.ts';
import type { Btf } from './btf/btf.ts';
import type { CoreRelocationKind } from './btf/ext.ts';
import type { ElfSection } from './elf/elf-file.ts';

/** Everything a compiled BPF object says, parsed and immutable; it knows no environment. */
export interface ProgramObject {
  /** The file name it was read from, for messages. */
  readonly name: string;
  /** From the `license` section; empty where there is none. */
  readonly license: string;
  /** Executable sections that hold instructions, by index. */
  readonly codeSections: readonly CodeSection[];
  /** Functions of all code sections, by section and offset. */
  readonly functions: readonly FunctionSymbol[];
  /** The functions a kernel hook would call: global functions in a section other than .text and .text.*. */
  readonly programs: readonly FunctionSymbol[];
  /** Maps of the `.maps` section, in the order of the section. */
  readonly maps: readonly MapDefinition[];
  /** .data*, .bss*, .rodata*: each becomes an ARRAY map of one element, as in libbpf. Empty sections are left out. */
  readonly dataSections: readonly DataSection[];
  /** `.addr_space.1`: variables that lie at the start of the arena. */
  readonly arenaData?: DataSection;
  /** Undefined symbols: what a kernel or a configuration would provide. */
  readonly externs: readonly ExternSymbol[];
  /** Verified: no id that it holds can raise. DATASEC sizes and offsets are those of the ELF file. */
  readonly btf: Btf | undefined;
  /** From .BTF.ext, by section and offset; empty without. */
  readonly lines: readonly LineRow[];
  /** CO-RE relocations of .BTF.ext, by section and offset. */
  readonly coreRelocations: readonly CoreRelocation[];
  /** `.debug_*`, `.stack_sizes`, not relocated: what only a debugger reads. */
  readonly debugSections: readonly ElfSection[];
  /** What was found and does not stop anything, but is not as its author may think. */
  readonly warnings: readonly Problem[];
}

export interface CodeSection {
  /** ELF section index: the key for everything that is relative to a section. */
  readonly index: number;
  readonly name: string;
  /** Unrelocated instructions; a multiple of 8 bytes. */
  readonly bytes: Uint8Array;
  /** Ascending by offset. */
  readonly relocations: readonly CodeRelocation[];
}

/** What an instruction refers to, resolved to names of the model; byte offsets. */
export type CodeRelocation = { readonly offset: number } & (
  | { readonly kind: 'map'; readonly map: string }
  /** `section` is an ELF section index, a DataSection's. */
  | { readonly kind: 'data'; readonly section: number; readonly addend: number }
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
  /** Bytes; up to the next function where the symbol has no size. */
  readonly size: number;
  /** Not static: visible to other objects. */
  readonly global: boolean;
  /** Global within this object only: libbpf gives it to the kernel as a static function. */
  readonly hidden?: true;
  /** BTF id of its FUNC type, from .BTF.ext func_info or by name. */
  readonly btfId: number | undefined;
}

export interface MapDefinition {
  readonly name: string;
  /** BPF_MAP_TYPE_* number. */
  readonly type: number;
  /** 0 where the definition gives none. */
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly extra: bigint;
  readonly keyTypeId: number | undefined;
  readonly valueTypeId: number | undefined;
  /** LIBBPF_PIN_*; recorded, not acted on. */
  readonly pinning: number;
  /** What each inner map of a map of maps is like. */
  readonly inner: MapDefinition | undefined;
  /** Slots that `.values` initialises, with the name of a map, or of a function for a PROG_ARRAY. */
  readonly slots: readonly { readonly index: number; readonly target: string }[];
  /** The struct of a STRUCT_OPS map; `slots` says which pointers in it are functions. */
  readonly contents?: Uint8Array;
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
  /** Ascending by offset. */
  readonly variables: readonly DataVariable[];
  /** Pointers in the data. libbpf does not fill them in. */
  readonly relocations: readonly DataRelocation[];
}

export interface DataRelocation {
  readonly offset: number;
  /** Named by the relocation: a section's name where it is relative to that. */
  readonly symbol: string;
  /** Undefined for what has no address here. */
  readonly target: DataTarget | undefined;
}

/** Byte offsets; `section` is an ELF section index. */
export type DataTarget =
  | { readonly kind: 'map'; readonly map: string }
  | { readonly kind: 'function'; readonly section: number; readonly offset: number }
  | { readonly kind: 'data'; readonly section: number; readonly offset: number };

export interface DataVariable {
  /** A static variable of a function is `function.variable`. */
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** BTF type of the variable (what the VAR refers to). */
  readonly typeId: number | undefined;
}

export interface ExternSymbol {
  readonly name: string;
  readonly weak: boolean;
  /** By the BTF section that declares it; `unknown` without BTF. A `kfunc` is a function of .ksyms. */
  readonly kind: 'kfunc' | 'ksym' | 'kconfig' | 'unknown';
  /** BTF type: its FUNC, or what its VAR refers to. */
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
  /** The line's text as the compiler saw it, with its indentation; may be empty. */
  readonly text: string;
}

export interface CoreRelocation {
  /** ELF section index. */
  readonly section: number;
  /** Of the instruction, bytes within the section. */
  readonly offset: number;
  readonly kind: CoreRelocationKind;
  /** The root type of the access, in the object's own BTF. */
  readonly typeId: number;
  /** Indices from the root type: `0:1:2`; for enum values the index of the value. */
  readonly access: string;
}
