import { DW_FORM, DW_LNCT } from '../dwarf/constants.ts';
import { ByteWriter } from './byte-writer.ts';

/** A line number program; the standard opcodes have their usual numbers of operands. */
export interface LineProgramSpec {
  readonly version: number;
  /** From DWARF 5 on the first is the compilation's, before it is not here. */
  readonly directories: readonly string[];
  readonly files: readonly { readonly name: string; readonly directory: number; readonly md5?: Uint8Array }[];
  readonly minInstructionLength: number;
  readonly program: (writer: ByteWriter) => void;
}

export const lineBase = -5;
export const lineRange = 14;
export const opcodeBase = 13;
const operandCounts = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

export function buildLines(programs: readonly LineProgramSpec[]): Uint8Array {
  const section = new ByteWriter();
  for (const spec of programs) {
    section.measured(4, (unit) => {
      unit.number(spec.version, 2);
      if (spec.version >= 5) unit.u8(8).u8(0);
      unit.measured(4, (header) => writeHeader(header, spec));
      spec.program(unit);
    });
  }
  return section.done();
}

function writeHeader(header: ByteWriter, spec: LineProgramSpec): void {
  header.u8(spec.minInstructionLength);
  if (spec.version >= 4) header.u8(1);
  header.u8(1).number(lineBase, 1).u8(lineRange).u8(opcodeBase).bytes(operandCounts);
  if (spec.version >= 5) writeFiles(header, spec);
  else writeOldFiles(header, spec);
}

function writeFiles(header: ByteWriter, { directories, files }: LineProgramSpec): void {
  header.u8(1).uleb(DW_LNCT.path).uleb(DW_FORM.string).uleb(directories.length);
  for (const directory of directories) header.text(directory);
  header.u8(3).uleb(DW_LNCT.path).uleb(DW_FORM.string);
  header.uleb(DW_LNCT.directory_index).uleb(DW_FORM.udata).uleb(DW_LNCT.MD5).uleb(DW_FORM.data16);
  header.uleb(files.length);
  for (const { name, directory, md5 } of files)
    header
      .text(name)
      .uleb(directory)
      .bytes(md5 ?? new Uint8Array(16));
}

function writeOldFiles(header: ByteWriter, { directories, files }: LineProgramSpec): void {
  for (const directory of directories) header.text(directory);
  header.u8(0);
  for (const { name, directory } of files) header.text(name).uleb(directory).uleb(0).uleb(0);
  header.u8(0);
}
