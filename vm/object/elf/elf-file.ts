import type { Place } from '../../base/problem.ts';

/** A relocatable ELF64 file of BPF, as it is written in the file; nothing is relocated. */
export interface ElfFile {
  /** The file's name in messages. */
  readonly name: string;
  /** By section index; [0] is the null section. */
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
}

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  /** SHT_*. */
  readonly type: number;
  /** SHF_*, the low 32 bits. */
  readonly flags: number;
  /** In bytes; for SHT_NOBITS the size in memory. */
  readonly size: number;
  /** Empty for SHT_NOBITS. */
  readonly bytes: Uint8Array;
  readonly entrySize: number;
  /** Relocations that apply to this section, ascending by offset. */
  readonly relocations: readonly ElfRelocation[];
}

export type ElfBinding = 'local' | 'global' | 'weak';
export type ElfSymbolType = 'notype' | 'object' | 'func' | 'section' | 'file' | 'other';

export interface ElfSymbol {
  readonly index: number;
  /** A section symbol has the name of its section. */
  readonly name: string;
  /** Offset within its section. */
  readonly value: number;
  readonly size: number;
  readonly binding: ElfBinding;
  /** STV_HIDDEN or STV_INTERNAL: visible to no other object. */
  readonly hidden?: true;
  readonly type: ElfSymbolType;
  /** Section index; 0 (undefined) and from SHN_LORESERVE on it is no section. */
  readonly section: number;
}

export interface ElfRelocation {
  /** Within the section it applies to. */
  readonly offset: number;
  /** R_BPF_*. */
  readonly type: number;
  readonly symbol: ElfSymbol;
}

export function sectionByName(elf: ElfFile, name: string): ElfSection | undefined {
  return elf.sections.find((section) => section.name === name);
}

export function placeIn(elf: ElfFile, section: ElfSection, offset?: number): Place {
  return { file: elf.name, section: section.name, ...(offset !== undefined && { offset }) };
}
