import { expectOk, raise } from '../../vm/base/problem.ts';
import { SHF, SHT } from '../../vm/object/elf/constants.ts';
import type { ElfFile } from '../../vm/object/elf/elf-file.ts';
import { readElf } from '../../vm/object/elf/read-elf.ts';

/** Offsets within Elf64_Ehdr and Elf64_Shdr (System V gABI). */
const header = { sectionHeaders: 0x28, headerSize: 0x3a } as const;
const sectionHeader = { type: 4, flags: 8, offset: 24, size: 32, info: 44 } as const;
const littleEndian = 1;
/** Elf64_Rel. */
const relocationSize = 16;

/** `r0 = 0` and `exit`. */
const returnZero = [0xb7, 0, 0, 0, 0, 0, 0, 0];
const exit = [0x95, 0, 0, 0, 0, 0, 0, 0];

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

  /** Puts a function that only returns 0 in the place of another, of the same length. */
  blank(section: number, offset: number, size: number): void {
    const [start] = this.#extent(section);
    for (let at = 0; at < size; at += returnZero.length)
      this.#bytes.set(at + exit.length < size ? returnZero : exit, start + offset + at);
    for (const { index } of this.elf.sections)
      if (this.#isRelocationOf(index, section)) this.#dropRelocations(index, offset, offset + size);
  }

  #isRelocationOf(index: number, section: number): boolean {
    const [at, view] = [this.#headerAt(index), this.#view];
    return (
      view.getUint32(at + sectionHeader.type, true) === SHT.rel &&
      view.getUint32(at + sectionHeader.info, true) === section
    );
  }

  #dropRelocations(index: number, from: number, to: number): void {
    const [start, size] = this.#extent(index);
    const kept: Uint8Array[] = [];
    for (let at = start; at < start + size; at += relocationSize) {
      const offset = Number(this.#view.getBigUint64(at, true));
      if (offset < from || offset >= to) kept.push(this.#bytes.slice(at, at + relocationSize));
    }
    this.#bytes.set(Buffer.concat(kept), start);
    const length = BigInt(kept.length * relocationSize);
    this.#view.setBigUint64(this.#headerAt(index) + sectionHeader.size, length, true);
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
