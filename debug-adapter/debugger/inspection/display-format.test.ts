import { expect, test } from 'vitest';
import { fromHex } from '../../../vm/base/bytes.ts';
import { arrayOf, basic, pointerTo } from '../../debug-info/c-type.ts';
import { bytesIn, ipv6Text, numberIn, textIn } from './display-format.ts';
import { constant, numberValue } from './value.ts';

// The examples of RFC 5952, and addresses that end or begin with zeros.
test.each([
  ['20010db8000000000000000000000001', '2001:db8::1'],
  ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
  ['20010000000000010000000000000001', '2001:0:0:1::1'],
  ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
  ['00000000000000000000000000000000', '::'],
  ['00000000000000000000000000000001', '::1'],
  ['fe800000000000000000000000000000', 'fe80::'],
  ['00000000000000000000ffffc0000201', '::ffff:192.0.2.1'],
  ['00010002000300040005000600070008', '1:2:3:4:5:6:7:8'],
])('%s is %s', (hex, text) => expect(ipv6Text(fromHex(hex)!)).toBe(text));

test.each([
  ['x', -1n, 8, '0xff'],
  ['d', -1n, 8, '-1'],
  ['u', -1n, 8, '255'],
  ['o', 0n, 8, '0'],
  ['o', 8n, 8, '010'],
  ['b', -2n, 4, '0b1110'],
  ['c', 39n, 8, "39 '\\''"],
  ['c', 200n, 8, "200 '\\xc8'"],
  ['s', 1n, 8, undefined],
  ['ip', 1n, 32, undefined],
] as const)('as %s %s of %s bits is %s', (format, number, bits, text) =>
  expect(numberIn(format, number, bits)).toBe(text),
);

test('addresses lie in memory in network order', () => {
  const nowhere = () => undefined;
  const bytes = { type: arrayOf(basic.u8, 6), storage: constant(fromHex('021f00000001')!) };
  expect(bytesIn('mac', bytes, nowhere)).toBe('02:1f:00:00:00:01');
  expect(bytesIn('bytes', bytes, nowhere)).toBe('02 1f 00 00 00 01');
  expect(bytesIn('ip', bytes, nowhere)).toBeUndefined();
  expect(bytesIn('ip', numberValue(basic.u32, 0x0100000an), nowhere)).toBe('10.0.0.1');
  const pointer = numberValue(pointerTo(basic.u32), 8n);
  expect(
    bytesIn('ip', pointer, (address, size) =>
      address === 8n && size === 4 ? fromHex('7f000001') : undefined,
    ),
  ).toBe('127.0.0.1');
  expect(bytesIn('ip', pointer, nowhere)).toBeUndefined();
});

test('text ends at its NUL, and what cannot be printed is escaped', () => {
  expect(textIn(fromHex('6162220a80007a')!)).toBe('"ab\\"\\n\\x80"');
});
