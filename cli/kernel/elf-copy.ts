import { expectOk, raise } from '../../vm/base/problem.ts';
import { SHF } from '../../vm/object/elf/constants.ts';
import type { ElfFile } from '../../vm/object/elf/elf-file.ts';
import { readElf } from '../../vm/object/elf/read-elf.ts';

/** Offsets within Elf64_Ehdr and Elf64_Shdr (System V gABI). */
const header = { sectionHeaders: 0x28, headerSize: 0x3a } as const;
const sectionHeader = { flags: 8, offset: 24, size: 32 } as const;
const littleEndian = 1;

/** A copy of an object file whose sections can be changed; the original's bytes stay as they are. */
export class ElfCopy {
  readonly elf: ElfFile;
  #bytes: Uint8Array;

  /** Raises for what is no little-endian ELF64 object. */
  constructor(bytes: Uint8Array, name: string) {
    this.elf = expectOk(readElf(bytes, name));
    if (bytes[5] !== littleEndian) raise('big-endian', 'the object is big-endian, this kernel is not');
    this.#bytes = bytes.slice();
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Contents of the same length, in place. */
  overwrite(section: number, contents: Uint8Array): void {
    const [offset, size] = this.#extent(section);
    if (contents.length !== size)
      raise('elf-copy', `section ${section} has ${size} bytes, not ${contents.length}`);
    this.#bytes.set(contents, offset);
  }

  /** Contents of any length, behind all others; where the section was, its old bytes stay. */
  replace(section: number, contents: Uint8Array): void {
    const start = Math.ceil(this.#bytes.length / 8) * 8;
    const grown = new Uint8Array(start + contents.length);
    grown.set(this.#bytes);
    grown.set(contents, start);
    this.#bytes = grown;
    const at = this.#headerAt(section);
    this.#view.setBigUint64(at + sectionHeader.offset, BigInt(start), true);
    this.#view.setBigUint64(at + sectionHeader.size, BigInt(contents.length), true);
  }

  /** Makes a section of code one of data, which loaders pass over. */
  clearExecutable(section: number): void {
    const at = this.#headerAt(section) + sectionHeader.flags;
    this.#view.setUint32(at, this.#view.getUint32(at, true) & ~SHF.execinstr, true);
  }

  get #view(): DataView {
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
  }

  #headerAt(section: number): number {
    const view = this.#view;
    return (
      Number(view.getBigUint64(header.sectionHeaders, true)) +
      section * view.getUint16(header.headerSize, true)
    );
  }

  #extent(section: number): [offset: number, size: number] {
    const at = this.#headerAt(section);
    const read = (field: number): number => Number(this.#view.getBigUint64(at + field, true));
    return [read(sectionHeader.offset), read(sectionHeader.size)];
  }
}
