import { ByteReader } from '../../base/byte-reader.ts';
import { raise } from '../../base/problem.ts';
import { SHN, SHT } from './constants.ts';
import type { ElfBinding, ElfRelocation, ElfSymbol, ElfSymbolType } from './elf-file.ts';
import type { SectionHeader } from './read-elf.ts';

const symbolSize = 24;
const relocationSize = 16;
/** STB_*, STT_*. */
const bindings: readonly ElfBinding[] = ['local', 'global', 'weak'];
const symbolTypes: readonly ElfSymbolType[] = ['notype', 'object', 'func', 'section', 'file'];

/** The contents of a section as a reader whose places name the section. */
function sectionReader(file: ByteReader, section: SectionHeader): ByteReader {
  return new ByteReader(section.bytes, { ...file.place, section: section.name });
}

/** The symbols of the only SHT_SYMTAB. */
export function readSymbols(file: ByteReader, sections: readonly SectionHeader[]): ElfSymbol[] {
  const table = sections.find((section) => section.type === SHT.symtab);
  if (table === undefined) {
    return raise(
      'no-symbols',
      'the object has no symbol table, so functions and maps cannot be found',
      file.place,
      'strip debug information only, with llvm-strip -g',
    );
  }
  const reader = sectionReader(file, table);
  const stringSection = sections[table.link];
  if (stringSection?.type !== SHT.strtab) {
    return raise(
      'elf-symbols',
      `symbol names are said to be in section ${table.link}, which has no strings`,
      reader.place,
    );
  }
  if (reader.length % symbolSize !== 0) {
    raise('elf-symbols', `a symbol has ${symbolSize} bytes, the table has ${reader.length}`, reader.place);
  }
  const strings = sectionReader(file, stringSection);
  return Array.from({ length: reader.length / symbolSize }, (_, index) =>
    readSymbol(reader, strings, sections, index),
  );
}

/** STV_INTERNAL and STV_HIDDEN. */
const hiddenVisibilities: readonly number[] = [1, 2];

function readSymbol(
  reader: ByteReader,
  strings: ByteReader,
  sections: readonly SectionHeader[],
  index: number,
): ElfSymbol {
  const at = index * symbolSize;
  const info = reader.u8(at + 4);
  const section = reader.u16(at + 6);
  const type = symbolTypes[info & 0xf] ?? 'other';
  if (section === SHN.xindex) {
    raise(
      'elf-symbols',
      `symbol ${index} is in a section above 65279, which is not supported`,
      reader.at(at + 6),
    );
  }
  if (section < SHN.loreserve && section >= sections.length) {
    raise('elf-symbols', `symbol ${index} is in section ${section} of ${sections.length}`, reader.at(at + 6));
  }
  const ownName = strings.cstring(reader.u32(at), `the name of symbol ${index}`);
  return {
    index,
    name: type === 'section' && ownName === '' ? (sections[section]?.name ?? '') : ownName,
    value: reader.size(at + 8, `the value of symbol ${index}`),
    size: reader.size(at + 16, `the size of symbol ${index}`),
    binding: bindings[info >> 4] ?? 'global',
    ...(hiddenVisibilities.includes(reader.u8(at + 5) & 3) && { hidden: true }),
    type,
    section,
  };
}

/** By the index of the section they apply to, ascending by offset. */
export function readRelocations(
  file: ByteReader,
  sections: readonly SectionHeader[],
  symbols: readonly ElfSymbol[],
): Map<number, ElfRelocation[]> {
  const byTarget = new Map<number, ElfRelocation[]>();
  for (const table of sections) {
    if (table.type === SHT.rela) {
      raise('elf-rela', 'relocations with addends (SHT_RELA) are not written for BPF and not supported', {
        ...file.place,
        section: table.name,
      });
    }
    if (table.type !== SHT.rel) continue;
    const reader = sectionReader(file, table);
    const target = sections[table.info];
    if (target === undefined || table.info === 0) {
      return raise(
        'elf-relocation',
        `the table relocates section ${table.info} of ${sections.length}`,
        reader.place,
      );
    }
    if (reader.length % relocationSize !== 0) {
      raise(
        'elf-relocation',
        `a relocation has ${relocationSize} bytes, the table has ${reader.length}`,
        reader.place,
      );
    }
    const list = byTarget.get(target.index) ?? [];
    for (let at = 0; at < reader.length; at += relocationSize) {
      list.push(readRelocation(reader, at, target, symbols));
    }
    byTarget.set(target.index, list);
  }
  for (const list of byTarget.values()) list.sort((a, b) => a.offset - b.offset);
  return byTarget;
}

function readRelocation(
  reader: ByteReader,
  at: number,
  target: SectionHeader,
  symbols: readonly ElfSymbol[],
): ElfRelocation {
  const offset = reader.size(at, 'the offset of a relocation');
  const type = reader.u32(at + 8);
  const symbolIndex = reader.u32(at + 12);
  const symbol = symbols[symbolIndex];
  if (symbol === undefined) {
    return raise(
      'elf-relocation',
      `the relocation names symbol ${symbolIndex} of ${symbols.length}`,
      reader.at(at + 12),
    );
  }
  if (offset + 4 > target.size) {
    raise(
      'elf-relocation',
      `the relocation is for offset 0x${offset.toString(16)} of ${target.name}, which has 0x${target.size.toString(16)} bytes`,
      reader.at(at),
    );
  }
  return { offset, type, symbol };
}
