import { describe, expect, it } from 'vitest';
import { writeListing } from './listing.ts';

const listing = writeListing({
  sections: [
    { name: '.text', firstSlot: 0, slots: 2 },
    { name: 'xdp', firstSlot: 3, slots: 3 },
  ],
  functionFrom: (slot) => ({ 0: 'callee', 3: 'main' })[slot],
  lineFrom: (slot) =>
    slot === 3
      ? { file: 'a.c', line: 7, text: 'x = y;' }
      : slot === 5
        ? { file: 'a.c', line: 8, text: '' }
        : undefined,
  next: (slot) => (slot === 3 ? 5 : slot + 1),
  bytes: (slot) => new Uint8Array(slot === 3 ? 16 : 8).fill(slot),
  text: (slot) => `insn ${slot}`,
});

const text = `Disassembly of section .text:

callee:
   0: 00 00 00 00 00 00 00 00  insn 0
   1: 01 01 01 01 01 01 01 01  insn 1

Disassembly of section xdp:

main:
; a.c:7  x = y;
   0: 03 03 03 03 03 03 03 03 03 03 03 03 03 03 03 03  insn 3
; a.c:8
   2: 05 05 05 05 05 05 05 05  insn 5
`;

describe('listing', () => {
  it('shows sections, functions, source lines and instructions', () => {
    expect(listing.text).toBe(text);
  });

  it('maps slots to lines and back', () => {
    const lines = text.split('\n');
    for (const slot of [0, 1, 3, 5]) {
      const line = listing.lineOf(slot) ?? -1;
      expect(lines[line]).toMatch(new RegExp(`insn ${slot}$`));
      expect(listing.slots[line]).toBe(slot);
    }
    expect(listing.lineOf(2)).toBeUndefined();
    expect(listing.lineOf(4)).toBeUndefined();
  });

  it('finds the next instruction of the section', () => {
    const at = (start: string): number => text.split('\n').findIndex((line) => line.startsWith(start));
    expect(
      [at('callee:'), at('main:'), at('; a.c:8'), at('Disassembly of section xdp')].map((line) =>
        listing.slotFrom(line),
      ),
    ).toEqual([0, 3, 5, 3]);
    expect(listing.slotFrom(at('main:') - 3)).toBeUndefined();
    expect(listing.slotFrom(1000)).toBeUndefined();
    expect(listing.slotFrom(-5)).toBe(0);
  });

  it('of nothing is empty', () => {
    const empty = writeListing({
      sections: [],
      functionFrom: () => undefined,
      lineFrom: () => undefined,
      next: (slot) => slot + 1,
      bytes: () => new Uint8Array(),
      text: () => '',
    });
    expect([empty.text, empty.slotFrom(0)]).toEqual(['', undefined]);
  });
});
