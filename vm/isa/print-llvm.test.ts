/** Expected texts are recorded from llvm-objdump 19.1.7; where it is installed, it is asked again. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../base/bytes.ts';
import { decode } from './decode.ts';
import type { PrintNames } from './print-names.ts';
import { type LlvmStyle, printLlvm } from './print-llvm.ts';

function printed(bytes: string, style?: LlvmStyle, names?: PrintNames, slot = 0): string {
  const result = decode(fromHex(bytes)!, 0);
  return result.ok ? printLlvm(result.value, slot, names, style) : result.problem.message;
}

describe('the text of llvm-objdump', () => {
  it.each([
    ['9121fcff00000000', 'r1 = *(s8 *)(r2 - 0x4)'],
    ['7921000000000000', 'r1 = *(u64 *)(r2 + 0x0)'],
    ['6121008000000000', 'r1 = *(u32 *)(r2 - 0x8000)'],
    ['620af8ff05000000', '*(u32 *)(r10 - 0x8) = 0x5'],
    ['7a0af8fffbffffff', '*(u64 *)(r10 - 0x8) = -0x5'],
    ['18010000887766550000000044332211', 'r1 = 0x1122334455667788 ll'],
    ['18010000ffffffff00000000ffffffff', 'r1 = -0x1 ll'],
    ['18110000050000000000000000000000', 'ld_pseudo\tr1, 0x1, 0x5'],
    ['18410000ffffffff0000000000000000', 'ld_pseudo\tr1, 0x4, 0xffffffff'],
    ['07010000fbffffff', 'r1 += -0x5'],
    ['0701000000000080', 'r1 += -0x80000000'],
    ['cc21000000000000', 'w1 s>>= w2'],
    ['8701000000000000', 'r1 = -r1'],
    ['bc21100000000000', 'w1 = (s16)w2'],
    ['bf21200000000000', 'r1 = (s32)r2'],
    ['9401010003000000', 'w1 s%= 0x3'],
    ['dc01000010000000', 'r1 = be16 r1'],
    ['d701000020000000', 'r1 = bswap32 r1'],
    ['0500030000000000', 'goto +0x3'],
    ['0500ffff00000000', 'goto -0x1'],
    ['06000000581b0000', 'gotol +0x1b58'],
    ['7601ffffffffffff', 'if w1 s>= -0x1 goto -0x1'],
    ['2501030010000000', 'if r1 > 0x10 goto +0x3'],
    ['4d21010000000000', 'if r1 & r2 goto +0x1'],
    ['e500030000000000', 'may_goto +0x3'],
    ['8500000005000000', 'call 0x5'],
    ['8510000005000000', 'call 0x5'],
    ['85100000ffffffff', 'call -0x1'],
    ['8520000005000000', 'call 0x5'],
    ['8d03000000000000', 'callx r3'],
    ['9500000000000000', 'exit'],
    ['c321040000000000', 'lock *(u32 *)(r1 + 0x4) += r2'],
    ['db21040040000000', 'lock *(u64 *)(r1 + 0x4) |= r2'],
    ['db21040001000000', 'r2 = atomic_fetch_add((u64 *)(r1 + 0x4), r2)'],
    ['db210400e1000000', 'r2 = xchg_64(r1 + 0x4, r2)'],
    ['db210400f1000000', 'r0 = cmpxchg_64(r1 + 0x4, r0, r2)'],
    ['3000000005000000', 'r0 = *(u8 *)skb[0x5]'],
    ['28000000ffffffff', 'r0 = *(u16 *)skb[-0x1]'],
    ['4030000000000000', 'r0 = *(u32 *)skb[r3]'],
    ['bf21010001000000', 'r1 = addr_space_cast(r2, 0x0, 0x1)'],
    ['bf21010000000100', 'r1 = addr_space_cast(r2, 0x1, 0x0)'],
  ])('%s is %j', (bytes, text) => expect(printed(bytes)).toBe(text));

  it.each([
    ['6121040000000000', 'r1 = *(u32 *)(r2 + 0x4)', 'w1 = *(u32 *)(r2 + 0x4)'],
    ['7121040000000000', 'r1 = *(u8 *)(r2 + 0x4)', 'w1 = *(u8 *)(r2 + 0x4)'],
    ['6b1af8ff00000000', '*(u16 *)(r10 - 0x8) = r1', '*(u16 *)(r10 - 0x8) = w1'],
    ['7b1af8ff00000000', '*(u64 *)(r10 - 0x8) = r1', '*(u64 *)(r10 - 0x8) = r1'],
    ['8121040000000000', 'r1 = *(s32 *)(r2 + 0x4)', 'r1 = *(s32 *)(r2 + 0x4)'],
    ['c321040000000000', 'lock *(u32 *)(r1 + 0x4) += r2', 'lock *(u32 *)(r1 + 0x4) += w2'],
    // Without alu32 llvm-objdump writes <unknown> for these.
    ['c3210400a0000000', 'lock *(u32 *)(r1 + 0x4) ^= w2', 'lock *(u32 *)(r1 + 0x4) ^= w2'],
    [
      'c321040051000000',
      'w2 = atomic_fetch_and((u32 *)(r1 + 0x4), w2)',
      'w2 = atomic_fetch_and((u32 *)(r1 + 0x4), w2)',
    ],
    ['c3210400e1000000', 'w2 = xchg32_32(r1 + 0x4, w2)', 'w2 = xchg32_32(r1 + 0x4, w2)'],
    ['c3210400f1000000', 'w0 = cmpxchg32_32(r1 + 0x4, w0, w2)', 'w0 = cmpxchg32_32(r1 + 0x4, w0, w2)'],
  ])('%s is %j, with alu32 %j', (bytes, plain, alu32) => {
    expect(printed(bytes)).toBe(plain);
    expect(printed(bytes, { alu32: true })).toBe(alu32);
  });

  it('tells calls apart where asked', () => {
    expect(printed('8510000005000000', { distinctCalls: true })).toBe('call local +0x5');
    expect(printed('8520000005000000', { distinctCalls: true })).toBe('call kfunc 0x5');
    expect(printed('8500000005000000', { distinctCalls: true })).toBe('call 0x5');
  });

  it('uses the names it is given', () => {
    const names: PrintNames = {
      call: () => 'count_cb',
      immediate: () => 'counts',
      label: (slot) => (slot === 14 ? 'LBB0_2' : undefined),
    };
    expect(printed('2501030010000000', {}, names, 10)).toBe('if r1 > 0x10 goto +0x3 <LBB0_2>');
    expect(printed('0600000003000000', {}, names, 10)).toBe('gotol +0x3 <LBB0_2>');
    expect(printed('0500030000000000', {}, names, 11)).toBe('goto +0x3');
    expect(printed('8510000005000000', {}, names)).toBe('call count_cb');
    expect(printed('18110000050000000000000000000000', {}, names)).toBe('r1 = counts ll');
  });
});

const source = `
typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long long u64;
typedef int s32; typedef long long s64; typedef signed char s8; typedef short s16;
static void *(*lookup)(void *, const void *) = (void *)1;
u64 total; int table[4];
static __attribute__((noinline)) u64 mix(u64 a, u64 b) { return (a * b) ^ (a >> (b & 63)); }
u64 arithmetic(u64 a, u64 b, u32 c, s64 d) {
  u64 r = a + b * 3 - (c / 7) % 5; r |= a & ~b; r ^= (a << 5) | (b >> 9) | (u64)(d >> 3);
  c = c * 77 - (c >> 3); r += c; r -= -a; return r + mix(a, c) + 0x1122334455667788ull;
}
u64 memory(u8 *p, s8 *q, u16 *h, u32 *w, u64 *d) {
  p[3] = q[1]; h[2] = w[1]; w[-1] = d[2]; d[5] = 7; p[1] = 200; h[0] = 9; w[8] = h[3] + ((s16 *)h)[4] + q[-2];
  table[1] += w[2]; total += table[3]; return __builtin_bswap32(w[3]) + __builtin_bswap64(d[0]) + __builtin_bswap16(h[1]);
}
int branches(s64 a, u64 b, int c, u32 d) {
  int r = 0;
  if (a > 5) r += table[0]; if (a < -7) r ^= table[1]; if (b >= 1000) r -= table[2]; if (c <= 3) r *= table[3];
  if (d > 77) r += 9; if (b & 8) total++; if (d != (u32)c) r--; for (int i = 0; i < c; i++) r += table[i & 3] * i;
  switch (d) { case 1: return r + 4; case 5: return r * 3; case 9: return lookup(table, &r) != 0; default: return r; }
}
void atomics(u64 *p, u32 *q) { __sync_fetch_and_add(p, 5); __sync_fetch_and_add(q, 3); }
`;

const newSource = `
u64 exchanges(u64 *p, u32 *q, u64 v) {
  u64 r = __sync_fetch_and_or(p, v) + __sync_fetch_and_xor(q, (u32)v) + __sync_lock_test_and_set(p, v);
  r += __sync_val_compare_and_swap(p, r, v) + __sync_val_compare_and_swap(q, (u32)r, (u32)v);
  __sync_fetch_and_and(p, 6); __sync_fetch_and_or(q, 6); return r + __sync_lock_test_and_set(q, 4);
}
`;

const v4Source = `s64 divide(s64 a, s64 b, s32 c, s32 d) { return a / b + a % 7 + c / d + c % 5 + (s8)a + (s16)c; }`;

interface Line {
  readonly slot: number;
  readonly bytes: string;
  readonly text: string;
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr}`);
  return stdout;
}

/** Instructions of an object as llvm-objdump shows them, with the bytes. */
function objdump(object: string, options: readonly string[]): Line[] {
  const lines = run('llvm-objdump-19', ['-d', ...options, object]).split('\n');
  return lines.flatMap((line) => {
    const match = /^\s*(\d+):\t((?:[0-9a-f]{2} )*[0-9a-f]{2})\t(.*)$/.exec(line);
    return match === null ? [] : [{ slot: Number(match[1]), bytes: match[2]!, text: match[3]! }];
  });
}

/** Without and with 32-bit names of registers. */
const variants: readonly (readonly [options: readonly string[], alu32: boolean])[] = [
  [[], false],
  [['--mcpu=v4'], true],
];

/** Expects our text of each instruction to be llvm-objdump's, and counts them. */
function compare(object: string, options: readonly string[], alu32: boolean): number {
  const lines = objdump(object, options).filter((line) => line.text !== '<unknown>');
  for (const { slot, bytes, text: expected } of lines) {
    // The symbol behind a jump's distance is the caller's to give.
    const note = / <([^<> ]+)>$/.exec(expected)?.[1];
    const names: PrintNames = { label: () => note };
    expect(printed(bytes, { alu32 }, names, slot), bytes).toBe(expected);
  }
  return lines.length;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const committed = ['examples', 'vm/object/testdata', 'test/kernel-cases/objects'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.o'))
    .map((name) => join(folder, name)),
);

const installed = ['clang-19', 'llvm-objdump-19'].every(
  (tool) => spawnSync(tool, ['--version']).status === 0,
);

describe.skipIf(!installed)('llvm-objdump itself, asked about', () => {
  it.each([
    ['v1', source],
    ['v2', source],
    ['v3', source + newSource],
    ['v4', source + newSource + v4Source],
  ])('an object of -mcpu=%s', (cpu, text) => {
    const directory = mkdtempSync(join(tmpdir(), 'print-llvm-'));
    try {
      const object = join(directory, 'sample.o');
      writeFileSync(join(directory, 'sample.c'), text);
      run('clang-19', [
        '-target',
        'bpf',
        `-mcpu=${cpu}`,
        '-O2',
        '-w',
        '-c',
        join(directory, 'sample.c'),
        '-o',
        object,
      ]);
      for (const variant of variants) expect(compare(object, ...variant)).toBeGreaterThan(150);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('all objects of this repository', { timeout: 120_000 }, () => {
    const counts = committed.flatMap((object) =>
      variants.map((variant) => compare(join(root, object), ...variant)),
    );
    expect(counts.length).toBeGreaterThan(100);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });
});
