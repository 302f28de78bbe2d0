import { ByteReader } from '../base/byte-reader.ts';
import type { MapsOfSection } from './code-relocations.ts';
import { R_BPF } from './elf/constants.ts';
import { placeIn, type ElfFile, type ElfRelocation, type ElfSection } from './elf/elf-file.ts';
import { isCodeSection, slotSize } from './functions.ts';
import type { DataRelocation, DataSection, DataTarget } from './program-object.ts';

const pointerSize = 8;

/** The section with what its pointers lead to: the symbol plus what stands in place. */
export function withRelocations(
  elf: ElfFile,
  data: DataSection,
  dataSections: readonly DataSection[],
  maps: MapsOfSection | undefined,
): DataSection {
  const section = elf.sections[data.index];
  if (section === undefined) return data;
  const relocations = section.relocations
    .filter(({ type }) => type !== R_BPF.none)
    .map((relocation): DataRelocation => ({
      offset: relocation.offset,
      symbol: relocation.symbol.name,
      target: targetOf(elf, section, relocation, dataSections, maps),
    }));
  return { ...data, relocations };
}

function targetOf(
  elf: ElfFile,
  section: ElfSection,
  { offset, type, symbol }: ElfRelocation,
  dataSections: readonly DataSection[],
  maps: MapsOfSection | undefined,
): DataTarget | undefined {
  if (type !== R_BPF.abs64 && type !== R_BPF.binutilsData64) return undefined;
  if (offset + pointerSize > section.bytes.length) return undefined;
  const place = placeIn(elf, section);
  const inPlace = new ByteReader(section.bytes, place).u64(offset, 'a pointer');
  const at = symbol.value + Number(BigInt.asIntN(64, inPlace));
  const target = elf.sections[symbol.section];
  if (target === undefined || at < 0) return undefined;
  if (target.index === maps?.section) {
    const map = maps.maps.find((candidate) => candidate.offset === at);
    return map && { kind: 'map', map: map.definition.name };
  }
  if (isCodeSection(target)) {
    const isInstruction = at < target.size && at % slotSize === 0;
    return isInstruction ? { kind: 'function', section: target.index, offset: at } : undefined;
  }
  // A pointer may lead behind the last element.
  const isData = dataSections.some(({ index }) => index === target.index) && at <= target.size;
  return isData ? { kind: 'data', section: target.index, offset: at } : undefined;
}
