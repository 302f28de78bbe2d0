import { describe, expect, it } from 'vitest';
import { toHex } from '../../vm/base/bytes.ts';
import { parseDataFile } from './data-file.ts';

const text = `# Copyright
-- asm
# the program
lddw %r0, 0x1122334455667788 # wide
exit
-- raw
0x5566778800000018
0x1122334400000000 # second slot
0x0000000000000095
-- mem
00 0a
FF # last
-- no register offset
call instruction
-- result
-2
`;

describe('parseDataFile', () => {
  const file = parseDataFile(text);

  it('lists the sections in order', () => {
    expect(file.sections).toEqual(['asm', 'raw', 'mem', 'no register offset', 'result']);
  });

  it('keeps the assembly and where it begins', () => {
    expect(file.asm?.split('\n')[1]).toBe('lddw %r0, 0x1122334455667788 # wide');
    expect(text.split('\n')[(file.asmLine ?? 0) - 1]).toBe('# the program');
  });

  it('reads raw words as little-endian, memory as bytes, the result as 64 bits', () => {
    expect(toHex(file.raw!)).toBe('180000008877665500000000443322119500000000000000');
    expect(toHex(file.mem!)).toBe('000aff');
    expect(file.result).toBe(0xffff_ffff_ffff_fffen);
  });

  it('has no value for a section that is not there', () => {
    const small = parseDataFile('-- asm\nexit\n-- error\ndivision by zero\n');
    expect(small).toEqual({ sections: ['asm', 'error'], asm: 'exit', asmLine: 2, error: 'division by zero' });
  });

  it.each([
    ['-- mem\n00 123', "-- mem: '123' is no byte"],
    ['-- result\nsix', "-- result: 'six' is no number"],
  ])('refuses %j', (broken, message) => {
    expect(() => parseDataFile(broken)).toThrow(message);
  });
});
