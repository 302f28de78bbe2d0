import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../vm/base/bytes.ts';
import { expectOk } from '../../../vm/base/problem.ts';
import { readObject } from '../../../vm/object/read-object.ts';
import { arrayOf, basic, wordDeclarator, type CStruct, type CType } from '../../debug-info/c-type.ts';
import { readDebugInfo } from '../../debug-info/dwarf/read-debug-info.ts';
import { memberOf } from './active-members.ts';
import { formatValue, shortText, wholeText, type Surroundings } from './format-value.ts';
import { constant, numberOf, type Value } from './value.ts';

const surroundings: Surroundings = {
  describe: () => '',
  text: () => undefined,
  read: () => undefined,
};

const url = new URL('../../debug-info/dwarf/testdata/rust.bpf.o', import.meta.url);
const object = expectOk(readObject(new Uint8Array(readFileSync(url)), 'rust.bpf.o'));
const rust = readDebugInfo(object);

function typeNamed(name: string): CStruct {
  const type = rust?.types.named(name, ['struct']);
  if (type?.kind !== 'struct') throw new Error(`no struct ${name}`);
  return type;
}

function valueOf(type: CType, hex: string): Value {
  return { type, storage: constant(fromHex(hex)!) };
}

function text(value: Value, limits = wholeText): string {
  return formatValue(value, { hex: false, surroundings, limits });
}

const pass = '00000000aaaaaaaabbbbbbbbbbbbbbbb';
const drop = '0100000003000000ffffffffffffffff';
const redirect = '02000000040000000700000000000000';

/** Told apart by a byte; its second variant is there for all that no other has. */
const ranged: CStruct = {
  kind: 'struct',
  union: false,
  size: 2,
  declare: wordDeclarator('a::Level<a::B>'),
  members: () => [],
  variants: () => ({
    discriminant: { name: '', type: basic.s8, bitOffset: 0, bitSize: undefined },
    variants: [
      { values: [{ low: -3n, high: -1n }], members: [named('Low', ['depth'])] },
      { values: [], members: [named('Other', ['__0', '__1'])] },
    ],
  }),
};

function named(name: string, members: readonly string[]): ReturnType<CStruct['members']>[number] {
  const parts = members.map((part, i) => ({
    name: part,
    type: basic.u8,
    bitOffset: 8 * (2 - members.length + i),
    bitSize: undefined,
  }));
  const type: CStruct = {
    kind: 'struct',
    union: false,
    size: 2,
    declare: wordDeclarator(name),
    members: () => parts,
  };
  return { name, type, bitOffset: 0, bitSize: undefined };
}

describe('an enum of Rust', () => {
  test.each([
    ['Verdict', pass, 'Verdict::Pass'],
    ['Verdict', drop, 'Verdict::Drop(3)'],
    ['Verdict', redirect, 'Verdict::Redirect {interface = 4, flags = 7}'],
    ['Verdict', '09000000040000000700000000000000', '<no variant of Verdict has discriminant 9>'],
    ['Maybe<&u32>', '0000000000000000', 'Maybe::None'],
    ['Maybe<&u32>', '3412000000000000', 'Maybe::Some(0x1234)'],
  ])('%s of %s', (name, hex, expected) => {
    expect(text(valueOf(typeNamed(name), hex))).toBe(expected);
  });

  test('with ranges and a signed discriminant', () => {
    expect(['fd07', 'ff08', '0009', 'fc0a'].map((hex) => text(valueOf(ranged, hex)))).toEqual([
      'Level::Low {depth = 7}',
      'Level::Low {depth = 8}',
      'Level::Other(0, 9)',
      'Level::Other(252, 10)',
    ]);
  });

  test('in an array, and deeper than is shown', () => {
    const two = valueOf(arrayOf(typeNamed('Verdict'), 2), drop + redirect);
    expect(text(two)).toBe('{Verdict::Drop(3), Verdict::Redirect {interface = 4, flags = 7}}');
    expect(text(two, { ...shortText, depth: 1 })).toBe('{Verdict::Drop(...), Verdict::Redirect {...}}');
  });

  test('whose bytes do not exist', () => {
    expect(text(valueOf(typeNamed('Verdict'), '00'))).toBe('<cannot be read>');
  });

  test('has the members of its variant, and those of others only for their type', () => {
    const verdict = typeNamed('Verdict');
    const value = valueOf(verdict, redirect);
    expect(numberOf(memberOf(value, verdict, 'flags')!)).toBe(7n);
    expect(memberOf(value, verdict, '__0')).toBeUndefined();
    expect(memberOf(value, verdict, '__0', true)?.type).toMatchObject({ kind: 'integer', size: 4 });
  });
});
