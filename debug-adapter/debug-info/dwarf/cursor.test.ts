import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../testing/byte-writer.ts';
import { Cursor } from './cursor.ts';

const over = (bytes: readonly number[]): Cursor => new Cursor(Uint8Array.from(bytes), '.debug_info');

describe('LEB128', () => {
  test.each([0, 1, 63, 64, 127, 128, 255, 16383, 16384, 2 ** 32, 2 ** 53 - 1])('unsigned %d', (value) => {
    const bytes = new ByteWriter().uleb(value).done();
    const cursor = new Cursor(bytes, '.debug_info');
    expect(cursor.uleb()).toBe(value);
    expect(cursor.done).toBe(true);
    expect(new Cursor(bytes, '.debug_info').bigUleb()).toBe(BigInt(value));
  });

  test.each([0, 1, -1, 63, 64, -64, -65, 127, -128, 8191, -8193, 2 ** 40, -(2 ** 40)])(
    'signed %d',
    (value) => {
      const bytes = new ByteWriter().sleb(value).done();
      expect(new Cursor(bytes, '.debug_info').sleb()).toBe(value);
      expect(new Cursor(bytes, '.debug_info').bigSleb()).toBe(BigInt(value));
    },
  );

  test('of 64 bits keeps them all', () => {
    const bytes = new ByteWriter().uleb(0xffffffff811c9dc5n).done();
    expect(new Cursor(bytes, '.debug_info').bigUleb()).toBe(0xffffffff811c9dc5n);
    expect(over([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]).bigSleb()).toBe(-(2n ** 63n));
  });

  test('of more than 64 bits drops the rest', () => {
    const long = Array.from({ length: 30 }, () => 0xff);
    expect(over([...long, 0x01]).bigUleb()).toBe(0xffffffffffffffffn);
  });
});

test.each([
  ['u8', 0],
  ['u16', 1],
  ['u24', 2],
  ['u32', 3],
  ['u64', 7],
  ['uleb', 0],
  ['cstring', 0],
] as const)('%s beyond the end says where', (method, size) => {
  const cursor = over(Array.from({ length: size }, () => 0x81));
  const read = (): unknown => cursor[method]();
  expect(read).toThrow(/beyond the end|does not end/);
});

test('numbers are little-endian', () => {
  const cursor = over([1, 2, 3, 1, 2, 3, 4, 0x61, 0, 5, 0, 0, 0, 1, 0, 0, 0]);
  expect([cursor.u24(), cursor.u32(), cursor.cstring(), cursor.u64()]).toEqual([
    0x030201,
    0x04030201,
    'a',
    2 ** 32 + 5,
  ]);
});
