import { expect, test } from 'vitest';
import { formatOutput, type FormatMemory } from './format.ts';

const memory: FormatMemory = {
  peek: (address, most, user) => {
    if (user === true) return undefined;
    const contents: Readonly<Record<string, readonly number[]>> = {
      '1': [104, 105, 0, 99],
      '2': [192, 168, 0, 10],
      '3': [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      '4': Array.from({ length: 600 }, () => 97),
    };
    const bytes = contents[address.toString()];
    return bytes && Uint8Array.from(bytes).subarray(0, most);
  },
};

function format(text: string, values: readonly bigint[]): string | number {
  const { result, text: bytes } = formatOutput(new TextEncoder().encode(`${text}\0`), values, memory);
  if (result >= 0) expect(result).toBe(bytes.length);
  return result < 0 ? result : new TextDecoder().decode(bytes);
}

const all = 0xffff_ffff_ffff_ffffn;

test.each<[string, bigint, string | number]>([
  ['%d', all, '-1'],
  ['%i', 0x1_0000_0002n, '2'],
  ['%u', all, '4294967295'],
  ['%x', 0xabcdn, 'abcd'],
  ['%X', 0xabcdn, 'ABCD'],
  ['%ld', all, '-1'],
  ['%lld', 1n << 63n, '-9223372036854775808'],
  ['%lu', all, '18446744073709551615'],
  ['%llx', all, 'ffffffffffffffff'],
  ['%5d|', 42n, '   42|'],
  ['%-5d|', 42n, '42   |'],
  ['%05d', all, '-0001'],
  ['%+d', 7n, '+7'],
  ['% d', 7n, ' 7'],
  ['%-05d|', 7n, '7    |'],
  ['%08x', 0xbeefn, '0000beef'],
  ['%c', 65n, 'A'],
  ['%3c|', 65n, '  A|'],
  ['100%%', 0n, '100%'],
  ['%s!', 1n, 'hi!'],
  ['%4s|', 1n, '  hi|'],
  ['%-4s|', 1n, 'hi  |'],
  ['%s', 99n, ''],
  ['%pks.', 1n, 'hi.'],
  ['%pus', 1n, ''],
  ['%p', 0x1234n, '0000000000001234'],
  ['%p ', 0n, '0000000000000000 '],
  ['%px', 0x1234n, '0000000000001234'],
  ['%pK', 0x1234n, '0000000000001234'],
  ['%20p', 0x1234n, '                1234'],
  ['%pS', 0x1234n, '0x1234'],
  ['%pI4', 2n, '192.168.0.10'],
  ['%pi4', 2n, '192.168.000.010'],
  ['%pI6', 3n, '2001:0db8:0000:0000:0000:0000:0000:0001'],
  ['%pi6', 3n, '20010db8000000000000000000000001'],
  ['%pI4', 99n, '0.0.0.0'],
  ['%pI4abc,', 2n, '192.168.0.10,'],
  ['tab\tnewline\n', 0n, 'tab\tnewline\n'],
])('%j', (text, value, expected) => {
  expect(format(text, [value])).toBe(expected);
});

test.each([
  ['%'],
  ['%d %d'],
  ['%f'],
  ['%hd'],
  ['%#x'],
  ['%.3s'],
  ['%*d'],
  ['%sx'],
  ['%pZ'],
  ['%pI5'],
  ['%ls'],
  ['%lllx'],
  ['%5%'],
  ['bell\u0007'],
  ['naïve'],
])('%j is refused', (text) => {
  expect(format(text, [1n])).toBe(-22);
});

test('strings share 512 bytes of space', () => {
  expect(format('%s', [4n])).toBe('a'.repeat(511));
  expect(format('%s %s', [4n, 1n])).toBe(-28);
});
