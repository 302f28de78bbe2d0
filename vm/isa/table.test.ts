import { describe, expect, it } from 'vitest';
import { findRow, instructionTable, rowsOfOpcode } from './table.ts';

/**
 * The opcodes of RFC 9669, appendix "Opcode Reference", and of the kernel's additions, written down by hand: the
 * test of the generated table. Names of one opcode stand in the order of their selector values.
 */
// prettier-ignore
const opcodes: Readonly<Record<number, string>> = {
  0x04: 'add32_imm', 0x07: 'add64_imm', 0x0c: 'add32_reg', 0x0f: 'add64_reg',
  0x14: 'sub32_imm', 0x17: 'sub64_imm', 0x1c: 'sub32_reg', 0x1f: 'sub64_reg',
  0x24: 'mul32_imm', 0x27: 'mul64_imm', 0x2c: 'mul32_reg', 0x2f: 'mul64_reg',
  0x34: 'div32_imm sdiv32_imm', 0x37: 'div64_imm sdiv64_imm',
  0x3c: 'div32_reg sdiv32_reg', 0x3f: 'div64_reg sdiv64_reg',
  0x44: 'or32_imm', 0x47: 'or64_imm', 0x4c: 'or32_reg', 0x4f: 'or64_reg',
  0x54: 'and32_imm', 0x57: 'and64_imm', 0x5c: 'and32_reg', 0x5f: 'and64_reg',
  0x64: 'lsh32_imm', 0x67: 'lsh64_imm', 0x6c: 'lsh32_reg', 0x6f: 'lsh64_reg',
  0x74: 'rsh32_imm', 0x77: 'rsh64_imm', 0x7c: 'rsh32_reg', 0x7f: 'rsh64_reg',
  0x84: 'neg32', 0x87: 'neg64',
  0x94: 'mod32_imm smod32_imm', 0x97: 'mod64_imm smod64_imm',
  0x9c: 'mod32_reg smod32_reg', 0x9f: 'mod64_reg smod64_reg',
  0xa4: 'xor32_imm', 0xa7: 'xor64_imm', 0xac: 'xor32_reg', 0xaf: 'xor64_reg',
  0xb4: 'mov32_imm', 0xb7: 'mov64_imm',
  0xbc: 'mov32_reg movsx8_32 movsx16_32',
  0xbf: 'mov64_reg addr_space_cast movsx8_64 movsx16_64 movsx32_64',
  0xc4: 'arsh32_imm', 0xc7: 'arsh64_imm', 0xcc: 'arsh32_reg', 0xcf: 'arsh64_reg',
  0xd4: 'le16 le32 le64', 0xdc: 'be16 be32 be64', 0xd7: 'bswap16 bswap32 bswap64',

  0x61: 'ldxw', 0x69: 'ldxh', 0x71: 'ldxb', 0x79: 'ldxdw',
  0x81: 'ldxsw', 0x89: 'ldxsh', 0x91: 'ldxsb',
  0x62: 'stw', 0x6a: 'sth', 0x72: 'stb', 0x7a: 'stdw',
  0x63: 'stxw', 0x6b: 'stxh', 0x73: 'stxb', 0x7b: 'stxdw',
  0xc3: 'lock_add32 lock_fetch_add32 lock_or32 lock_fetch_or32 lock_and32 lock_fetch_and32 lock_xor32 lock_fetch_xor32 lock_xchg32 lock_cmpxchg32 load_acquire32 store_release32',
  0xdb: 'lock_add64 lock_fetch_add64 lock_or64 lock_fetch_or64 lock_and64 lock_fetch_and64 lock_xor64 lock_fetch_xor64 lock_xchg64 lock_cmpxchg64 load_acquire64 store_release64',
  0xcb: 'load_acquire16 store_release16', 0xd3: 'load_acquire8 store_release8',
  0x18: 'lddw_imm lddw_map_fd lddw_map_value lddw_btf_id lddw_func lddw_map_idx lddw_map_idx_value',
  0x20: 'ldabsw', 0x28: 'ldabsh', 0x30: 'ldabsb', 0x40: 'ldindw', 0x48: 'ldindh', 0x50: 'ldindb',

  0x05: 'goto', 0x06: 'gotol',
  0x15: 'jeq64_imm', 0x16: 'jeq32_imm', 0x1d: 'jeq64_reg', 0x1e: 'jeq32_reg',
  0x25: 'jgt64_imm', 0x26: 'jgt32_imm', 0x2d: 'jgt64_reg', 0x2e: 'jgt32_reg',
  0x35: 'jge64_imm', 0x36: 'jge32_imm', 0x3d: 'jge64_reg', 0x3e: 'jge32_reg',
  0x45: 'jset64_imm', 0x46: 'jset32_imm', 0x4d: 'jset64_reg', 0x4e: 'jset32_reg',
  0x55: 'jne64_imm', 0x56: 'jne32_imm', 0x5d: 'jne64_reg', 0x5e: 'jne32_reg',
  0x65: 'jsgt64_imm', 0x66: 'jsgt32_imm', 0x6d: 'jsgt64_reg', 0x6e: 'jsgt32_reg',
  0x75: 'jsge64_imm', 0x76: 'jsge32_imm', 0x7d: 'jsge64_reg', 0x7e: 'jsge32_reg',
  0x85: 'call_helper call_subprogram call_kfunc', 0x8d: 'callx', 0x95: 'exit',
  0xa5: 'jlt64_imm', 0xa6: 'jlt32_imm', 0xad: 'jlt64_reg', 0xae: 'jlt32_reg',
  0xb5: 'jle64_imm', 0xb6: 'jle32_imm', 0xbd: 'jle64_reg', 0xbe: 'jle32_reg',
  0xc5: 'jslt64_imm', 0xc6: 'jslt32_imm', 0xcd: 'jslt64_reg', 0xce: 'jslt32_reg',
  0xd5: 'jsle64_imm', 0xd6: 'jsle32_imm', 0xdd: 'jsle64_reg', 0xde: 'jsle32_reg',
  0xe5: 'may_goto',
};

/** The values of the selector field that choose a row; none where it is alone at its opcode. */
function selectorValues(name: string): readonly number[] {
  const row = findRow(name)!;
  const use = row.selector === undefined ? 'free' : row.fields[row.selector];
  return typeof use === 'string' ? [] : use;
}

describe('instruction table', () => {
  it.each(Array.from({ length: 256 }, (_, opcode) => opcode))('opcode 0x%s', (opcode) => {
    const sorted = rowsOfOpcode(opcode)
      .map(({ name }) => name)
      .sort((a, b) => (selectorValues(a)[0] ?? 0) - (selectorValues(b)[0] ?? 0));
    expect(sorted.join(' ')).toBe(opcodes[opcode] ?? '');
  });

  it('has dense ids and unique names', () => {
    expect(instructionTable.map(({ id }) => id)).toEqual(instructionTable.map((_, index) => index));
    expect(new Set(instructionTable.map(({ name }) => name)).size).toBe(instructionTable.length);
    for (const row of instructionTable) expect(findRow(row.name)).toBe(row);
  });

  it('tells rows of one opcode apart by one field with values of their own', () => {
    for (let opcode = 0; opcode < 256; opcode++) {
      const rows = rowsOfOpcode(opcode);
      expect(new Set(rows.map(({ selector }) => selector)).size).toBeLessThanOrEqual(1);
      const values = rows.flatMap(({ name }) => selectorValues(name));
      expect(new Set(values).size).toBe(values.length);
      if (rows.length > 1) expect(values).toHaveLength(rows.length);
    }
  });

  it('has the semantics of the engine for a few rows of every kind', () => {
    expect(findRow('smod32_reg')?.semantics).toEqual({
      kind: 'alu',
      operation: 'smod',
      width: 32,
      operand: 'reg',
    });
    expect(findRow('neg64')?.semantics).toEqual({
      kind: 'alu',
      operation: 'neg',
      width: 64,
      operand: 'none',
    });
    expect(findRow('movsx16_32')?.semantics).toEqual({
      kind: 'alu',
      operation: 'movsx16',
      width: 32,
      operand: 'reg',
    });
    expect(findRow('bswap16')?.semantics).toEqual({ kind: 'byteswap', order: 'swap', bits: 16 });
    expect(findRow('ldxsh')?.semantics).toEqual({ kind: 'load', size: 2, signed: true });
    expect(findRow('stxdw')?.semantics).toEqual({ kind: 'store', size: 8, operand: 'reg' });
    expect(findRow('lock_fetch_xor32')?.semantics).toEqual({
      kind: 'atomic',
      operation: 'xor',
      fetch: true,
      size: 4,
    });
    expect(findRow('lock_cmpxchg64')?.semantics).toEqual({
      kind: 'atomic',
      operation: 'cmpxchg',
      fetch: true,
      size: 8,
    });
    expect(findRow('jset32_imm')?.semantics).toEqual({
      kind: 'jump',
      operation: 'set',
      width: 32,
      operand: 'imm',
    });
    expect(findRow('gotol')?.semantics).toEqual({ kind: 'goto', displacement: 'imm' });
    expect(findRow('call_kfunc')?.semantics).toEqual({ kind: 'call', target: 'kfunc' });
    expect(findRow('lddw_map_idx_value')?.semantics).toEqual({ kind: 'lddw', value: 'map_idx_value' });
    expect(findRow('ldindh')?.semantics).toEqual({ kind: 'packet_load', mode: 'ind', size: 2 });
  });
});
