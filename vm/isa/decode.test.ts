import { describe, expect, it } from 'vitest';
import { fromHex } from '../base/bytes.ts';
import type { Problem } from '../base/problem.ts';
import { decode, decodeAll } from './decode.ts';
import { encode, makeInstruction, type Operands } from './encode.ts';
import type { Instruction, InstructionRow, Selector } from './row.ts';
import { instructionTable, rowsOfOpcode } from './table.ts';

/** The bytes of a row with `operands`, whether or not they are allowed. */
function bytesOf(row: InstructionRow, operands: Operands): Uint8Array {
  return encode(makeInstruction(row, operands));
}

function problemOf(code: Uint8Array, slot = 0): Problem | undefined {
  const result = decode(code, slot);
  return result.ok ? undefined : result.problem;
}

function decoded(code: Uint8Array, slot = 0): Instruction {
  const result = decode(code, slot);
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

const hex = (text: string): Uint8Array => fromHex(text)!;

const names = (rows: readonly InstructionRow[]): string[] => rows.map(({ name }) => name);

/** Two slots, so that an lddw is whole; every field that is not given is 0. */
function word(opcode: number, { dst = 0, src = 0, off = 0, imm = 0 }: Operands): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, opcode);
  view.setUint8(1, dst | (src << 4));
  view.setInt16(2, off, true);
  view.setInt32(4, imm, true);
  return bytes;
}

describe('every opcode byte with every selector value', () => {
  const selectorValues: Readonly<Record<Selector, readonly number[]>> = {
    src: Array.from({ length: 16 }, (_, i) => i),
    off: [0, 1, 2, 7, 8, 9, 16, 24, 32, 33, 64, -1, -8],
    imm: [
      0, 1, 2, 8, 15, 16, 17, 32, 64, 128, -1, 0x40, 0x41, 0x50, 0x51, 0x60, 0xa0, 0xa1, 0xe0, 0xe1, 0xf0,
      0xf1, 0x100, 0x101, 0x110, 0x111, 0x120,
    ],
  };

  it.each(Array.from({ length: 256 }, (_, i) => i))('opcode %s is a row or refused', (opcode) => {
    const rows = rowsOfOpcode(opcode);
    const selector = rows[0]?.selector;
    if (selector === undefined) {
      const problem = problemOf(word(opcode, {}));
      if (rows.length === 1) expect(problem).toBeUndefined();
      else expect(problem?.code).toBe(opcode === 0x0d ? 'not-implemented' : 'unknown-opcode');
      return;
    }
    const reached = new Set<string>();
    for (const value of selectorValues[selector]) {
      const imm = opcode === 0xbf && value === 1 ? 1 : 0;
      const code = word(opcode, { imm, [selector]: value });
      const problem = problemOf(code);
      if (problem !== undefined) {
        expect(problem.code).toBe('unknown-variant');
        expect(problem.message).toContain(
          `0x${opcode.toString(16).padStart(2, '0')} at slot 0 has ${selector} ${value}`,
        );
        continue;
      }
      const { row } = decoded(code);
      expect(row.fields[row.selector!]).toContain(value);
      reached.add(row.name);
    }
    expect([...reached].sort()).toEqual(names(rows).sort());
  });
});

describe('every field of every row', () => {
  it.each(names(instructionTable as InstructionRow[]))('%s', (name) => {
    const row = instructionTable.find((entry) => entry.name === name)!;
    for (const field of ['dst', 'src', 'off', 'imm', 'immHigh'] as const) {
      const use = row.fields[field];
      if (field === 'immHigh' && row.semantics.kind !== 'lddw') continue;
      const old = name === 'callx' && field === 'imm';
      const code = bytesOf(row, { [field]: old ? 10 : 5 });
      if (use === 'reserved') {
        expect(problemOf(code)).toMatchObject({ code: 'reserved-field', place: { offset: 0 } });
        expect(problemOf(code)?.message).toContain(`${name} (opcode 0x`);
      } else if (use === 'free') {
        expect(decoded(code)[field]).toBe(5);
        expect(decoded(bytesOf(row, { [field]: -7 }))[field]).toBe(-7);
      } else if (use === 'read') {
        expect(decoded(bytesOf(row, { [field]: 10 }))[field]).toBe(10);
        expect(problemOf(bytesOf(row, { [field]: 11 }))?.code).toBe('bad-register');
      } else if (use === 'write' || use === 'modify') {
        expect(decoded(bytesOf(row, { [field]: 9 }))[field]).toBe(9);
        expect(problemOf(bytesOf(row, { [field]: 10 }))?.code).toBe('frame-pointer-write');
        expect(problemOf(bytesOf(row, { [field]: 15 }))?.code).toBe('bad-register');
      } else {
        for (const value of use) expect(decoded(bytesOf(row, { [field]: value })).row).toBe(row);
        const other = decode(bytesOf(row, { [field]: 0x77 & (field === 'src' ? 15 : 0x77) }), 0);
        if (other.ok) expect(other.value.row).not.toBe(row);
        else expect(['unknown-variant', 'bad-field']).toContain(other.problem.code);
      }
    }
  });
});

it('callx as clang wrote it before version 19', () => {
  expect(decoded(hex('8d00000003000000'))).toMatchObject({ row: { name: 'callx' }, dst: 3, imm: 0 });
  expect(decoded(hex('8d03000000000000'))).toMatchObject({ row: { name: 'callx' }, dst: 3, imm: 0 });
});

describe('refusals', () => {
  it.each([
    ['ff00000000000000', 'unknown-opcode', 'opcode 0xff at slot 0 is no instruction'],
    ['0d01000000000000', 'not-implemented', 'opcode 0x0d at slot 0 is gotox, which is not implemented'],
    [
      'bf21030000000000',
      'unknown-variant',
      'opcode 0xbf at slot 0 has off 3, which is no instruction: off may be 0, 1, 8, 16 or 32',
    ],
    [
      '8530000001000000',
      'unknown-variant',
      'opcode 0x85 at slot 0 has src 3, which is no instruction: src may be 0, 1 or 2',
    ],
    [
      '0721000005000000',
      'reserved-field',
      'add64_imm (opcode 0x07) at slot 0 has src 2; the field is reserved and must be 0',
    ],
    [
      '070b000005000000',
      'bad-register',
      'add64_imm (opcode 0x07) at slot 0 names r11 in dst; there are only r0 to r10',
    ],
    [
      'b70a000000000000',
      'frame-pointer-write',
      'mov64_imm (opcode 0xb7) at slot 0 writes r10, but the frame pointer is read only',
    ],
    [
      'dba1f8ff01000000',
      'frame-pointer-write',
      'lock_fetch_add64 (opcode 0xdb) at slot 0 writes r10, but the frame pointer is read only',
    ],
    [
      'bf21010002000000',
      'bad-field',
      'addr_space_cast (opcode 0xbf) at slot 0 has imm 2; only 1 or 65536 have a meaning there',
    ],
    [
      '1801000005000000',
      'truncated-lddw',
      'lddw_imm (opcode 0x18) at slot 0 takes two slots, but the code ends after the first',
    ],
    [
      '18010000050000000000010000000000',
      'bad-lddw',
      'lddw_imm (opcode 0x18) at slot 0 has opcode 0x00, registers 0x00, off 1 in its second slot, where only imm may be other than 0',
    ],
    [
      '18110000050000000000000001000000',
      'reserved-field',
      'lddw_map_fd (opcode 0x18) at slot 0 has the imm of the second slot 1; the field is reserved and must be 0',
    ],
    ['070100', 'truncated-code', 'slot 0 does not lie within code of 3 bytes (8 bytes a slot)'],
  ])('%s: %s', (code, problem, message) => {
    expect(problemOf(hex(code))).toMatchObject({ code: problem, message });
  });

  it.each(['8d0000000a000000', '8d010000 03000000', '8d000000ffffffff'])('callx with imm: %s', (code) => {
    expect(problemOf(hex(code))?.code).toBe('reserved-field');
  });

  it('name slot and byte offset', () => {
    const code = hex('b700000000000000 ff00000000000000');
    expect(problemOf(code, 1)).toMatchObject({ place: { offset: 8 } });
    expect(problemOf(code, 1)?.message).toContain('at slot 1');
  });

  it.each([-1, 1, 0.5, Number.NaN])('slot %s of one slot', (slot) => {
    expect(problemOf(hex('9500000000000000'), slot)?.code).toBe('truncated-code');
  });
});

describe('decodeAll', () => {
  it('has one entry a slot, undefined in second slots', () => {
    const code = hex('1801000088776655 0000000044332211 9500000000000000');
    const result = decodeAll(code);
    if (!result.ok) throw new Error(result.problem.message);
    expect(result.value.map((instruction) => instruction?.row.name)).toEqual(['lddw_imm', undefined, 'exit']);
    expect(result.value[0]).toMatchObject({ dst: 1, imm: 0x55667788, immHigh: 0x11223344, slots: 2 });
  });

  it.each([
    ['b700000000000000 95', 'truncated-code', 8],
    ['b700000000000000 ff00000000000000', 'unknown-opcode', 8],
    ['b700000000000000 1801000000000000', 'truncated-lddw', 8],
  ])('%s is refused', (text, code, offset) => {
    expect(decodeAll(hex(text))).toMatchObject({ ok: false, problem: { code, place: { offset } } });
  });

  it('accepts no code at all', () => expect(decodeAll(new Uint8Array())).toEqual({ ok: true, value: [] }));

  it('reads a part of a bigger buffer', () => {
    const code = hex('ffff 9500000000000000').subarray(2);
    expect(decoded(code).row.name).toBe('exit');
  });
});
