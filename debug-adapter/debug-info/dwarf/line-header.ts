import { DW_FORM, DW_LNCT } from './constants.ts';
import type { Cursor } from './cursor.ts';
import { isKnownForm, readForm, type RawValue, type UnitFormat } from './forms.ts';
import type { Sections } from './sections.ts';

export interface SourceFile {
  /** Joined with its directory as LLVM does it for .BTF.ext: nothing is taken out. */
  readonly name: string;
  readonly md5: Uint8Array | undefined;
}

/** What the opcodes of a line number program mean (DWARF 5, section 6.2.4). */
export interface LineParameters {
  readonly minInstructionLength: number;
  readonly defaultIsStatement: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  /** How many operands each standard opcode has, from opcode 1. */
  readonly operandCounts: readonly number[];
}

const section = '.debug_line';

/** The header of a line number program: the files of a unit, and how its program is to be read. */
export class LineHeader {
  /** By their number in the program and in DW_AT_decl_file; before DWARF 5 there is no file 0. */
  readonly files: readonly (SourceFile | undefined)[];
  readonly parameters: LineParameters | undefined;
  readonly programAt: number;
  readonly end: number;

  private constructor(
    files: readonly (SourceFile | undefined)[],
    parameters: LineParameters | undefined,
    programAt: number,
    end: number,
  ) {
    this.files = files;
    this.parameters = parameters;
    this.programAt = programAt;
    this.end = end;
  }

  /** Of a unit whose line table is damaged. */
  static readonly none = new LineHeader([], undefined, 0, 0);

  static read(sections: Sections, offset: number, compilationDirectory: string): LineHeader {
    const cursor = sections.cursor(section, offset);
    const short = cursor.u32();
    const offsetSize = short === 0xffffffff ? 8 : 4;
    const end = (offsetSize === 8 ? cursor.u64() : short) + cursor.offset;
    if (end > cursor.end) cursor.damaged('this line table goes beyond the section', offset);
    const version = cursor.u16();
    if (version < 2 || version > 5) cursor.damaged(`line table version ${version} is not supported`, offset);
    if (version >= 5) cursor.skip(2);
    const headerLength = cursor.sized(offsetSize);
    const programAt = cursor.offset + headerLength;
    const parameters = readParameters(cursor, version);
    const format = { offsetSize, version } as const;
    const files =
      version >= 5 ? readFiles(sections, cursor, format) : readOldFiles(cursor, compilationDirectory);
    return new LineHeader(files, parameters, programAt, end);
  }
}

function readParameters(cursor: Cursor, version: number): LineParameters {
  const minInstructionLength = cursor.u8();
  if (version >= 4) cursor.skip(1);
  const defaultIsStatement = cursor.u8() !== 0;
  const lineBase = cursor.i8();
  const lineRange = cursor.u8();
  const opcodeBase = cursor.u8();
  if (lineRange === 0) cursor.damaged('the line range of this line table is 0');
  const operandCounts: number[] = [];
  for (let i = 1; i < opcodeBase; i++) operandCounts.push(cursor.u8());
  return { minInstructionLength, defaultIsStatement, lineBase, lineRange, opcodeBase, operandCounts };
}

/** Tables that describe themselves, DWARF 5: each entry has the parts that stand before the table. */
function readFiles(sections: Sections, cursor: Cursor, format: UnitFormat): SourceFile[] {
  const directories = readEntries(sections, cursor, format).map(({ name }) => name);
  const base = directories[0] ?? '';
  return readEntries(sections, cursor, format).map(({ name, directory, md5 }) => {
    const path = directories[directory] ?? '';
    return { name: join(directory === 0 ? path : join(base, path), name), md5 };
  });
}

interface Entry {
  name: string;
  directory: number;
  md5: Uint8Array | undefined;
}

function readEntries(sections: Sections, cursor: Cursor, format: UnitFormat): Entry[] {
  const parts: [number, number][] = [];
  for (let count = cursor.u8(); count > 0; count--) parts.push([cursor.uleb(), cursor.uleb()]);
  const count = cursor.uleb();
  // Each entry takes a byte at least.
  if (count > cursor.end - cursor.offset || (count > 0 && parts.length === 0))
    cursor.damaged(`${count} files or directories are more than there is room for`);
  return Array.from({ length: count }, () => readEntry(sections, cursor, format, parts));
}

function readEntry(
  sections: Sections,
  cursor: Cursor,
  format: UnitFormat,
  parts: readonly [number, number][],
): Entry {
  const entry: Entry = { name: '', directory: 0, md5: undefined };
  for (const [content, form] of parts) {
    if (!isKnownForm(form)) cursor.damaged(`form 0x${form.toString(16)} is unknown`);
    const value = readForm(cursor, form, format);
    if (content === DW_LNCT.path) entry.name = text(sections, form, value);
    else if (content === DW_LNCT.directory_index) entry.directory = Number(value);
    else if (content === DW_LNCT.MD5 && value instanceof Uint8Array) entry.md5 = value;
  }
  return entry;
}

function text(sections: Sections, form: number, value: RawValue): string {
  const offset = Number(value);
  switch (form) {
    case DW_FORM.string:
      return sections.cursor(section, offset).cstring();
    case DW_FORM.strp:
      return sections.cursor('.debug_str', offset).cstring();
    case DW_FORM.line_strp:
      return sections.cursor('.debug_line_str', offset).cstring();
    default:
      return '';
  }
}

/** Before DWARF 5: directory 0 is the compilation's and is not in the table, files count from 1. */
function readOldFiles(cursor: Cursor, compilationDirectory: string): (SourceFile | undefined)[] {
  const directories = [compilationDirectory];
  for (let name = cursor.cstring(); name !== ''; name = cursor.cstring())
    directories.push(join(compilationDirectory, name));
  const files: (SourceFile | undefined)[] = [undefined];
  for (let name = cursor.cstring(); name !== ''; name = cursor.cstring()) {
    files.push({ name: join(directories[cursor.uleb()] ?? '', name), md5: undefined });
    cursor.skipLeb();
    cursor.skipLeb();
  }
  return files;
}

function join(directory: string, name: string): string {
  return directory === '' || name.startsWith('/') ? name : `${directory}/${name}`;
}
