import { ByteReader } from '../../base/byte-reader.ts';
import { attempt, failed, raise, type Result } from '../../base/problem.ts';
import { EM_BPF, ET_REL, machineName, SHN, SHT } from './constants.ts';
import type { ElfFile, ElfSection } from './elf-file.ts';
import { readRelocations, readSymbols } from './read-symbols.ts';

const headerSize = 64;
const sectionHeaderSize = 64;
const compileHint = 'compile with: clang -g -O2 --target=bpf -c';
const damageHint = 'the file is damaged or incomplete: compile it again';
/** Problems that a compiler's output does not have. */
const damage = new Set(['truncated', 'bad-size', 'elf-sections', 'elf-symbols', 'elf-relocation']);

/** One section header, with the fields that only the reader needs. */
export interface SectionHeader extends Omit<ElfSection, 'relocations'> {
  readonly link: number;
  readonly info: number;
  /** Offset of its contents in the file. */
  readonly start: number;
}

/** Reads an ELF64 little-endian relocatable file for BPF. `name` is the file's name in problems. */
export function readElf(bytes: Uint8Array, name: string): Result<ElfFile> {
  const result = attempt(() => {
    const file = new ByteReader(bytes, { file: name });
    checkIdentity(file);
    const headers = readSectionHeaders(file);
    const symbols = readSymbols(file, headers);
    const relocations = readRelocations(file, headers, symbols);
    const sections = headers.map(({ index, name, type, flags, size, bytes, entrySize }): ElfSection => ({
      index,
      name,
      type,
      flags,
      size,
      bytes,
      entrySize,
      relocations: relocations.get(index) ?? [],
    }));
    return { name, sections, symbols };
  });
  if (result.ok || result.problem.hint !== undefined || !damage.has(result.problem.code)) return result;
  return failed({ ...result.problem, hint: damageHint });
}

function checkIdentity(file: ByteReader): void {
  const { bytes } = file;
  if (bytes.length === 0) raise('not-elf', 'the file is empty, not an ELF object', file.place, compileHint);
  const magic = [0x7f, 0x45, 0x4c, 0x46];
  if (magic.some((byte, i) => bytes[i] !== byte)) {
    raise('not-elf', `this is not an ELF object but ${guessFormat(bytes)}`, file.place, compileHint);
  }
  const elfClass = file.u8(4, 'the ELF class');
  if (elfClass !== 2)
    raise('elf-class', 'BPF objects are 64-bit ELF, this one is not', file.place, compileHint);
  const order = file.u8(5, 'the ELF byte order');
  if (order !== 1) {
    const hint = 'compile with --target=bpfel (or --target=bpf on a little-endian machine)';
    raise('big-endian-not-supported', 'big-endian BPF objects are not supported', file.place, hint);
  }
  file.need(0, headerSize, 'the ELF header');
  const machine = file.u16(18);
  if (machine !== EM_BPF) {
    raise(
      'elf-machine',
      `this is an object for ${machineName(machine)}, not for BPF`,
      file.place,
      compileHint,
    );
  }
  const type = file.u16(16);
  if (type !== ET_REL) {
    raise(
      'elf-type',
      `BPF objects are relocatable files (ELF type 1), this one has type ${type}`,
      file.place,
      compileHint,
    );
  }
}

function guessFormat(bytes: Uint8Array): string {
  const starts = (...magic: number[]): boolean => magic.every((byte, i) => bytes[i] === byte);
  if (starts(0x42, 0x43, 0xc0, 0xde)) return 'LLVM bitcode (compiled with -emit-llvm or -flto)';
  if (starts(0xcf, 0xfa, 0xed, 0xfe)) return 'a Mach-O file';
  if (starts(0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e)) return 'an ar archive';
  if (starts(0x1f, 0x8b)) return 'a gzip file';
  const text = bytes.subarray(0, 64).every((byte) => byte === 9 || byte === 10 || byte === 13 || byte >= 32);
  return text ? 'a text file' : 'something else';
}

function readSectionHeaders(file: ByteReader): SectionHeader[] {
  const start = file.size(40, 'the offset of the section headers');
  const entrySize = file.u16(58);
  const count = file.u16(60);
  const namesIndex = file.u16(62);
  if (start === 0 || count === 0) {
    raise(
      'elf-sections',
      'the file has no section headers (or more than 65279, which is not supported)',
      file.at(60),
    );
  }
  if (entrySize !== sectionHeaderSize) {
    raise('elf-sections', `section headers have ${sectionHeaderSize} bytes, here ${entrySize}`, file.at(58));
  }
  file.need(start, count * sectionHeaderSize, `the table of ${count} section headers`);
  const unnamed = Array.from({ length: count }, (_, i) => readSectionHeader(file, start, i));
  const names = unnamed[namesIndex];
  if (names === undefined) {
    return raise(
      'elf-sections',
      `section names are said to be in section ${namesIndex} of ${count}`,
      file.at(62),
    );
  }
  const strings = new ByteReader(names.bytes, { ...file.place, section: `section ${namesIndex}` });
  return unnamed.map((header) => ({
    ...header,
    name: header.index === 0 ? '' : strings.cstring(header.nameOffset, `the name of section ${header.index}`),
  }));
}

function readSectionHeader(
  file: ByteReader,
  table: number,
  index: number,
): SectionHeader & { nameOffset: number } {
  const at = table + index * sectionHeaderSize;
  const type = file.u32(at + 4);
  const size = index === 0 ? 0 : file.size(at + 32, `the size of section ${index}`);
  const start = file.size(at + 24, `the offset of section ${index}`);
  const hasBytes = type !== SHT.nobits && size > 0;
  return {
    index,
    name: '',
    nameOffset: file.u32(at),
    type,
    flags: file.u32(at + 8),
    start,
    size,
    bytes: hasBytes ? file.slice(start, size, `section ${index}`) : new Uint8Array(),
    link: file.u32(at + 40),
    info: file.u32(at + 44),
    entrySize: file.size(at + 56, `the entry size of section ${index}`),
  };
}

export function isSection(index: number): boolean {
  return index !== SHN.undef && index < SHN.loreserve;
}
