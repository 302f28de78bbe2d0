import { describe, expect, test } from 'vitest';
import { expectOk } from '../../base/problem.ts';
import { buildElf } from '../testing/build-elf.ts';
import { R_BPF } from './constants.ts';
import { sectionByName } from './elf-file.ts';
import { readElf } from './read-elf.ts';

const exit = Uint8Array.of(0x95, 0, 0, 0, 0, 0, 0, 0);

function sample(): Uint8Array {
  return buildElf(
    [
      {
        name: 'xdp',
        bytes: exit,
        code: true,
        relocations: [{ offset: 0, type: R_BPF.call, symbol: 'other' }],
      },
      { name: '.bss', zeros: 24 },
    ],
    [
      { name: 'main', section: 'xdp', type: 'func', size: 8 },
      { name: 'other', binding: 'weak' },
      { name: '', section: '.bss', type: 'section', binding: 'local' },
    ],
  );
}

/** The sample with bytes overwritten; `at` from the end where it is negative. */
function damaged(at: number, ...bytes: number[]): Uint8Array {
  const copy = sample();
  copy.set(bytes, at < 0 ? copy.length + at : at);
  return copy;
}

describe('readElf', () => {
  test('reads sections, symbols and relocations', () => {
    const elf = expectOk(readElf(sample(), 'a.o'));
    expect(elf.sections.map(({ name }) => name)).toEqual([
      '',
      'xdp',
      '.bss',
      '.symtab',
      '.strtab',
      '.relxdp',
    ]);
    expect(sectionByName(elf, 'xdp')).toMatchObject({ index: 1, size: 8, bytes: exit });
    expect(sectionByName(elf, '.bss')).toMatchObject({ size: 24, bytes: new Uint8Array() });
    expect(elf.symbols).toMatchObject([
      { name: '', section: 0 },
      { name: 'main', type: 'func', section: 1, size: 8, binding: 'global' },
      { name: 'other', type: 'notype', section: 0, binding: 'weak' },
      { name: '.bss', type: 'section', section: 2, binding: 'local' },
    ]);
    expect(sectionByName(elf, 'xdp')?.relocations).toMatchObject([
      { offset: 0, type: 10, symbol: { name: 'other' } },
    ]);
  });

  const length = sample().length;
  const table = length - 6 * 64;
  const header = (section: number): number => table + 64 * section;
  const symtab = 64 + 8;

  test.each<[string, string, RegExp, Uint8Array]>([
    ['an empty file', 'not-elf', /empty/, new Uint8Array()],
    ['a source file', 'not-elf', /a text file/, new TextEncoder().encode('int main;')],
    ['bitcode', 'not-elf', /bitcode/, Uint8Array.of(0x42, 0x43, 0xc0, 0xde)],
    ['a 32-bit file', 'elf-class', /64-bit/, damaged(4, 1)],
    ['a big-endian file', 'big-endian-not-supported', /big-endian/, damaged(5, 2)],
    ['an x86 object', 'elf-machine', /x86-64/, damaged(18, 62, 0)],
    ['an unknown machine', 'elf-machine', /machine 4660/, damaged(18, 0x34, 0x12)],
    ['an executable', 'elf-type', /type 2/, damaged(16, 2)],
    ['only a header', 'truncated', /header/, sample().slice(0, 63)],
    ['a file cut in the section headers', 'truncated', /6 section headers/, sample().slice(0, -1)],
    ['no sections', 'elf-sections', /no section headers/, damaged(60, 0)],
    ['a wrong header size', 'elf-sections', /64 bytes, here 32/, damaged(58, 32)],
    ['names in no section', 'elf-sections', /section 77 of 6/, damaged(62, 77)],
    [
      'a section past the end',
      'truncated',
      /section 1 takes 65535 bytes, but the file ends at 0x/,
      damaged(header(1) + 32, 0xff, 0xff),
    ],
    [
      'a section at no file offset',
      'bad-size',
      /offset of section 1/,
      damaged(header(1) + 24, ...Array<number>(8).fill(255)),
    ],
    ['a section name past the strings', 'truncated', /name of section 1/, damaged(header(1), 0xff, 0xff)],
    ['no symbol table', 'no-symbols', /no symbol table/, damaged(header(3) + 4, 1)],
    ['symbol names in no strings', 'elf-symbols', /section 1, which/, damaged(header(3) + 40, 1)],
    ['half a symbol', 'elf-symbols', /24 bytes/, damaged(header(3) + 32, 95)],
    ['a symbol name past the strings', 'truncated', /name of symbol 1/, damaged(symtab + 24, 0xff, 0xff)],
    ['a symbol in no section', 'elf-symbols', /section 9 of 6/, damaged(symtab + 24 + 6, 9)],
    ['a symbol beyond 65279 sections', 'elf-symbols', /65279/, damaged(symtab + 24 + 6, 0xff, 0xff)],
    ['relocations of no section', 'elf-relocation', /section 0 of 6/, damaged(header(5) + 44, 0)],
    ['relocations with addends', 'elf-rela', /SHT_RELA/, damaged(header(5) + 4, 4)],
    ['half a relocation', 'elf-relocation', /16 bytes/, damaged(header(5) + 32, 15)],
    [
      'a relocation to nowhere',
      'elf-relocation',
      /offset 0x5 of xdp/,
      damaged(relocationOffset(sample()), 5),
    ],
  ])('%s: %s', (_, code, message, bytes) => {
    const result = readElf(bytes, 'a.o');
    expect(result).toMatchObject({ ok: false, problem: { code, place: { file: 'a.o' } } });
    expect(result.ok ? '' : result.problem.message).toMatch(message);
  });

  test('a problem names the section and the offset in it', () => {
    const bytes = sample();
    const relocation = relocationOffset(bytes);
    bytes.set([99], relocation + 12);
    expect(readElf(bytes, 'a.o')).toMatchObject({
      problem: { code: 'elf-relocation', place: { file: 'a.o', section: '.relxdp', offset: 12 } },
    });
  });
});

/** File offset of the only relocation. */
function relocationOffset(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer);
  const table = Number(view.getBigUint64(40, true));
  return Number(view.getBigUint64(table + 5 * 64 + 24, true));
}
