import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectOk, type Result } from '../base/problem.ts';
import { R_BPF } from './elf/constants.ts';
import type { DataSection, ProgramObject } from './program-object.ts';
import { readObject } from './read-object.ts';
import { selectProgram } from './select-program.ts';
import { BtfBuilder, buildBtfExt, type ExtPart } from './testing/build-btf.ts';
import { buildElf, type SectionInput, type SymbolInput } from './testing/build-elf.ts';

function bytesOf(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`testdata/${name}`, import.meta.url)));
}

function fixture(name: string): ProgramObject {
  return expectOk(readObject(bytesOf(name), name));
}

/** The line of a source file that has the marker `// LINE name`. */
function markedLine(source: string, name: string): number {
  const lines = new TextDecoder().decode(bytesOf(source)).split('\n');
  return lines.findIndex((line) => line.endsWith(`// LINE ${name}`)) + 1;
}

describe('a compiled object', () => {
  const object = fixture('foreach.bpf.o');
  const btf = object.btf!;

  test('has license, functions and programs', () => {
    expect(object.license).toBe('GPL');
    expect(object.functions.map(({ name, sectionName, global }) => [name, sectionName, global])).toEqual([
      ['classify', '.text', true],
      ['add_element', '.text', false],
      ['scale', '.text', false],
      ['sum_flows', 'xdp', true],
      ['read_total', 'tc', true],
    ]);
    expect(object.programs.map(({ name }) => name)).toEqual(['sum_flows', 'read_total']);
    expect(object.warnings).toEqual([]);
  });

  test('functions have BTF types', () => {
    expect(object.functions.map(({ btfId }) => btf.typeName(btfId!))).toEqual([
      'int classify(__u64 total)',
      'long add_element(void *map, const void *key, struct counters *value, struct sum_ctx *ctx)',
      '__u64 scale(__u64 value)',
      'int sum_flows(struct xdp_md *ctx)',
      'int read_total(struct __sk_buff *skb)',
    ]);
  });

  test('has maps with sizes and types', () => {
    const flow = { keySize: 8, valueSize: 16, maxEntries: 8 };
    expect(object.maps).toMatchObject([
      { name: 'flows', type: 1, ...flow },
      { name: 'flows_percpu', type: 5, ...flow },
      { name: 'flows_lru', type: 9, ...flow },
      { name: 'flows_lru_percpu', type: 10, ...flow },
      { name: 'slots', type: 2, ...flow, keySize: 4 },
      { name: 'slots_percpu', type: 6, ...flow, keySize: 4 },
    ]);
    const [flows] = object.maps;
    expect(btf.typeName(flows!.keyTypeId!)).toBe('struct flow');
    expect(btf.typeName(flows!.valueTypeId!)).toBe('struct counters');
    expect(btf.member(flows!.keyTypeId!, 'flags')).toMatchObject({ bitOffset: 52, bitSize: 4 });
  });

  test('has data sections with typed variables', () => {
    const sections = Object.fromEntries(object.dataSections.map((section) => [section.name, section]));
    const variables = (name: string): string[] =>
      sections[name]!.variables.map(
        ({ name, offset, size, typeId }) => `${offset} ${size} ${btf.typeName(typeId!)} ${name}`,
      );
    expect(variables('.data')).toEqual(['0 8 __u64 threshold']);
    expect(variables('.bss')).toEqual(['0 8 __u64 runs', '8 8 __u64 last_total']);
    expect(variables('.data.labels')).toEqual(['0 8 char[8] label']);
    expect(variables('.rodata')).toEqual([
      '0 4 const volatile __u32 limit',
      '4 8 const char[8] sum_flows.____fmt',
    ]);
    expect(sections['.rodata']).toMatchObject({ readOnly: true });
    expect(sections['.data']!.bytes).toEqual(Uint8Array.of(10, 0, 0, 0, 0, 0, 0, 0));
    expect(sections['.bss']).toMatchObject({ bytes: new Uint8Array(16), readOnly: false });
  });

  test('BTF data sections have the sizes and offsets of the ELF file', () => {
    const bss = btf.byName('.bss', 'datasec');
    expect(bss).toMatchObject({ size: 16 });
    const offsets =
      bss?.kind === 'datasec' ? bss.variables.map((v) => [btf.type(v.typeId).name, v.offset]) : [];
    expect(offsets).toContainEqual(['last_total', 8]);
  });

  test('has line rows with the text of the source', () => {
    for (const [marker, text] of [
      ['runs', '\truns++; // LINE runs'],
      ['stop', '\t\treturn 1; // LINE stop'],
    ] as const) {
      const line = markedLine('foreach.bpf.c', marker);
      const rows = fixture('foreach-O0.bpf.o').lines.filter((row) => row.line === line);
      expect(rows[0]).toMatchObject({ file: './foreach.bpf.c', text });
      expect(rows[0]!.column).toBeGreaterThan(0);
    }
  });

  test('refers to maps, data, callbacks and subprograms by name', () => {
    const text = object.codeSections.find(({ name }) => name === '.text')!;
    const xdp = object.codeSections.find(({ name }) => name === 'xdp')!;
    const callback = object.functions.find(({ name }) => name === 'add_element')!;
    const scale = object.functions.find(({ name }) => name === 'scale')!;
    const bss = object.dataSections.find(({ name }) => name === '.bss')!;
    const kinds = xdp.relocations.filter(({ kind }) => kind !== 'data');
    const address = { kind: 'function', section: text.index, target: callback.offset };
    expect(kinds.slice(0, 4)).toMatchObject([
      { kind: 'map', map: 'flows' },
      address,
      { kind: 'map', map: 'flows_percpu' },
      address,
    ]);
    expect(xdp.relocations).toContainEqual(
      expect.objectContaining({ kind: 'call', section: text.index, target: scale.offset }),
    );
    expect(xdp.relocations).toContainEqual(
      expect.objectContaining({ kind: 'data', section: bss.index, addend: 8 }),
    );
  });
});

describe('references', () => {
  const object = fixture('references.bpf.o');
  const map = (name: string): unknown => object.maps.find((map) => map.name === name);

  test('inner maps and program slots', () => {
    expect(map('tables')).toMatchObject({
      type: 12,
      inner: { name: 'tables.inner', type: 2, keySize: 4, valueSize: 8, maxEntries: 4 },
      slots: [
        { index: 0, target: 'second' },
        { index: 2, target: 'first' },
      ],
    });
    expect(map('steps')).toMatchObject({
      keySize: 4,
      valueSize: 4,
      inner: undefined,
      slots: [{ index: 1, target: 'next_step' }],
    });
    expect(map('seen')).toMatchObject({ keySize: 0, valueSize: 4, extra: 3n, pinning: 1 });
  });

  test('kernel functions', () => {
    expect(object.externs).toMatchObject([
      { name: 'bpf_rcu_read_lock', kind: 'kfunc', weak: false },
      { name: 'bpf_rcu_read_unlock', kind: 'kfunc', weak: true },
    ]);
    expect(fixture('kconfig.bpf.o').externs).toMatchObject([
      { name: 'LINUX_KERNEL_VERSION', kind: 'kconfig' },
    ]);
  });

  test('pointers in data have a target', () => {
    const section = (name: string): DataSection | undefined =>
      object.dataSections.find((candidate) => candidate.name === name);
    const strings = section('.rodata.str1.1')?.index;
    expect(section('.rodata')?.relocations).toEqual([
      { offset: 0, symbol: '.rodata.str1.1', target: { kind: 'data', section: strings, offset: 0 } },
      { offset: 8, symbol: '.rodata.str1.1', target: { kind: 'data', section: strings, offset: 5 } },
    ]);
    const names = { kind: 'data', section: section('.rodata')?.index, offset: 0 };
    expect(section('.data')?.relocations).toEqual([{ offset: 0, symbol: '.rodata', target: names }]);
  });
});

describe('selectProgram', () => {
  const two = fixture('foreach.bpf.o');
  const same = fixture('references.bpf.o');
  const one = fixture('core.bpf.o');

  test.each([
    [one, undefined, 'read_task'],
    [two, 'sum_flows', 'sum_flows'],
    [two, 'tc', 'read_total'],
    [same, 'next_step', 'next_step'],
  ])('%#: finds %s', (object, name, found) => expect(expectOk(selectProgram(object, name)).name).toBe(found));

  test.each([
    [two, undefined, 'program-not-named', 'name one of: sum_flows (xdp), read_total (tc)'],
    [two, 'scale', 'program-unknown', 'name one of: sum_flows (xdp), read_total (tc)'],
    [same, 'xdp', 'program-ambiguous', 'name one of: next_step (xdp), first_step (xdp)'],
    [{ ...two, programs: [] }, undefined, 'no-program', 'give the function a section, as in SEC("xdp")'],
  ])('%#: %s %s', (object, name, code, hint) =>
    expect(selectProgram(object, name)).toMatchObject({ ok: false, problem: { code, hint } }),
  );
});

const exit = [0x95, 0, 0, 0, 0, 0, 0, 0];
const lddw = (imm: number): number[] => [
  0x18,
  1,
  0,
  0,
  imm & 0xff,
  imm >> 31,
  imm >> 31,
  imm >> 31,
  ...Array<number>(8).fill(0),
];
const call = (imm: number): number[] => [0x85, 0x10, 0, 0, imm & 0xff, imm >> 31, imm >> 31, imm >> 31];

/** An object of one program in section `xdp` that starts with `instruction`, with one relocation for it. */
function withRelocation(
  instruction: readonly number[],
  type: number,
  symbol: SymbolInput,
  sections: readonly SectionInput[] = [],
  offset = 0,
): Result<ProgramObject> {
  const bytes = Uint8Array.from([...instruction, ...exit]);
  return readObject(
    buildElf(
      [{ name: 'xdp', code: true, bytes, relocations: [{ offset, type, symbol: symbol.name }] }, ...sections],
      [{ name: 'main', section: 'xdp', type: 'func', size: bytes.length }, symbol],
    ),
    'a.o',
  );
}

describe('relocations of code', () => {
  const relocation = (result: Result<ProgramObject>): unknown =>
    expectOk(result).codeSections[0]?.relocations[0];
  const text = { name: '.text', code: true, bytes: Uint8Array.from([...exit, ...exit]) };
  const textSymbol: SymbolInput = { name: '.text', section: '.text', type: 'section', binding: 'local' };
  const subprogram: SymbolInput = { name: 'sub', section: '.text', type: 'func', value: 8, size: 8 };
  const data = { name: '.data', bytes: new Uint8Array(16) };

  test.each<[string, Result<ProgramObject>, object]>([
    [
      'a call by function symbol',
      withRelocation(call(-1), R_BPF.call, subprogram, [text]),
      { kind: 'call', section: 2, target: 8 },
    ],
    [
      'a call by section symbol',
      withRelocation(call(0), R_BPF.call, textSymbol, [text]),
      { kind: 'call', section: 2, target: 8 },
    ],
    [
      'a callback by section symbol',
      withRelocation(lddw(8), R_BPF.lddw, textSymbol, [text]),
      { kind: 'function', section: 2, target: 8 },
    ],
    [
      'a callback by function symbol',
      withRelocation(lddw(0), R_BPF.lddw, subprogram, [text]),
      { kind: 'function', section: 2, target: 8 },
    ],
    [
      'data by section symbol',
      withRelocation(lddw(12), R_BPF.lddw, { name: '.data', section: '.data', type: 'section' }, [data]),
      { kind: 'data', section: 2, addend: 12 },
    ],
    [
      'data by variable',
      withRelocation(
        lddw(4),
        R_BPF.lddw,
        { name: 'v', section: '.data', type: 'object', value: 8, size: 8 },
        [data],
      ),
      { kind: 'data', section: 2, addend: 12 },
    ],
    [
      'an undefined function',
      withRelocation(call(-1), R_BPF.call, { name: 'k' }),
      { kind: 'extern', name: 'k', call: true },
    ],
    [
      'an undefined variable',
      withRelocation(lddw(0), R_BPF.lddw, { name: 'k' }),
      { kind: 'extern', name: 'k', call: false },
    ],
  ])('%s', (_, result, expected) => expect(relocation(result)).toEqual({ offset: 0, ...expected }));

  const outside: SymbolInput = { name: '.data', section: '.data', type: 'section' };
  test.each<[string, Result<ProgramObject>, string, RegExp]>([
    [
      'a call into the void',
      withRelocation(call(5), R_BPF.call, textSymbol, [text]),
      'relocation-target',
      /call of \.text/,
    ],
    [
      'a callback between instructions',
      withRelocation(lddw(4), R_BPF.lddw, textSymbol, [text]),
      'relocation-target',
      /address of/,
    ],
    [
      'data past the end',
      withRelocation(lddw(16), R_BPF.lddw, outside, [data]),
      'relocation-target',
      /\.data\+16/,
    ],
    [
      'data before the start',
      withRelocation(lddw(-1), R_BPF.lddw, outside, [data]),
      'relocation-target',
      /\.data-1/,
    ],
    [
      'a wrong type',
      withRelocation(lddw(0), R_BPF.abs64, textSymbol, [text]),
      'relocation-unsupported',
      /type 2 .* 0x18/,
    ],
    [
      'an instruction without reference',
      withRelocation(exit, R_BPF.call, textSymbol, [text]),
      'relocation-unsupported',
      /0x95/,
    ],
    [
      'half an instruction',
      withRelocation(call(0), R_BPF.call, textSymbol, [text], 4),
      'relocation-target',
      /start of an/,
    ],
    [
      'a section that is nothing',
      withRelocation(lddw(0), R_BPF.lddw, { name: 'a', section: '.notes', type: 'object' }, [
        { name: '.notes', zeros: 8 },
      ]),
      'relocation-unsupported',
      /\.notes/,
    ],
  ])('%s: problem', (_, result, code, message) => {
    expect(result).toMatchObject({ problem: { code, place: { file: 'a.o', section: 'xdp' } } });
    expect(result.ok ? '' : result.problem.message).toMatch(message);
  });
});

describe('map definitions', () => {
  type Members = (b: BtfBuilder) => readonly (readonly [string, number, number])[];

  function withMap(members: Members): Result<ProgramObject> {
    const b = new BtfBuilder();
    const struct = b.struct('', 32, members(b));
    b.datasec('.maps', 0, [[b.variable('m', struct), 0, 32]]);
    return readObject(
      buildElf(
        [
          { name: '.maps', bytes: new Uint8Array(32) },
          { name: '.BTF', bytes: b.bytes() },
        ],
        [{ name: 'm', section: '.maps', type: 'object', size: 32 }],
      ),
      'a.o',
    );
  }
  const uint = (b: BtfBuilder, value: number): number => b.ptr(b.array(b.int('int', 4), value));

  test('sizes may be said as numbers, large numbers as enums', () => {
    const result = withMap((b) => [
      ['type', uint(b, 2), 0],
      ['key_size', uint(b, 4), 64],
      ['value_size', uint(b, 24), 128],
      ['map_extra', b.enum64('', [['unique', 0x1_0000_0000n]]), 192],
    ]);
    expect(expectOk(result).maps).toMatchObject([
      { name: 'm', type: 2, keySize: 4, valueSize: 24, extra: 0x1_0000_0000n },
    ]);
  });

  test.each<[string, RegExp, Members]>([
    ['no type', /says no type/, () => []],
    ['an unknown field', /'colour', which is not known/, (b) => [['colour', uint(b, 1), 0]]],
    ['a plain integer', /'type' that is not written with __uint/, (b) => [['type', b.int('int', 4), 0]]],
    ['a key without size', /key of type void/, (b) => [['key', b.ptr(0), 0]]],
    ['a key that is no pointer', /not written with __type/, (b) => [['key', b.int('int', 4), 0]]],
    [
      'two key sizes',
      /two key sizes, 4 and 8/,
      (b) => [
        ['key', b.ptr(b.int('int', 4)), 0],
        ['key_size', uint(b, 8), 64],
      ],
    ],
    ['values that are no array', /not written with __array/, (b) => [['values', uint(b, 1), 0]]],
  ])('%s', (_, message, members) => {
    const result = withMap(members);
    expect(result).toMatchObject({
      problem: { code: 'map-definition', place: { section: '.maps', offset: 0 } },
    });
    expect(result.ok ? '' : result.problem.message).toMatch(message);
  });

  test('without BTF', () => {
    const result = readObject(buildElf([{ name: '.maps', bytes: new Uint8Array(32) }]), 'a.o');
    expect(result).toMatchObject({ problem: { code: 'maps-without-btf', hint: 'compile with -g' } });
  });

  test('the old way is refused by name', () => {
    const result = readObject(buildElf([{ name: 'maps', bytes: new Uint8Array(20) }]), 'a.o');
    expect(result).toMatchObject({ problem: { code: 'legacy-maps', place: { section: 'maps' } } });
  });
});

describe('.BTF.ext', () => {
  function withExt(build: (strings: BtfBuilder['strings']) => Uint8Array): Result<ProgramObject> {
    const b = new BtfBuilder();
    const ext = build(b.strings);
    return readObject(
      buildElf([
        { name: 'xdp', code: true, bytes: Uint8Array.from(exit) },
        { name: '.BTF', bytes: b.bytes() },
        { name: '.BTF.ext', bytes: ext },
      ]),
      'a.o',
    );
  }

  test('records may be longer than is known', () => {
    const result = withExt((s) => {
      const row = [0, s.add('a.c'), s.add('  return 0;'), (7 << 10) | 3, 0xdead];
      return buildBtfExt(undefined, { recordSize: 20, sections: [{ name: s.add('xdp'), records: [row] }] });
    });
    expect(expectOk(result).lines).toEqual([
      { section: 1, offset: 0, file: 'a.c', line: 7, column: 3, text: '  return 0;' },
    ]);
  });

  test('a section that is not there is a warning', () => {
    const result = withExt((s) =>
      buildBtfExt(undefined, { recordSize: 16, sections: [{ name: s.add('tc'), records: [[0, 0, 0, 0]] }] }),
    );
    expect(expectOk(result)).toMatchObject({ lines: [], warnings: [{ code: 'btf-ext-section' }] });
  });

  test.each<[string, string, readonly (ExtPart | undefined)[]]>([
    ['short records', 'btf-ext', [undefined, { recordSize: 8, sections: [] }]],
    [
      'a row for no instruction',
      'btf-ext',
      [undefined, { recordSize: 16, sections: [{ name: 1, records: [[8, 0, 0, 0]] }] }],
    ],
    [
      'a row between instructions',
      'btf-ext',
      [undefined, { recordSize: 16, sections: [{ name: 1, records: [[4, 0, 0, 0]] }] }],
    ],
    ['a function that is none', 'btf-id', [{ recordSize: 8, sections: [{ name: 1, records: [[0, 0]] }] }]],
    [
      'a text past the strings',
      'truncated',
      [undefined, { recordSize: 16, sections: [{ name: 1, records: [[0, 9999, 0, 0]] }] }],
    ],
    [
      'an unknown kind',
      'core-relocation-kind',
      [undefined, undefined, { recordSize: 16, sections: [{ name: 1, records: [[0, 0, 0, 99]] }] }],
    ],
  ])('%s: %s', (_, code, parts) => {
    const result = withExt((strings) => {
      strings.add('xdp');
      return buildBtfExt(...parts);
    });
    expect(result).toMatchObject({ problem: { code } });
  });
});

describe('functions', () => {
  const object = (symbol: Partial<SymbolInput>): Result<ProgramObject> =>
    readObject(
      buildElf(
        [{ name: 'xdp', code: true, bytes: Uint8Array.from([...exit, ...exit]) }],
        [
          { name: 'f', section: 'xdp', type: 'func', ...symbol },
          { name: 'g', section: 'xdp', type: 'func', value: 8 },
        ],
      ),
      'a.o',
    );

  test('without a size reach to the next', () =>
    expect(expectOk(object({})).functions).toMatchObject([
      { offset: 0, size: 8 },
      { offset: 8, size: 8 },
    ]));

  test.each([[{ value: 4 }], [{ size: 4 }], [{ value: 16 }], [{ size: 24 }]])('%o is refused', (symbol) =>
    expect(object(symbol)).toMatchObject({ problem: { code: 'elf-function' } }),
  );
});
