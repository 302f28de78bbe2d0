import { describe, expect, test } from 'vitest';
import { R_BPF, SHF } from '../../../vm/object/elf/constants.ts';
import type { ElfRelocation, ElfSymbol } from '../../../vm/object/elf/elf-file.ts';
import { ByteWriter } from '../testing/byte-writer.ts';
import { debugSection } from '../testing/debug-object.ts';
import { Sections } from './sections.ts';
import { Warnings } from './warnings.ts';

const codeSection = 3;
const stringSection = 101;

function symbol(section: number, value: number, type: ElfSymbol['type'] = 'section'): ElfSymbol {
  return { index: 1, name: 's', value, size: 0, binding: 'local', type, section };
}

function relocated(words: ByteWriter, relocations: ElfRelocation[]): { view: DataView; warnings: Warnings } {
  const warnings = new Warnings();
  const info = debugSection('.debug_info', words.done(), 100, relocations);
  const sections = new Sections(
    [info, debugSection('.debug_str', new Uint8Array(), stringSection)],
    warnings,
  );
  const bytes = sections.bytes('.debug_info');
  return { view: new DataView(bytes.buffer), warnings };
}

describe('what stands in a word is added to the symbol', () => {
  test.each([
    ['ABS64', R_BPF.abs64],
    ['binutils 64', R_BPF.binutilsData64],
    ['lddw of older LLVM', R_BPF.lddw],
  ])('%s of code counts from its section', (_, type) => {
    const words = new ByteWriter().number(0x10, 8);
    const { view } = relocated(words, [{ offset: 0, type, symbol: symbol(codeSection, 8) }]);
    expect(view.getBigUint64(0, true)).toBe(3n * 2n ** 32n + 0x18n);
  });

  test.each([
    ['ABS32', R_BPF.abs32],
    ['NODYLD32', R_BPF.nodyld32],
    ['binutils 32', R_BPF.binutilsData32],
    ['call of older LLVM', R_BPF.call],
  ])('%s of another debug section', (_, type) => {
    const words = new ByteWriter().number(0x10, 4).number(7, 4);
    const { view } = relocated(words, [{ offset: 0, type, symbol: symbol(stringSection, 8) }]);
    expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([0x18, 7]);
  });

  test('a 64-bit offset of another debug section has no section', () => {
    const words = new ByteWriter().number(0x10, 8);
    const { view } = relocated(words, [{ offset: 0, type: R_BPF.abs64, symbol: symbol(stringSection, 0) }]);
    expect(view.getBigUint64(0, true)).toBe(0x10n);
  });

  test('binutils has the value of a global symbol in the word already', () => {
    const words = new ByteWriter().number(0xa0, 8);
    const global = symbol(codeSection, 0xa0, 'object');
    const { view } = relocated(words, [{ offset: 0, type: R_BPF.binutilsData64, symbol: global }]);
    expect(view.getUint32(0, true)).toBe(0xa0);
  });
});

test('relocations that cannot be applied are said', () => {
  const { warnings } = relocated(new ByteWriter().number(0, 8), [
    { offset: 0, type: 77, symbol: symbol(codeSection, 0) },
    { offset: 6, type: R_BPF.abs64, symbol: symbol(codeSection, 0) },
  ]);
  expect(warnings.list).toEqual([
    '.debug_info+0x0: relocation type 77 is unknown',
    '.debug_info+0x6: a relocation goes beyond it',
  ]);
});

test('compressed sections are said', () => {
  const warnings = new Warnings();
  const section = { ...debugSection('.debug_str', Uint8Array.of(1)), flags: SHF.compressed };
  const info = debugSection('.debug_info', Uint8Array.of(1));
  expect(new Sections([info, section], warnings).bytes('.debug_str').length).toBe(0);
  expect(warnings.list).toEqual(['.debug_str is compressed (-gz), which is not supported']);
});
