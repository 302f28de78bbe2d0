import { ByteReader } from '../base/byte-reader.ts';
import { raise } from '../base/problem.ts';
import { R_BPF, SHN } from './elf/constants.ts';
import { placeIn, type ElfFile, type ElfRelocation, type ElfSection } from './elf/elf-file.ts';
import { isCodeSection, slotSize } from './functions.ts';
import { isArenaSection, isDataSection } from './data-sections.ts';
import type { PlacedMap } from './map-definitions.ts';
import type { CodeRelocation, CodeSection } from './program-object.ts';

const lddwOpcode = 0x18;
const callOpcode = 0x85;

export interface MapsOfSection {
  /** ELF section index of `.maps`. */
  readonly section: number;
  readonly maps: readonly PlacedMap[];
}

export function readCodeSection(
  elf: ElfFile,
  section: ElfSection,
  maps: MapsOfSection | undefined,
): CodeSection {
  if (section.size % slotSize !== 0) {
    raise(
      'elf-code',
      `code has ${slotSize} bytes an instruction, the section has ${section.size}`,
      placeIn(elf, section),
    );
  }
  const code = new ByteReader(section.bytes, placeIn(elf, section));
  const relocations = section.relocations
    .filter(({ type }) => type !== R_BPF.none)
    .map((relocation) => resolve(elf, section, code, relocation, maps));
  return { index: section.index, name: section.name, bytes: section.bytes, relocations };
}

/** What the linker of the kernel's loader understands: lddw with type 1, call with type 10; the addend is the imm. */
function resolve(
  elf: ElfFile,
  section: ElfSection,
  code: ByteReader,
  relocation: ElfRelocation,
  maps: MapsOfSection | undefined,
): CodeRelocation {
  const { offset, type, symbol } = relocation;
  const place = placeIn(elf, section, offset);
  if (offset % slotSize !== 0)
    raise('relocation-target', 'the relocation is not for the start of an instruction', place);
  const opcode = code.u8(offset);
  const imm = code.i32(offset + 4);
  if (symbol.section >= SHN.loreserve) {
    raise(
      'relocation-target',
      `${symbol.name} is in no section (a common or absolute symbol)`,
      place,
      'compile with -fno-common',
    );
  }

  if (opcode === callOpcode && type === R_BPF.call) {
    if (symbol.section === SHN.undef) return { offset, kind: 'extern', name: symbol.name, call: true };
    const target = checkCode(elf, symbol.section, symbol.value + (imm + 1) * slotSize);
    return target === undefined
      ? raise('relocation-target', `the call of ${symbol.name} leads to no instruction`, place)
      : { offset, kind: 'call', section: symbol.section, target };
  }
  if (opcode !== lddwOpcode || type !== R_BPF.lddw) {
    const found = `relocation type ${type} of an instruction with opcode 0x${opcode.toString(16).padStart(2, '0')}`;
    raise('relocation-unsupported', `${found} is not supported`, place);
  }
  code.need(offset, 2 * slotSize, 'an lddw instruction');
  if (symbol.section === SHN.undef) return { offset, kind: 'extern', name: symbol.name, call: false };

  const target = elf.sections[symbol.section];
  const addend = symbol.value + imm;
  if (target === undefined) return raise('relocation-target', `${symbol.name} is in no section`, place);
  if (target.index === maps?.section) {
    const map = maps.maps.find((candidate) => candidate.offset === addend);
    if (map === undefined)
      return raise('relocation-target', `no map starts at ${target.name}+${addend}`, place);
    return { offset, kind: 'map', map: map.definition.name };
  }
  if (isCodeSection(target)) {
    return checkCode(elf, target.index, addend) === undefined
      ? raise('relocation-target', `the address of ${symbol.name} leads to no instruction`, place)
      : { offset, kind: 'function', section: target.index, target: addend };
  }
  if (isDataSection(target) || isArenaSection(target)) {
    if (addend < 0 || addend >= target.size) {
      raise(
        'relocation-target',
        `${symbol.name}${imm < 0 ? '' : '+'}${imm} is outside of ${target.name}`,
        place,
      );
    }
    return { offset, kind: 'data', section: target.index, addend };
  }
  return raise(
    'relocation-unsupported',
    `references to section ${target.name} are not supported (${symbol.name})`,
    place,
  );
}

function checkCode(elf: ElfFile, index: number, offset: number): number | undefined {
  const section = elf.sections[index];
  const inside = section !== undefined && isCodeSection(section) && offset >= 0 && offset < section.size;
  return inside && offset % slotSize === 0 ? offset : undefined;
}
