import { describe, expect, test } from 'vitest';
import type { DebugInfo } from '../debug-info.ts';
import { bareProgram } from '../../../vm/object/bare-program.ts';
import { buildUnits, die, type AttributeSpec, type AttributeValue } from '../testing/build-dwarf.ts';
import { ByteWriter } from '../testing/byte-writer.ts';
import { debugObject } from '../testing/debug-object.ts';
import { DW_AT, DW_FORM, DW_TAG } from './constants.ts';
import { readDebugInfo } from './read-debug-info.ts';

const named = (name: string): AttributeSpec => [DW_AT.name, DW_FORM.string, name];
const function_ = (name: string, low: number, extra: readonly AttributeSpec[] = []) =>
  die(DW_TAG.subprogram, [
    ...extra,
    named(name),
    [DW_AT.low_pc, DW_FORM.addr, low],
    [DW_AT.high_pc, DW_FORM.data1, 8],
  ]);

function read(sections: Record<string, Uint8Array>): DebugInfo {
  const info = readDebugInfo(debugObject(sections));
  if (info === undefined) throw new Error('there is .debug_info');
  return info;
}

test('an object without DWARF has none', () => {
  expect(readDebugInfo(bareProgram(new Uint8Array()).object)).toBeUndefined();
  expect(readDebugInfo(debugObject({ '.debug_str': Uint8Array.of(0) }))).toBeUndefined();
});

/** An attribute of each form stands before the name: it must be skipped, and read, at its size. */
const forms: readonly [keyof typeof DW_FORM, AttributeValue][] = [
  ['addr', 5],
  ['block1', Uint8Array.of(1, 2, 3)],
  ['block2', Uint8Array.of(1, 2, 3)],
  ['block4', Uint8Array.of(1, 2, 3)],
  ['block', Uint8Array.of(1, 2, 3)],
  ['exprloc', Uint8Array.of(1, 2, 3)],
  ['data1', 1],
  ['data2', 2],
  ['data4', 4],
  ['data8', 0xffffffffffffffffn],
  ['data16', Uint8Array.from({ length: 16 }, (_, i) => i)],
  ['sdata', -(2n ** 60n)],
  ['udata', 2n ** 63n],
  ['string', 'text'],
  ['strp', 0],
  ['line_strp', 0],
  ['strx', 300],
  ['strx1', 1],
  ['strx2', 1],
  ['strx3', 1],
  ['strx4', 1],
  ['addrx', 300],
  ['addrx1', 1],
  ['addrx2', 1],
  ['addrx3', 1],
  ['addrx4', 1],
  ['flag', 1],
  ['flag_present', 1],
  ['sec_offset', 7],
  ['ref_udata', 300],
  ['ref_sig8', 1n],
  ['implicit_const', -5n],
  ['loclistx', 300],
  ['rnglistx', 300],
];

test.each(forms)('a value of form %s is passed over', (form, value) => {
  const userAttribute = 0x2fff;
  const attribute: AttributeSpec = [userAttribute, DW_FORM[form], value];
  const type = die(DW_TAG.base_type, [attribute, named('t'), [DW_AT.byte_size, DW_FORM.data1, 4]]);
  const variable = die(DW_TAG.variable, [
    attribute,
    named('v'),
    [DW_AT.location, DW_FORM.exprloc, Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0)],
  ]);
  const root = die(DW_TAG.compile_unit, [attribute], [type, function_('f', 8, [attribute]), variable]);
  const info = read(buildUnits([{ version: 5, root }]));
  expect(info.functions.map(({ name }) => name)).toEqual(['f']);
  expect(info.globals.map(({ name }) => name)).toEqual(['v']);
  expect(info.types.named('t', ['basic'])).toBeDefined();
  expect(info.warnings).toEqual([]);
});

test('indirect forms stand before their values', () => {
  const indirect: AttributeSpec = [0x2fff, DW_FORM.indirect, DW_FORM.flag_present];
  const root = die(DW_TAG.compile_unit, [indirect], [function_('f', 8, [indirect])]);
  expect(read(buildUnits([{ version: 5, root }])).functions.map(({ name }) => name)).toEqual(['f']);
});

describe('strings', () => {
  const strings = new ByteWriter().text('zero').text('one').done();
  const sections = {
    '.debug_str': strings,
    '.debug_line_str': strings,
    '.debug_str_offsets': new ByteWriter().number(0, 8).number(0, 4).number(5, 4).done(),
  };

  test.each<[keyof typeof DW_FORM, number | string]>([
    ['string', 'one'],
    ['strp', 5],
    ['line_strp', 5],
    ['strx', 1],
    ['strx1', 1],
    ['strx2', 1],
    ['strx3', 1],
    ['strx4', 1],
  ])('%s', (form, value) => {
    const attributes: AttributeSpec[] = [
      [DW_AT.name, DW_FORM[form], value],
      [DW_AT.low_pc, DW_FORM.addr, 8],
    ];
    const subprogram = die(DW_TAG.subprogram, [...attributes, [DW_AT.high_pc, DW_FORM.data1, 8]]);
    const root = die(DW_TAG.compile_unit, [[DW_AT.str_offsets_base, DW_FORM.sec_offset, 8]], [subprogram]);
    const info = read({ ...buildUnits([{ version: 5, root }]), ...sections });
    expect(info.functions.map(({ name }) => name)).toEqual(['one']);
  });
});

describe('damage', () => {
  const good = { version: 4, root: die(DW_TAG.compile_unit, [], [function_('good', 64)]) };

  test('an unknown form gives up its unit, and is named', () => {
    const bad = die(DW_TAG.compile_unit, [[DW_AT.name, 0x77, 1]], [function_('bad', 8)]);
    const info = read(buildUnits([{ version: 5, root: bad }, good]));
    expect(info.functions.map(({ name }) => name)).toEqual(['good']);
    expect(info.warnings).toEqual([
      '.debug_abbrev+0x3: form 0x77 of attribute 0x3 is unknown; its unit is not used',
    ]);
  });

  test.each([
    ['of another version', { version: 6, root: good.root }, /DWARF version 6 is not supported/],
    ['of version 1', { version: 1, root: good.root }, /DWARF version 1 is not supported/],
  ])('a unit %s is left out', (_, unit, message) => {
    const other = { version: 4, root: die(DW_TAG.compile_unit, [], [function_('other', 8)]) };
    const info = read(buildUnits([unit, other]));
    expect(info.functions.map(({ name }) => name)).toEqual(['other']);
    expect(info.warnings).toEqual([expect.stringMatching(message)]);
  });

  test('what stands before a damaged entry is found', () => {
    const root = die(DW_TAG.compile_unit, [], [function_('f', 8), function_('g', 32)]);
    const whole = buildUnits([{ version: 4, root }]);
    const info = whole['.debug_info']!.slice();
    // Abbreviation 3 is that of g.
    info[info.lastIndexOf(3)] = 99;
    const found = read({ ...whole, '.debug_info': info });
    expect(found.functions.map(({ name }) => name)).toEqual(['f']);
    expect(found.warnings[0]).toMatch(/abbreviation 99 is not there; what follows in this unit is not used/);
  });

  test('an address that is cut off is said', () => {
    const place: AttributeSpec = [DW_AT.location, DW_FORM.exprloc, Uint8Array.of(0xa1, 0x80)];
    const root = die(DW_TAG.compile_unit, [], [die(DW_TAG.variable, [named('v'), place])]);
    const info = read(buildUnits([{ version: 5, root }]));
    expect(info.globals.map(({ name }) => name)).toEqual(['v']);
    expect(info.warnings).toEqual([expect.stringContaining('beyond the end')]);
  });

  test('zeros are no units, and are not said without end', () => {
    const info = read({ '.debug_info': new Uint8Array(1000), '.debug_abbrev': Uint8Array.of(0) });
    expect(info.functions).toEqual([]);
    expect(info.warnings.length).toBe(21);
    expect(info.warnings.at(-1)).toBe('and more');
  });
});
