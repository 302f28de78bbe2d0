import { describe, expect, it } from 'vitest';
import { toHex } from '../base/bytes.ts';
import { formatProblem } from '../base/problem.ts';
import { assemble, assembleWithLabels, type CallNames } from './assemble.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { printKernel } from './print-kernel.ts';
import { printLlvm } from './print-llvm.ts';

/** Slots in hexadecimal, or the problem. */
function assembled(source: string, names?: CallNames): string {
  const result = assemble(source, names);
  return result.ok ? toHex(result.value).replace(/.{16}(?=.)/g, '$& ') : formatProblem(result.problem);
}

describe('the dialect of uBPF', () => {
  it.each([
    ['mov %r0, 1', 'b700000001000000'],
    ['mov32 %r1, 0x87654321', 'b401000021436587'],
    ['mov r0, r1', 'bf10000000000000'],
    ['add %r0, %r1', '0f10000000000000'],
    ['sdiv32 %r1, -3', '34010100fdffffff'],
    ['smod %r1, %r2', '9f21010000000000'],
    ['neg32 %r3', '8403000000000000'],
    ['movsx832 %r2, %r1', 'bc12080000000000'],
    ['movsx3264 %r0, %r9', 'bf90200000000000'],
    ['be16 %r0', 'dc00000010000000'],
    ['le64 %r0', 'd400000040000000'],
    ['swap16 %r0', 'd700000010000000'],
    ['bswap64 %r0', 'd700000040000000'],
    ['lddw %r0, 0x1122334455667788', '1800000088776655 0000000044332211'],
    ['lddw %r0, -1', '18000000ffffffff 00000000ffffffff'],
    ['ldxw %r0, [%r1+0x10]', '6110100000000000'],
    ['ldxdw %r0, [%r1]', '7910000000000000'],
    ['ldxsb %r0, [%r10-1]', '91a0ffff00000000'],
    ['stdw [%r10-8], 0x11223344', '7a0af8ff44332211'],
    ['stxh [%r10 - 2], %r3', '6b3afeff00000000'],
    ['lock add [%r10-8], %r1', 'db1af8ff00000000'],
    ['lock fetch or32 [%r10-8], %r1', 'c31af8ff41000000'],
    ['lock cmpxchg [%r10-8], %r1', 'db1af8fff1000000'],
    ['lock xchg32 [%r10-4], %r1', 'c31afcffe1000000'],
    ['ja +2', '0500020000000000'],
    ['ja32 -1', '06000000ffffffff'],
    ['jeq %r1, 0xffffffff, +1', '15010100ffffffff'],
    ['jsle32 %r1, %r2, -4', 'de21fcff00000000'],
    ['jset %r1, 8, +0', '4501000008000000'],
    ['call 5', '8500000005000000'],
    ['call %r2', '8d02000000000000'],
    ['ldabsh 12', '280000000c000000'],
    ['ldindb %r2, 4', '5020000004000000'],
    ['exit', '9500000000000000'],
  ])('%s', (text, bytes) => expect(assembled(text)).toBe(bytes));
});

describe('the styles of the kernel and of LLVM', () => {
  it.each([
    ['(18) r1 = 0x5', '1801000005000000 0000000000000000'],
    ['r1 = 0x5', 'b701000005000000'],
    ['r1 = 5 ll', '1801000005000000 0000000000000000'],
    ['  12: (61) r2 = *(u32 *)(r1 +4)   ; R1=ctx() R2_w=pkt(r=0)', '6112040000000000'],
    ['      31:\tif r1 > 0x10 goto +0x3 <LBB0_2>', '2501030010000000'],
    ['0: if r1 < r2 goto +0x3 <.text+0x118>', 'ad21030000000000'],
    ['w1 = *(u8 *)(r2 + 0x4)', '7121040000000000'],
    ['*(u16 *)(r10 - 0x8) = w1', '6b1af8ff00000000'],
    ['(85) call bpf_map_lookup_elem#1', '8500000001000000'],
    ['(85) call pc+7#count_cb', '8510000007000000'],
    ['call kfunc 7@1', '8520010007000000'],
    ['r2 = subprog[+3]', '1842000003000000 0000000000000000'],
    ['r1 = map[idx:2][0]+16', '1861000002000000 0000000010000000'],
    ['r1 s>>= 3 // halves', 'c701000003000000'],
    ['r0 = *(u8 *)skb[r3 + -4]', '50300000fcffffff'],
  ])('%s', (text, bytes) => expect(assembled(text)).toBe(bytes));
});

describe('labels', () => {
  it('are distances from the next slot, an lddw counting as two', () => {
    const source = [
      'start:',
      'lddw %r1, 5',
      'loop: add %r1, -1',
      'jne %r1, 0, loop',
      'if r1 == 0 goto start',
      'exit',
    ];
    expect(assembled(source.join('\n'))).toBe(
      '1801000005000000 0000000000000000 07010000ffffffff 5501feff00000000 1501fbff00000000 9500000000000000',
    );
  });

  it('exit is the first exit unless declared', () => {
    expect(assembled('ja exit\nmov %r0, 1\nexit\nexit')).toMatch(/^0500010000000000/);
    expect(assembled('ja exit\nmov %r0, 1\nexit\nexit: exit')).toMatch(/^0500020000000000/);
  });

  it('name subprograms and callbacks', () => {
    const source = [
      'r2 = subprog[callback]',
      'call local callback',
      'call callback',
      'exit',
      'callback:',
      'exit',
    ];
    expect(assembled(source.join('\n'))).toBe(
      '1842000004000000 0000000000000000 8510000002000000 8510000001000000 9500000000000000 9500000000000000',
    );
  });

  it('give way to helpers in calls by name', () => {
    const helper = (name: string): number | undefined => (name === 'bpf_ktime_get_ns' ? 5 : undefined);
    expect(assembled('call bpf_ktime_get_ns', { helper })).toBe('8500000005000000');
    expect(assembled('call bpf_ktime_get_ns')).toBe('there is no label bpf_ktime_get_ns');
  });

  it('may be those of llvm-objdump', () => {
    expect(assembled('0000000000000000 <f>:\n goto f')).toBe('0500ffff00000000');
  });

  it('and lines of slots are told', () => {
    const result = assembleWithLabels('# two\nlddw %r0, 1\n\ndone:\nexit');
    if (!result.ok) throw new Error(result.problem.message);
    expect(result.value.labels).toEqual(
      new Map([
        ['done', 2],
        ['exit', 2],
      ]),
    );
    expect(result.value.lines).toEqual([2, 2, 5]);
    expect(result.value.instructions.map(({ row }) => row.name)).toEqual(['lddw_imm', 'exit']);
  });
});

describe('problems', () => {
  it.each([
    ['frob %r0, 1', 'bad-assembly', 'there is no instruction frob with these operands'],
    ['mov %r11, 1', 'bad-assembly', 'there is no register %r11, only r0 to r10'],
    ['mov %r0', 'bad-assembly', "found the end of the line; ',' goes here"],
    ['mov %r0, 1 2', 'bad-assembly', "found '2'; the end of the line goes here"],
    [
      'mov %r0, 0x100000000',
      'bad-assembly',
      'an immediate 4294967296 does not fit: it may be -2147483648 to 4294967295',
    ],
    [
      'r1 = 0xffffffff',
      'bad-assembly',
      'an immediate 4294967295 does not fit: it may be -2147483648 to 2147483647',
    ],
    ['ldxw %r0, [%r1+40000]', 'bad-assembly', 'an offset 40000 does not fit: it may be -32768 to 32767'],
    ['ldxsdw %r0, [%r1]', 'bad-assembly', 'there is no instruction ldxsdw with these operands'],
    ['lock fetch xchg [%r1], %r2', 'bad-assembly', "there is no atomic operation 'fetch xchg'"],
    ['r1 = w2', 'bad-assembly', 'w2 has 32 bits; a register of 64 bits goes here'],
    ['r1 = -r2', 'bad-assembly', 'r2 has to be the register assigned to, r1'],
    ['r1 ** 2', 'bad-assembly', "'*' is no operator"],
    ['w1 = (s32)w2', 'bad-assembly', 's32 is no type that extends to 32 bits'],
    ['w1 = *(s8 *)(r2 + 4)', 'bad-assembly', 'a load of s8 writes all 64 bits: r1, not w1'],
    ['r1 = *(u24 *)(r2 + 4)', 'bad-assembly', "'u24' is no type of a memory access: u8 to u64, s8 to s32"],
    ['r2 = atomic64_xchg((u32 *)(r1 +4), r2)', 'bad-assembly', 'atomic64_xchg is not on a u32'],
    ['r3 = atomic_xchg((u32 *)(r1 +4), r2)', 'bad-assembly', 'the old value goes to r2, not to r3'],
    [
      'r1 = atomic_cmpxchg((u32 *)(r1 +4), r1, r2)',
      'bad-assembly',
      'cmpxchg compares with r0 and returns in r0, not r1',
    ],
    ['(07) r1 = 5', 'bad-assembly', "'r1 = 5' has opcode b7, not 07 as in front of it"],
    ['ja nowhere', 'unknown-label', 'there is no label nowhere'],
    ['a:\na: exit', 'duplicate-label', 'there are two labels a'],
    ['mov %r0, ?', 'bad-assembly', "cannot read '?'"],
    ['+5', 'bad-assembly', "'+5' begins no instruction"],
  ])('%j', (text, code, message) => {
    const line = 2 + text.split('\n').length;
    const result = assemble(`exit\n# comment\n${text}\nexit`);
    expect(result).toEqual({ ok: false, problem: { code, message, place: { line } } });
  });

  it('a jump that does not reach is one', () => {
    const far = `ja end\n${'mov %r0, 0\n'.repeat(32768)}end: exit`;
    expect(assembled(far)).toContain('end is 32768 slots away; goto reaches -32768 to 32767');
    expect(assembled(far.replace('ja', 'ja32'))).toMatch(/^0600000000800000 /);
  });
});

describe('any input', () => {
  /** xorshift32: the same numbers every time. */
  function numbers(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    };
  }

  it('of bytes decodes to what gives the same bytes and reads back from its text, or is refused', () => {
    const random = numbers(0x1234567);
    let accepted = 0;
    for (let round = 0; round < 20_000; round++) {
      const code = Uint8Array.from({ length: 16 }, () => (random(3) === 0 ? random(256) : random(2)));
      code[0] = random(256);
      if (code[0] === 0x18) code.fill(0, 8, 12);
      const result = decode(code, 0);
      if (!result.ok) continue;
      accepted++;
      const bytes = toHex(encode(result.value));
      expect(bytes).toBe(toHex(code.subarray(0, bytes.length / 2)));
      const texts = [printKernel(result.value), printLlvm(result.value, 0, {}, { distinctCalls: true })];
      for (const text of texts) expect(assembled(text).replaceAll(' ', ''), text).toBe(bytes);
    }
    expect(accepted).toBeGreaterThan(1000);
  });

  it('of text assembles or is refused with a line', () => {
    const random = numbers(0x7654321);
    const pieces =
      'mov add lock fetch call local exit if goto pc r1 %r2 w3 r10 = += s> ( ) [ ] * - + 1 0x7fff , (u32 *) (r1 +4) map fd : ll skb be16 xchg_64 # ( (18) l: l <x>'.split(
        ' ',
      );
    for (let round = 0; round < 5000; round++) {
      const text = Array.from({ length: 1 + random(8) }, () => pieces[random(pieces.length)]).join(
        random(3) === 0 ? '' : ' ',
      );
      const result = assemble(text);
      if (!result.ok) expect(result.problem.place?.line, text).toBe(1);
      else expect(result.value.length % 8).toBe(0);
    }
  });
});
