import { R_BPF, SHF, SHN } from '../../../vm/object/elf/constants.ts';
import type { ElfRelocation, ElfSection } from '../../../vm/object/elf/elf-file.ts';
import { Cursor } from './cursor.ts';
import type { Warnings } from './warnings.ts';

/** One address space for the code and data of all sections: see DebugInfo. */
export const sectionSpan = 2 ** 32;

/** Bytes of a relocated word by its type. LLVM before 13 had the types of lddw and call in debug sections. */
const wordSizes: Readonly<Record<number, 4 | 8 | undefined>> = {
  [R_BPF.lddw]: 8,
  [R_BPF.abs64]: 8,
  [R_BPF.abs32]: 4,
  [R_BPF.nodyld32]: 4,
  [R_BPF.call]: 4,
  [R_BPF.binutilsData32]: 4,
  [R_BPF.binutilsData64]: 8,
};

/** The debug sections of an object, each relocated when first asked for. */
export class Sections {
  readonly warnings: Warnings;
  readonly #sections: ReadonlyMap<string, ElfSection>;
  readonly #indices: ReadonlySet<number>;
  readonly #relocated = new Map<string, Uint8Array>();

  constructor(sections: readonly ElfSection[], warnings: Warnings) {
    this.warnings = warnings;
    this.#sections = new Map(sections.map((section) => [section.name, section]));
    this.#indices = new Set(sections.map(({ index }) => index));
  }

  has(name: string): boolean {
    return this.#sections.has(name);
  }

  /** Empty where there is no such section. */
  bytes(name: string): Uint8Array {
    let bytes = this.#relocated.get(name);
    if (bytes === undefined) {
      const section = this.#sections.get(name);
      bytes = section === undefined ? new Uint8Array() : this.#relocate(section);
      this.#relocated.set(name, bytes);
    }
    return bytes;
  }

  cursor(name: string, offset = 0): Cursor {
    return new Cursor(this.bytes(name), name, offset);
  }

  /** Relocation sections are SHT_REL: what is added to stands in the word itself. */
  #relocate({ name, flags, bytes, relocations }: ElfSection): Uint8Array {
    if ((flags & SHF.compressed) !== 0) {
      this.warnings.add(`${name} is compressed (-gz), which is not supported`);
      return new Uint8Array();
    }
    if (relocations.length === 0) return bytes;
    const copy = bytes.slice();
    const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
    for (const relocation of relocations) {
      const size = wordSizes[relocation.type];
      const { offset, symbol } = relocation;
      if (size === undefined || offset < 0 || offset + size > copy.length) {
        const problem =
          size === undefined
            ? `relocation type ${relocation.type} is unknown`
            : 'a relocation goes beyond it';
        this.warnings.add(`${name}+0x${offset.toString(16)}: ${problem}`);
        continue;
      }
      const low = view.getUint32(offset, true) + (holdsValue(relocation) ? 0 : symbol.value);
      view.setUint32(offset, low, true);
      if (size === 4) continue;
      const carry = Math.floor(low / sectionSpan) + this.#sectionPart(relocation);
      view.setUint32(offset + 4, view.getUint32(offset + 4, true) + carry, true);
    }
    return copy;
  }

  /** Debug sections count from their own start, all others from their place in the one address space. */
  #sectionPart({ symbol: { section } }: ElfRelocation): number {
    return this.#indices.has(section) || section === SHN.undef || section >= SHN.loreserve ? 0 : section;
  }
}

/** Binutils before 2.41 writes the value of a global symbol into the word as well. */
function holdsValue({ type, symbol }: ElfRelocation): boolean {
  const ofBinutils = type === R_BPF.binutilsData32 || type === R_BPF.binutilsData64;
  return ofBinutils && symbol.type !== 'section';
}
