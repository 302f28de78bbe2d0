import { describe, expect, it } from 'vitest';
import { attempt } from '../../vm/base/problem.ts';
import { addressOf, memoryReference } from './memory-reference.ts';

describe('memory references', () => {
  it.each([0n, 0x10000n, 0x500000000n, 0xffff_ffff_ffff_ffffn])('of %s is read back', (address) => {
    expect(addressOf(memoryReference(address))).toBe(address);
  });

  it('moves by an offset, back too', () => {
    expect(addressOf('0x500010000', -8)).toBe(0x50000fff8n);
    expect(addressOf('16', 4)).toBe(20n);
  });

  it.each([
    ['', 0],
    ['r1', 0],
    ['0x', 0],
    ['0x1ffffffffffffffff', 0],
    ['99999999999999999999', 0],
    ['0x10', -17],
    ['0xffffffffffffffff', 1],
  ])('refuses %j + %d', (reference, offset) => {
    expect(attempt(() => addressOf(reference, offset))).toMatchObject({
      ok: false,
      problem: { code: 'bad-reference' },
    });
  });
});
