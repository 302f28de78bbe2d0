import { describe, expect, it } from 'vitest';
import { TestSession } from './testing.ts';

const session = await TestSession.launch({ object: 'count.bpf.o' });
const { disassembly, vm, code } = session.debugger;
const { machine } = vm;
const first = machine.code.addressOfSlot(0);
const total = code.starts.length;

describe('disassembly', () => {
  it('has the rows that were asked for', () => {
    const slot = code.functions.find(({ name }) => name === 'count_packets')?.firstSlot ?? -1;
    const [row] = disassembly.rows(machine.code.addressOfSlot(slot), 0, 1);
    expect(row).toMatchObject({
      valid: true,
      text: '(61) r2 = *(u32 *)(r1 +4)',
      symbol: 'count_packets',
      source: { line: session.line('count.bpf.c', 'void *data_end = ') },
    });
    expect(disassembly.rows(machine.code.addressOfSlot(slot), 2, 1)[0]).toMatchObject({
      symbol: 'count_packets+16',
      source: undefined,
    });
  });

  it('names helpers, maps, subprograms and callbacks', () => {
    const text = disassembly
      .rows(first, 0, total)
      .map((row) => row.text)
      .join('\n');
    for (const part of [
      'call bpf_for_each_map_elem#164',
      'map[counts]',
      'subprog[sum]',
      '#count_packet',
      'map[.data][0]+0',
    ])
      expect(text).toContain(part);
  });

  it.each([
    [0n, -200, 400],
    [0n, 0, 50],
    [8n, -50, 50],
    [-8n * 300n, 0, 700],
    [1n << 40n, 3, 5],
    [-(1n << 32n) - 0x10000n, -200, 400],
    [4n, 0, 0],
  ])('gives exactly the rows at +%s, offset %s, count %s', (offset, instructionOffset, count) => {
    const rows = disassembly.rows(first + offset, instructionOffset, count);
    expect(rows.length).toBe(count);
    expect(new Set(rows.map(({ address }) => address)).size).toBe(count);
    expect(rows.every(({ address }) => address >= 0n)).toBe(true);
  });

  it('is the same from every address', () => {
    const all = disassembly.rows(first, -20, total + 40);
    expect(all.filter(({ valid }) => valid).length).toBe(total);
    all.forEach(({ address }, i) => {
      const before = disassembly.rows(address, -i, 1)[0];
      expect(before?.address).toBe(all[0]?.address);
    });
    const ascending = all.every((row, i) => i === 0 || row.address > (all[i - 1]?.address ?? 0n));
    expect(ascending).toBe(true);
  });

  it('has both halves of an lddw in one row', () => {
    const index = code.starts.findIndex((slot) => code.next(slot) === slot + 2);
    const [row, next] = disassembly.rows(first, index, 2);
    expect(row?.bytes.length).toBe(16);
    expect(next?.address).toBe((row?.address ?? 0n) + 16n);
  });
});
