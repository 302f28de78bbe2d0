import { raise, type Place } from '../base/problem.ts';
import type { Btf } from './btf/btf.ts';
import type { BtfExt } from './btf/ext.ts';
import { SHF, SHT } from './elf/constants.ts';
import { placeIn, type ElfFile, type ElfSection, type ElfSymbol } from './elf/elf-file.ts';
import type { FunctionSymbol } from './program-object.ts';

/** Bytes of an instruction slot. */
export const slotSize = 8;

export function isCodeSection(section: ElfSection): boolean {
  return section.type === SHT.progbits && (section.flags & SHF.execinstr) !== 0 && section.size > 0;
}

/** Functions of all code sections, by section and offset. */
export function readFunctions(elf: ElfFile, btf: Btf | undefined, ext: BtfExt | undefined): FunctionSymbol[] {
  const typeIds = new Map(
    (ext?.functions ?? []).map((info) => [`${info.section}+${info.offset}`, info.typeId]),
  );
  const functions: FunctionSymbol[] = [];
  for (const section of elf.sections) {
    if (!isCodeSection(section)) continue;
    const symbols = elf.symbols
      .filter((symbol) => symbol.section === section.index && symbol.type === 'func')
      .sort((a, b) => a.value - b.value);
    for (const symbol of symbols) {
      const size = symbol.size === 0 ? sizeUpToNext(symbol, symbols, section) : symbol.size;
      checkExtent(symbol, size, section, placeIn(elf, section, symbol.value));
      functions.push({
        name: symbol.name,
        section: section.index,
        sectionName: section.name,
        offset: symbol.value,
        size,
        global: symbol.binding !== 'local',
        ...(symbol.hidden && { hidden: symbol.hidden }),
        btfId: typeIds.get(`${section.name}+${symbol.value}`) ?? btf?.byName(symbol.name, 'func')?.id,
      });
    }
  }
  return functions;
}

function sizeUpToNext(symbol: ElfSymbol, sorted: readonly ElfSymbol[], section: ElfSection): number {
  const next = sorted.find((other) => other.value > symbol.value);
  return (next?.value ?? section.size) - symbol.value;
}

function checkExtent(symbol: ElfSymbol, size: number, section: ElfSection, place: Place): void {
  if (symbol.value % slotSize !== 0 || size % slotSize !== 0) {
    raise('elf-function', `the function ${symbol.name} does not start and end between instructions`, place);
  }
  if (symbol.value >= section.size || symbol.value + size > section.size) {
    raise('elf-function', `the function ${symbol.name} ends outside of ${section.name}`, place);
  }
}

/** Functions in .text are subprograms; any other section name says what calls the function. */
export function isProgram({ global, sectionName }: FunctionSymbol): boolean {
  return global && sectionName !== '.text' && !sectionName.startsWith('.text.');
}
