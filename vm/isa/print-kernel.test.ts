import { describe, expect, it } from 'vitest';
import { fromHex } from '../base/bytes.ts';
import { decode } from './decode.ts';
import type { PrintNames } from './print-names.ts';
import { printKernel } from './print-kernel.ts';

function printed(bytes: string, names?: PrintNames, slot = 0): string {
  const result = decode(fromHex(bytes)!, 0);
  return result.ok ? printKernel(result.value, slot, names) : result.problem.message;
}

describe('the text of kernel/bpf/disasm.c', () => {
  it.each([
    ['bf16000000000000', '(bf) r6 = r1'],
    ['b400000001000000', '(b4) w0 = 1'],
    ['b7010000ffffffff', '(b7) r1 = -1'],
    ['bc21000000000000', '(bc) w1 = w2'],
    ['0701000005000000', '(07) r1 += 5'],
    ['1f21000000000000', '(1f) r1 -= r2'],
    ['c70100000a000000', '(c7) r1 s>>= 10'],
    ['3f21010000000000', '(3f) r1 s/= r2'],
    ['9401010003000000', '(94) w1 s%= 3'],
    ['8401000000000000', '(84) w1 = -w1'],
    ['8701000000000000', '(87) r1 = -r1'],
    ['bf21200000000000', '(bf) r1 = (s32)r2'],
    ['bc21100000000000', '(bc) w1 = (s16)w2'],
    ['bf21010001000000', '(bf) r1 = addr_space_cast(r2, 0, 1)'],
    ['bf21010000000100', '(bf) r1 = addr_space_cast(r2, 1, 0)'],
    ['dc01000010000000', '(dc) r1 = be16 r1'],
    ['d401000040000000', '(d4) r1 = le64 r1'],
    ['d701000020000000', '(d7) r1 = bswap32 r1'],
    ['6112040000000000', '(61) r2 = *(u32 *)(r1 +4)'],
    ['8121000000000000', '(81) r1 = *(s32 *)(r2 +0)'],
    ['7b1af8ff00000000', '(7b) *(u64 *)(r10 -8) = r1'],
    ['620afcffffffffff', '(62) *(u32 *)(r10 -4) = -1'],
    ['c321000000000000', '(c3) lock *(u32 *)(r1 +0) += r2'],
    ['db210800a0000000', '(db) lock *(u64 *)(r1 +8) ^= r2'],
    ['db21000001000000', '(db) r2 = atomic64_fetch_add((u64 *)(r1 +0), r2)'],
    ['c321000051000000', '(c3) r2 = atomic_fetch_and((u32 *)(r1 +0), r2)'],
    ['db210000e1000000', '(db) r2 = atomic64_xchg((u64 *)(r1 +0), r2)'],
    ['c3210000f1000000', '(c3) r0 = atomic_cmpxchg((u32 *)(r1 +0), r0, r2)'],
    ['d321040000010000', '(d3) r1 = load_acquire((u8 *)(r2 +4))'],
    ['cb21040010010000', '(cb) store_release((u16 *)(r1 +4), r2)'],
    ['2501030010000000', '(25) if r1 > 0x10 goto pc+3'],
    ['6601fffffeffffff', '(66) if w1 s> 0xfffffffe goto pc-1'],
    ['5d21000000000000', '(5d) if r1 != r2 goto pc+0'],
    ['4501020008000000', '(45) if r1 & 0x8 goto pc+2'],
    ['0500030000000000', '(05) goto pc+3'],
    ['06000000feffffff', '(06) gotol pc-2'],
    ['e500010000000000', '(e5) may_goto pc+1'],
    ['8500000001000000', '(85) call unknown#1'],
    ['8510000007000000', '(85) call pc+7'],
    ['8520000007000000', '(85) call kernel-function#7'],
    ['8520010007000000', '(85) call kernel-function#7@1'],
    ['8d03000000000000', '(8d) callx r3'],
    ['9500000000000000', '(95) exit'],
    ['30000000fcffffff', '(30) r0 = *(u8 *)skb[-4]'],
    ['4830000004000000', '(48) r0 = *(u16 *)skb[r3 + 4]'],
    ['18010000887766550000000044332211', '(18) r1 = 0x1122334455667788'],
    ['18110000030000000000000000000000', '(18) r1 = map[fd:3]'],
    ['18210000030000000000000008000000', '(18) r1 = map[fd:3][0]+8'],
    ['18310000030000000000000001000000', '(18) r1 = ksym[btf_id:3,fd:1]'],
    ['18410000feffffff0000000000000000', '(18) r1 = subprog[-2]'],
    ['18510000030000000000000000000000', '(18) r1 = map[idx:3]'],
    ['18610000030000000000000008000000', '(18) r1 = map[idx:3][0]+8'],
  ])('%s is %s', (bytes, text) => expect(printed(bytes)).toBe(text));

  it('uses the names it is given, with the slot at hand', () => {
    const names: PrintNames = {
      call: ({ row, imm }, slot) =>
        row.name === 'call_helper' ? 'bpf_map_lookup_elem' : `sub_${slot + 1 + imm}`,
      immediate: ({ row }) => (row.name === 'lddw_map_fd' ? 'map[counts]' : undefined),
    };
    expect(printed('8500000001000000', names)).toBe('(85) call bpf_map_lookup_elem#1');
    expect(printed('8510000007000000', names, 12)).toBe('(85) call pc+7#sub_20');
    expect(printed('18110000030000000000000000000000', names)).toBe('(18) r1 = map[counts]');
    expect(printed('18010000050000000000000000000000', names)).toBe('(18) r1 = 0x5');
  });
});
