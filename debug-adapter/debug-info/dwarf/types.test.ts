import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readObject } from '../../../vm/object/read-object.ts';
import { activeVariant, sizeOf, spell, visibleMembers, type CStruct, type CType } from '../c-type.ts';
import type { DebugInfo, NamedTypeKind } from '../debug-info.ts';
import { buildUnits, die, type AttributeSpec, type DieSpec, type UnitSpec } from '../testing/build-dwarf.ts';
import { debugObject } from '../testing/debug-object.ts';
import { DW_AT, DW_FORM, DW_TAG } from './constants.ts';
import { readDebugInfo } from './read-debug-info.ts';

const all: readonly NamedTypeKind[] = ['struct', 'union', 'enum', 'typedef', 'basic'];

function units(...specs: UnitSpec[]): DebugInfo {
  const info = readDebugInfo(debugObject(buildUnits(specs)));
  if (info === undefined) throw new Error('there is .debug_info');
  return info;
}

function built(...children: DieSpec[]): DebugInfo {
  return units({ version: 5, root: die(DW_TAG.compile_unit, [], children) });
}

function struct(type: CType | undefined): CStruct {
  if (type?.kind !== 'struct') throw new Error(`this is ${type?.kind ?? 'nothing'}`);
  return type;
}

const named = (name: string): AttributeSpec => [DW_AT.name, DW_FORM.string, name];
const sized = (bytes: number): AttributeSpec => [DW_AT.byte_size, DW_FORM.data1, bytes];
const typed = (type: DieSpec): AttributeSpec => [DW_AT.type, DW_FORM.ref4, type];
const int = die(DW_TAG.base_type, [named('int'), sized(4), [DW_AT.encoding, DW_FORM.data1, 5]]);

describe('of the shapes', () => {
  const name = 'clang19.bpf.o';
  const object = readObject(new Uint8Array(readFileSync(new URL(`testdata/${name}`, import.meta.url))), name);
  const info = object.ok ? readDebugInfo(object.value) : undefined;

  test('members are spelled as in C', () => {
    const members = struct(info?.types.named('shapes', ['struct'])).members();
    expect(members.map(({ name, type, bitOffset }) => `${bitOffset / 8}: ${type.declare(name)}`)).toEqual([
      '0: char name[16]',
      '16: signed char small',
      '17: _Bool yes',
      '24: long grid[2][3]',
      '72: int (*row)[4]',
      '80: volatile u32 ticks',
      '84: enum verdict verdict',
      '88: enum balance balance',
      '96: enum wide wide',
      '104: struct flags flags',
      '112: address from',
      '118: struct inner pair',
      '124: union {...}',
      '128: struct {...} point',
      '136: struct unknown *unknown',
      '144: struct node *head',
      '152: u8 rest[0]',
    ]);
    const node = struct(info?.types.named('node', ['struct'])).members();
    expect(node.map(({ name, type }) => type.declare(name))).toEqual([
      'struct node *next',
      'const struct node *const previous',
      'int (*visit)(struct node *, u32)',
      'void (**handlers)(void)',
    ]);
  });

  test('bit fields', () => {
    const members = struct(info?.types.named('flags', ['struct'])).members();
    expect(members.map(({ name, bitOffset, bitSize }) => [name, bitOffset, bitSize])).toEqual([
      ['low', 0, 3],
      ['middle', 3, 7],
      ['sign', 10, 5],
      ['high', 15, 40],
    ]);
  });

  test('constants', () => {
    const value = (name: string): unknown => info?.types.enumerator(name)?.value;
    expect(['DEBT', 'CREDIT', 'WIDE', 'TX'].map(value)).toEqual([-2n, 0n, 0x100000000n, 3n]);
    expect(spell(info!.types.enumerator('DEBT')!.type)).toBe('enum balance');
    expect(info?.types.enumerator('NOSUCH')).toBeUndefined();
  });

  test('what is only declared has no bytes', () => {
    const shapes = struct(info?.types.named('shapes', ['struct']));
    const pointer = shapes.members().find(({ name }) => name === 'unknown')?.type;
    const target = pointer?.kind === 'pointer' ? pointer.target() : undefined;
    expect([target?.kind, target && spell(target)]).toEqual(['forward', 'struct unknown']);
  });
});

describe('of Rust', () => {
  const name = 'rust.bpf.o';
  const object = readObject(new Uint8Array(readFileSync(new URL(`testdata/${name}`, import.meta.url))), name);
  const info = object.ok ? readDebugInfo(object.value) : undefined;

  test('names are those of the compiler', () => {
    const members = struct(info?.types.named('State', ['struct'])).members();
    expect(members.map(({ name, type }) => `${name}: ${spell(type)}`)).toEqual([
      'bytes: [u8; 4]',
      'verdict: shapes::Verdict',
      'last: shapes::Maybe<&u32>',
    ]);
  });

  test.each([
    ['Verdict', 0n, 'Pass', ''],
    ['Verdict', 1n, 'Drop', '__0@32'],
    ['Verdict', 2n, 'Redirect', 'interface@32 flags@64'],
    ['Maybe<&u32>', 0n, 'None', ''],
    ['Maybe<&u32>', 0x1234n, 'Some', '__0@0'],
  ])('%s with %d is %s', (enumName, value, variant, fields) => {
    const variants = struct(info?.types.named(enumName, ['struct'])).variants?.();
    expect(variants?.discriminant?.bitOffset).toBe(0);
    const member = activeVariant(variants!, value)?.members[0];
    const parts = struct(member?.type)
      .members()
      .map((part) => `${part.name}@${part.bitOffset}`);
    expect([member?.name, parts.join(' ')]).toEqual([variant, fields]);
  });

  test('other structs have no variants', () => {
    expect(struct(info?.types.named('State', ['struct'])).variants?.()).toBeUndefined();
  });
});

describe('of entries', () => {
  test('bit fields of DWARF 3 count from the most significant bit', () => {
    const member = die(DW_TAG.member, [
      named('b'),
      typed(int),
      sized(4),
      [DW_AT.bit_size, DW_FORM.data1, 5],
      [DW_AT.bit_offset, DW_FORM.data1, 24],
      [DW_AT.data_member_location, DW_FORM.block1, Uint8Array.of(0x23, 4)],
    ]);
    const info = built(int, die(DW_TAG.structure_type, [named('s'), sized(8)], [member]));
    const [found] = struct(info.types.named('s', all)).members();
    expect([found?.bitOffset, found?.bitSize]).toEqual([32 + 3, 5]);
  });

  test.each<[string, AttributeSpec[], number]>([
    ['a count', [[DW_AT.count, DW_FORM.data1, 3]], 3],
    ['an upper bound', [[DW_AT.upper_bound, DW_FORM.implicit_const, 6n]], 7],
    [
      'both bounds',
      [
        [DW_AT.lower_bound, DW_FORM.sdata, 2],
        [DW_AT.upper_bound, DW_FORM.data8, 4],
      ],
      3,
    ],
    ['no bound', [], 0],
    ['the bound of GCC for none', [[DW_AT.upper_bound, DW_FORM.data8, 0xffffffffffffffffn]], 0],
    ['a bound that an expression gives', [[DW_AT.upper_bound, DW_FORM.exprloc, Uint8Array.of(0x30)]], 0],
  ])('an array with %s', (_, bounds, count) => {
    const array = die(DW_TAG.array_type, [typed(int)], [die(DW_TAG.subrange_type, bounds)]);
    const info = built(int, array, die(DW_TAG.typedef, [named('a'), typed(array)]));
    const type = info.types.named('a', all);
    expect([type?.kind, type && sizeOf(type), type && spell(type)]).toEqual(['array', count * 4, 'a']);
  });

  test('a declaration is what another unit defines', () => {
    const declaration: AttributeSpec = [DW_AT.declaration, DW_FORM.flag_present, 1];
    const declared = die(DW_TAG.structure_type, [named('s'), declaration]);
    const pointer = die(DW_TAG.pointer_type, [typed(declared)]);
    const user = die(
      DW_TAG.compile_unit,
      [],
      [declared, pointer, die(DW_TAG.typedef, [named('p'), typed(pointer)])],
    );
    const definition = die(DW_TAG.structure_type, [named('s'), sized(12)]);
    const definer = die(
      DW_TAG.compile_unit,
      [],
      [die(DW_TAG.union_type, [named('s'), sized(4)]), definition],
    );
    const info = units({ version: 4, root: user }, { version: 5, root: definer });
    const type = info.types.named('p', ['typedef']);
    const target = type?.kind === 'pointer' ? type.target() : undefined;
    expect([target && spell(target), target && sizeOf(target)]).toEqual(['struct s', 12]);
    expect(sizeOf(info.types.named('s', ['struct'])!)).toBe(12);
  });

  test('references to other units and to type units are followed', () => {
    const signature = 0xfedcba9876543210n;
    const type = die(DW_TAG.structure_type, [named('s'), sized(16)]);
    const bySignature = die(DW_TAG.typedef, [named('t'), [DW_AT.type, DW_FORM.ref_sig8, signature]]);
    const byAddress = die(DW_TAG.typedef, [named('a'), [DW_AT.type, DW_FORM.ref_addr, type]]);
    const info = units(
      { version: 5, root: die(DW_TAG.compile_unit, [], [bySignature, byAddress]) },
      { version: 5, root: die(DW_TAG.compile_unit, [], [type]), signature, type },
    );
    expect(['t', 'a'].map((name) => sizeOf(info.types.named(name, ['typedef'])!))).toEqual([16, 16]);
    expect(info.warnings).toEqual([]);
  });

  test('a typedef of itself is void, a pointer to itself is a pointer', () => {
    const attributes: AttributeSpec[] = [named('t')];
    const circle = die(DW_TAG.typedef, attributes);
    attributes.push(typed(circle));
    expect(built(circle).types.named('t', all)?.kind).toBe('void');
    const ring: AttributeSpec[] = [];
    const pointer = die(DW_TAG.pointer_type, ring);
    ring.push(typed(pointer));
    const type = built(pointer, die(DW_TAG.typedef, [named('p'), typed(pointer)])).types.named('p', all);
    expect([type?.kind, type && sizeOf(type)]).toEqual(['pointer', 8]);
  });

  test('a struct that is in itself, by way of another, ends', () => {
    const inner: AttributeSpec[] = [];
    const member = die(DW_TAG.member, inner);
    const other = die(
      DW_TAG.union_type,
      [named('u'), sized(4)],
      [member, die(DW_TAG.member, [named('x'), typed(int)])],
    );
    const array = die(
      DW_TAG.array_type,
      [typed(other)],
      [die(DW_TAG.subrange_type, [[DW_AT.count, DW_FORM.data1, 1]])],
    );
    const outer = die(
      DW_TAG.structure_type,
      [named('s'), sized(4)],
      [die(DW_TAG.member, [named('u'), typed(array)])],
    );
    inner.push(typed(outer));
    const info = built(int, other, array, outer);
    expect(struct(info.types.named('s', all)).members()).toEqual([]);
    expect(visibleMembers(struct(info.types.named('u', all))).map(({ name }) => name)).toEqual(['x']);
  });
});
