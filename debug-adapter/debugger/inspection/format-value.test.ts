import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../vm/base/bytes.ts';
import { expectOk } from '../../../vm/base/problem.ts';
import { Btf } from '../../../vm/object/btf/btf.ts';
import { BtfBuilder } from '../../../vm/object/testing/build-btf.ts';
import { BtfTypes } from '../../debug-info/btf-types.ts';
import { arrayOf, basic, pointerTo, spell, untyped, type CType } from '../../debug-info/c-type.ts';
import { formatValue, shortText, wholeText, type Surroundings } from './format-value.ts';
import { keyExpression } from './key-text.ts';
import { constant, storeNumber, type Value } from './value.ts';

const surroundings: Surroundings = {
  describe: (address) => (address === 0x1_0001_000en ? 'packet+14' : address === 0x2_0001_0000n ? 'sum' : ''),
  text: (address) => (address === 0x1_0001_000en ? 'eth0' : undefined),
  read: () => undefined,
};

const builder = new BtfBuilder();
const u8 = builder.int('unsigned char', 1);
const char = builder.int('char', 1, true);
const int = builder.int('int', 4, true);
const u32 = builder.typedef('__u32', builder.int('unsigned int', 4));
const u64 = builder.typedef('__u64', builder.int('unsigned long', 8));
const bool = builder.raw(1, { name: '_Bool', sizeOrType: 1 }, [(4 << 24) | 8]);
const count = builder.struct('count', 16, [
  ['packets', u64, 0],
  ['bytes', u64, 64],
]);
const action = builder.enum('xdp_action', [
  ['XDP_ABORTED', 0],
  ['XDP_DROP', 1],
  ['XDP_PASS', 2],
]);
const level = builder.enum('level', [['LOW', -1]], true);
const callback = builder.ptr(builder.funcProto(int, [['index', u32]]));
// A list node refers to itself through a pointer.
const nodeId = callback + 1;
const node = builder.struct('node', 16, [
  ['next', nodeId + 1, 0],
  ['value', u64, 64],
]);
builder.ptr(node);
const flags = builder.struct('flags', 4, [
  ['low', u32, 0, 3],
  ['signed_part', int, 3, 4],
  ['rest', u32, 7, 25],
]);
const inner = builder.struct(
  '',
  4,
  [
    ['word', u32, 0],
    ['half', builder.array(builder.int('short', 2, true), 2), 0],
  ],
  true,
);
const outer = builder.struct('outer', 8, [
  ['', inner, 0],
  ['tail', u32, 32],
]);
const types = new BtfTypes(expectOk(Btf.open(builder.bytes())));

const text = (type: CType, hex: string, options: { hex?: boolean; whole?: boolean } = {}): string =>
  formatValue(
    { type, storage: constant(fromHex(hex)!) },
    { hex: options.hex ?? false, surroundings, limits: options.whole === true ? wholeText : shortText },
  );

describe('texts of values', () => {
  test.each<[string, CType, string, string, string]>([
    ['unsigned', types.of(u32), 'ffffffff', '4294967295', '0xffffffff'],
    ['signed', types.of(int), 'feffffff', '-2', '0xfffffffe'],
    ['u64', types.of(u64), '0000000000000080', '9223372036854775808', '0x8000000000000000'],
    ['char', types.of(char), '41', "65 'A'", "0x41 'A'"],
    ['quote', types.of(char), '27', "39 '\\''", "0x27 '\\''"],
    ['negative char', types.of(char), 'ff', '-1', '0xff'],
    ['u8', types.of(u8), '41', '65', '0x41'],
    ['true', types.of(bool), '01', 'true', 'true'],
    ['odd bool', types.of(bool), '02', '2', '0x2'],
    ['enum', types.of(action), '02000000', 'XDP_PASS', 'XDP_PASS (0x2)'],
    ['unknown enum', types.of(action), '09000000', '9', '0x9'],
    ['signed enum', types.of(level), 'ffffffff', 'LOW', 'LOW (0xffffffff)'],
    [
      'struct',
      types.of(count),
      '0300000000000000b400000000000000',
      '{packets = 3, bytes = 180}',
      '{packets = 0x3, bytes = 0xb4}',
    ],
    [
      'bit fields',
      types.of(flags),
      'fd000000',
      '{low = 5, signed_part = -1, rest = 1}',
      '{low = 0x5, signed_part = 0xf, rest = 0x1}',
    ],
    [
      'anonymous union',
      types.of(outer),
      '0100ffff02000000',
      '{word = 4294901761, half = {1, -1}, tail = 2}',
      '{word = 0xffff0001, half = {0x1, 0xffff}, tail = 0x2}',
    ],
    ['array', arrayOf(types.of(u32), 2), '0100000002000000', '{1, 2}', '{0x1, 0x2}'],
    ['no elements', arrayOf(types.of(u32), 0), '', '{}', '{}'],
    ['text', arrayOf(types.of(char), 8), '6574683000000000', '"eth0"', '"eth0"'],
    ['empty text', arrayOf(types.of(char), 2), '0000', '""', '""'],
    ['no text', arrayOf(types.of(char), 3), '610062', "{97 'a', 0, 98 'b'}", "{0x61 'a', 0x0, 0x62 'b'}"],
    ['not UTF-8', arrayOf(types.of(char), 2), 'ff41', "{-1, 65 'A'}", "{0xff, 0x41 'A'}"],
    ['bytes', untyped(6), '020000000001', '02 00 00 00 00 01', '02 00 00 00 00 01'],
    ['NULL', pointerTo(basic.void), '0000000000000000', '0x0', '0x0'],
    [
      'pointer',
      pointerTo(types.of(u32)),
      '0e00010001000000',
      '0x10001000e <packet+14>',
      '0x10001000e <packet+14>',
    ],
    [
      'char pointer',
      pointerTo(types.of(char)),
      '0e00010001000000',
      '0x10001000e <packet+14> "eth0"',
      '0x10001000e <packet+14> "eth0"',
    ],
    ['function pointer', types.of(callback), '0000010002000000', '0x200010000 <sum>', '0x200010000 <sum>'],
    [
      'cyclic',
      types.of(node),
      '0e000100010000000700000000000000',
      '{next = 0x10001000e <packet+14>, value = 7}',
      '{next = 0x10001000e <packet+14>, value = 0x7}',
    ],
    ['double', { kind: 'float', size: 8, declare: () => 'double' }, '000000000000f83f', '1.5', '1.5'],
    ['too short', types.of(u64), '00', '<cannot be read>', '<cannot be read>'],
    ['struct too short', types.of(count), '00', '<cannot be read>', '<cannot be read>'],
  ])('%s', (_, type, hex, decimal, hexadecimal) => {
    expect(text(type, hex)).toBe(decimal);
    expect(text(type, hex, { hex: true })).toBe(hexadecimal);
  });

  test('long ones are cut, and whole for copying', () => {
    const many = arrayOf(types.of(u32), 100);
    const bytes = '01000000'.repeat(100);
    expect(text(many, bytes)).toBe(`{${'1, '.repeat(32)}...}`);
    expect(text(many, bytes, { whole: true })).toBe(`{${Array(100).fill('1').join(', ')}}`);
    const deep = arrayOf(arrayOf(arrayOf(arrayOf(arrayOf(types.of(u8), 1), 1), 1), 1), 1);
    expect(text(deep, '07')).toBe('{{{{{...}}}}}');
    expect(text(arrayOf(types.of(count), 32), '00'.repeat(512)).length).toBeLessThan(220);
  });
});

describe('types', () => {
  test.each<[CType, string]>([
    [types.of(callback), 'int (*)(__u32 index)'],
    [pointerTo(types.of(count)), 'struct count *'],
    [pointerTo(arrayOf(types.of(u32), 4)), '__u32 (*)[4]'],
    [arrayOf(pointerTo(types.of(u32)), 4), '__u32 *[4]'],
    [arrayOf(arrayOf(basic.u8, 3), 2), 'unsigned char[2][3]'],
    [untyped(4), 'unsigned int'],
  ])('%#', (type, expected) => expect(spell(type)).toBe(expected));
});

describe('keys as expressions', () => {
  test.each<[CType, string, string]>([
    [types.of(u32), '03000000', '3'],
    [types.of(int), 'ffffffff', '-1'],
    [types.of(action), '02000000', '2'],
    [types.of(count), '01000000000000000200000000000000', '{1, 2}'],
    [types.of(outer), '0100000002000000', '{{1}, 2}'],
    [arrayOf(types.of(char), 4), '65746800', '"eth"'],
    [untyped(3), '0a0b0c', '{0x0a, 0x0b, 0x0c}'],
  ])('%#', (type, hex, expected) => {
    expect(keyExpression({ type, storage: constant(fromHex(hex)!) })).toBe(expected);
  });
});

describe('bit fields', () => {
  test.each([
    [0, 3, 7n, 'ff0000ff', 'ff0000ff'],
    [3, 4, 0n, 'ffffffff', '87ffffff'],
    [7, 25, 1n, '00000000', '80000000'],
  ])('%i bits from %i', (offset, size, number, before, after) => {
    const bytes = fromHex(before)!;
    const value: Value = {
      type: types.of(u32),
      bits: { offset, size },
      storage: {
        ...constant(bytes),
        write: (at, part) => {
          bytes.set(part, at);
          return { ok: true, value: undefined };
        },
      },
    };
    expectOk(storeNumber(value, number));
    expect(bytes).toEqual(fromHex(after));
  });
});
