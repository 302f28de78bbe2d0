import { raise } from '../base/problem.ts';
import type { Btf } from './btf/btf.ts';
import { SHF, SHT } from './elf/constants.ts';
import { placeIn, type ElfFile, type ElfSection } from './elf/elf-file.ts';
import type { DataSection, DataVariable } from './program-object.ts';

/** More than the machine can hold; a damaged size must not ask for all memory there is. */
const largestDataSection = 256 * 1024 * 1024;

/** Whether libbpf makes an internal map of the section. */
export function isDataSection(section: ElfSection): boolean {
  return (
    section.size > 0 &&
    (section.type === SHT.progbits || section.type === SHT.nobits) &&
    (section.flags & SHF.execinstr) === 0 &&
    /^\.(data|rodata|bss)($|\.)/.test(section.name)
  );
}

/** Whether the section holds the variables of address space 1, which lie in the arena. */
export function isArenaSection(section: ElfSection): boolean {
  return section.size > 0 && section.type === SHT.progbits && section.name === '.addr_space.1';
}

/** Its relocations are added by `withRelocations`. */
export function readDataSection(elf: ElfFile, section: ElfSection, btf: Btf | undefined): DataSection {
  if (section.size > largestDataSection) {
    raise(
      'bad-size',
      `the section has ${section.size} bytes, more than ${largestDataSection}`,
      placeIn(elf, section),
    );
  }
  if ((section.flags & SHF.compressed) !== 0) {
    raise('elf-compressed', 'compressed data sections are not supported', placeIn(elf, section));
  }
  const datasec = btf?.byName(section.name, 'datasec');
  return {
    name: section.name,
    index: section.index,
    bytes: section.type === SHT.nobits ? new Uint8Array(section.size) : section.bytes,
    readOnly: section.name.startsWith('.rodata'),
    typeId: datasec?.id,
    variables: readVariables(elf, section, btf),
    relocations: [],
  };
}

function readVariables(elf: ElfFile, section: ElfSection, btf: Btf | undefined): DataVariable[] {
  const types = new Map<string, number>();
  const datasec = btf?.byName(section.name, 'datasec');
  if (btf !== undefined && datasec?.kind === 'datasec') {
    for (const { typeId } of datasec.variables) {
      const variable = btf.type(typeId);
      if (variable.kind === 'var') types.set(variable.name, variable.typeId);
    }
  }
  return elf.symbols
    .filter((symbol) => symbol.section === section.index && symbol.type === 'object')
    .map(({ name, value, size, index }) => {
      if (value + size > section.size) {
        raise(
          'elf-symbols',
          `symbol ${index} (${name}) ends outside of ${section.name}`,
          placeIn(elf, section, value),
        );
      }
      return { name, offset: value, size, typeId: types.get(name) };
    })
    .sort((a, b) => a.offset - b.offset);
}
