import { describe, expect, test } from 'vitest';
import type { DebugInfo } from '../debug-info.ts';
import { buildLines, lineBase, lineRange, opcodeBase, type LineProgramSpec } from '../testing/build-lines.ts';
import { buildUnits, die } from '../testing/build-dwarf.ts';
import type { ByteWriter } from '../testing/byte-writer.ts';
import { debugObject } from '../testing/debug-object.ts';
import { DW_AT, DW_FORM, DW_LNE, DW_LNS, DW_TAG } from './constants.ts';
import { readDebugInfo } from './read-debug-info.ts';

const code = 2 ** 32;

function linesOf(spec: LineProgramSpec, directory = '/src'): DebugInfo {
  const root = die(DW_TAG.compile_unit, [
    [DW_AT.stmt_list, DW_FORM.sec_offset, 0],
    [DW_AT.comp_dir, DW_FORM.string, directory],
  ]);
  const units = buildUnits([{ version: spec.version, root }]);
  const info = readDebugInfo(debugObject({ ...units, '.debug_line': buildLines([spec]) }));
  if (info === undefined) throw new Error('there is .debug_info');
  return info;
}

function rowsOf(info: DebugInfo): string[] {
  return info.lines.rows.map(({ address, file, line, column, isStatement, prologueEnd, endSequence }) => {
    const section = Math.floor(address / code);
    const flags = [isStatement ? 's' : '', prologueEnd ? 'p' : '', endSequence ? 'end' : ''].join('');
    return `${section}:${(address % code).toString(16)} ${file}:${line}:${column} ${flags}`.trim();
  });
}

function special(addressStep: number, lineStep: number): number {
  return opcodeBase + addressStep * lineRange + (lineStep - lineBase);
}

const setAddress = (writer: ByteWriter, address: number): ByteWriter =>
  writer.u8(0).uleb(9).u8(DW_LNE.set_address).number(address, 8);
const endSequence = (writer: ByteWriter): ByteWriter => writer.u8(0).uleb(1).u8(DW_LNE.end_sequence);

const base: LineProgramSpec = {
  version: 5,
  directories: ['/src', 'sub', '/usr/include'],
  files: [
    { name: 'a.c', directory: 0 },
    { name: 'b.h', directory: 1 },
    { name: 'c.h', directory: 2 },
    { name: '/abs/d.h', directory: 0 },
  ],
  minInstructionLength: 8,
  program: () => undefined,
};

describe('the program', () => {
  test('special and standard opcodes, in two sections', () => {
    const program = (writer: ByteWriter): void => {
      setAddress(writer, 2 * code + 0x10)
        .u8(DW_LNS.set_file)
        .uleb(0)
        .u8(DW_LNS.set_column)
        .uleb(5);
      writer.u8(DW_LNS.set_prologue_end).u8(special(1, 4)).u8(special(2, -1));
      writer.u8(DW_LNS.negate_stmt).u8(DW_LNS.advance_line).sleb(100).u8(DW_LNS.advance_pc).uleb(3);
      writer
        .u8(DW_LNS.set_basic_block)
        .u8(DW_LNS.set_epilogue_begin)
        .u8(DW_LNS.set_isa)
        .uleb(9)
        .u8(DW_LNS.copy);
      writer.u8(DW_LNS.const_add_pc).u8(DW_LNS.copy);
      writer.u8(DW_LNS.fixed_advance_pc).number(24, 2);
      endSequence(writer);
      setAddress(writer, code).u8(DW_LNS.set_file).uleb(1).u8(DW_LNS.copy);
      writer.u8(DW_LNS.advance_line).sleb(-1).u8(special(1, 0)).u8(DW_LNS.advance_pc).uleb(1);
      endSequence(writer);
    };
    expect(rowsOf(linesOf({ ...base, program }))).toEqual([
      '1:0 /src/sub/b.h:1:0 s',
      '1:8 /src/sub/b.h:0:0 s',
      '1:10 /src/sub/b.h:0:0 send',
      '2:18 /src/a.c:5:5 sp',
      '2:28 /src/a.c:4:5 s',
      '2:40 /src/a.c:104:5',
      '2:c8 /src/a.c:104:5',
      '2:e0 /src/a.c:104:5 end',
    ]);
  });

  test('the end of a sequence comes before the start of the one that follows', () => {
    const program = (writer: ByteWriter): void => {
      for (const start of [8, 0]) {
        setAddress(writer, code + start)
          .u8(DW_LNS.set_file)
          .uleb(0)
          .u8(DW_LNS.copy);
        endSequence(writer.u8(DW_LNS.advance_pc).uleb(1));
      }
    };
    expect(rowsOf(linesOf({ ...base, program })).map((row) => row.replace(/.*? /, ''))).toEqual([
      '/src/a.c:1:0 s',
      '/src/a.c:1:0 send',
      '/src/a.c:1:0 s',
      '/src/a.c:1:0 send',
    ]);
  });

  test('opcodes that are unknown are skipped with their operands', () => {
    const program = (writer: ByteWriter): void => {
      setAddress(writer, code).u8(0).uleb(3).u8(0x80).number(0, 2).u8(DW_LNS.copy);
      endSequence(writer);
    };
    expect(rowsOf(linesOf({ ...base, program })).length).toBe(2);
  });

  test('of binutils counts bytes', () => {
    const program = (writer: ByteWriter): void => {
      setAddress(writer, code).u8(DW_LNS.copy).u8(DW_LNS.advance_pc).uleb(8);
      endSequence(writer);
    };
    const rows = linesOf({ ...base, minInstructionLength: 1, program }).lines.rows;
    expect(rows.map(({ address }) => address - code)).toEqual([0, 8]);
  });

  test('what stands before a damaged place is kept', () => {
    const program = (writer: ByteWriter): void => {
      endSequence(setAddress(writer, code).u8(DW_LNS.copy));
      writer.u8(0).uleb(9).u8(DW_LNE.set_address).u8(1);
    };
    const info = linesOf({ ...base, program });
    expect(info.lines.rows.length).toBe(2);
    expect(info.warnings).toEqual([expect.stringMatching(/^\.debug_line\+0x.*beyond the end/)]);
  });
});

describe('files', () => {
  const each = (count: number, first: number) => (writer: ByteWriter) => {
    for (let file = first; file < first + count; file++)
      setAddress(writer, code + file * 8)
        .u8(DW_LNS.set_file)
        .uleb(file)
        .u8(DW_LNS.copy);
    endSequence(writer);
  };
  const namesOf = (info: DebugInfo): string[] => info.lines.rows.slice(0, -1).map(({ file }) => file);

  test('of DWARF 5 count from 0 and have checksums', () => {
    const md5 = Uint8Array.from({ length: 16 }, (_, i) => i);
    const files = base.files.map((file) => ({ ...file, md5 }));
    const info = linesOf({ ...base, files, program: each(4, 0) });
    expect(namesOf(info)).toEqual(['/src/a.c', '/src/sub/b.h', '/usr/include/c.h', '/abs/d.h']);
    expect(info.lines.checksum('/src/sub/b.h')).toEqual(md5);
    expect(info.lines.checksum('b.h')).toBeUndefined();
  });

  test.each([2, 3, 4])('of DWARF %d count from 1', (version) => {
    const directories = ['sub', '/usr/include'];
    const info = linesOf({ ...base, version, directories, program: each(4, 1) });
    expect(namesOf(info)).toEqual(['/src/a.c', '/src/sub/b.h', '/usr/include/c.h', '/abs/d.h']);
    expect(info.lines.checksum('/src/a.c')).toBeUndefined();
  });

  test('that are not in the table have no name', () => {
    expect(namesOf(linesOf({ ...base, program: each(1, 9) }))).toEqual(['']);
  });
});
