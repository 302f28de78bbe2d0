import { describe, expect, test } from 'vitest';
import type { DebugFunction, DebugLocation } from '../debug-info.ts';
import { buildUnits, die, type AttributeSpec } from '../testing/build-dwarf.ts';
import { ByteWriter } from '../testing/byte-writer.ts';
import { debugObject } from '../testing/debug-object.ts';
import { DW_AT, DW_FORM, DW_LLE, DW_RLE, DW_TAG } from './constants.ts';
import { readDebugInfo } from './read-debug-info.ts';

const base = 2 ** 32;
const addresses = new ByteWriter().number(0, 8);
for (const offset of [0x100, 0x140, 0x180]) addresses.number(base + offset, 8);

interface Lists {
  readonly version: number;
  readonly ranges?: AttributeSpec;
  readonly location?: AttributeSpec;
  readonly sections: Record<string, Uint8Array>;
}

/** A function of a unit at base + 0x1000, whose addresses have indices from 0. */
function functionWith({ version, ranges, location, sections }: Lists): {
  scope: DebugFunction;
  location: DebugLocation;
  warnings: readonly string[];
} {
  const type = die(DW_TAG.base_type, [
    [DW_AT.byte_size, DW_FORM.data1, 4],
    [DW_AT.encoding, DW_FORM.data1, 7],
  ]);
  const variable = die(DW_TAG.variable, [
    [DW_AT.name, DW_FORM.string, 'v'],
    [DW_AT.type, DW_FORM.ref4, type],
    ...(location === undefined ? [] : [location]),
  ]);
  const extent: AttributeSpec[] = [
    [DW_AT.low_pc, DW_FORM.addr, base + 0x1000],
    [DW_AT.high_pc, DW_FORM.data4, 0x80],
  ];
  const subprogram = die(
    DW_TAG.subprogram,
    [[DW_AT.name, DW_FORM.string, 'f'], ...(ranges === undefined ? extent : [ranges])],
    [variable],
  );
  const root = die(
    DW_TAG.compile_unit,
    [
      [DW_AT.low_pc, DW_FORM.addr, base + 0x1000],
      [DW_AT.addr_base, DW_FORM.sec_offset, 8],
      [DW_AT.rnglists_base, DW_FORM.sec_offset, 12],
      [DW_AT.loclists_base, DW_FORM.sec_offset, 12],
    ],
    [subprogram, type],
  );
  const info = readDebugInfo(
    debugObject({ ...buildUnits([{ version, root }]), '.debug_addr': addresses.done(), ...sections }),
  );
  const scope = info?.functions[0];
  const found = scope?.variables[0]?.location;
  if (info === undefined || scope === undefined || found === undefined) throw new Error('no function');
  return { scope, location: found, warnings: info.warnings };
}

const relative = (ranges: readonly { low: number; high: number }[]): number[][] =>
  ranges.map(({ low, high }) => [low - base, high - base]);
const header = (): ByteWriter => new ByteWriter().bytes(Array.from({ length: 12 }, () => 0));

describe('ranges', () => {
  test('of DWARF 5, all kinds, sorted and joined', () => {
    const list = header().number(4, 4);
    list.u8(DW_RLE.offset_pair).uleb(0x10).uleb(0x20);
    list.u8(DW_RLE.base_addressx).uleb(1).u8(DW_RLE.offset_pair).uleb(0).uleb(8);
    list.u8(DW_RLE.startx_endx).uleb(1).uleb(2).u8(DW_RLE.startx_length).uleb(0).uleb(8);
    list
      .u8(DW_RLE.base_address)
      .number(base + 0x2000, 8)
      .u8(DW_RLE.offset_pair)
      .uleb(8)
      .uleb(16);
    list
      .u8(DW_RLE.start_end)
      .number(base + 0x3000, 8)
      .number(base + 0x3008, 8);
    list
      .u8(DW_RLE.start_length)
      .number(base + 0x3008, 8)
      .uleb(8);
    list
      .u8(DW_RLE.start_length)
      .number(base + 0x4000, 8)
      .uleb(0)
      .u8(DW_RLE.end_of_list);
    const { scope } = functionWith({
      version: 5,
      ranges: [DW_AT.ranges, DW_FORM.rnglistx, 0],
      sections: { '.debug_rnglists': list.done() },
    });
    expect(relative(scope.ranges)).toEqual([
      [0x100, 0x108],
      [0x140, 0x180],
      [0x1010, 0x1020],
      [0x2008, 0x2010],
      [0x3000, 0x3010],
    ]);
    expect([scope.low - base, scope.high - base]).toEqual([0x100, 0x3010]);
  });

  test('of DWARF 4 count from the unit, or a base of their own', () => {
    const list = new ByteWriter().number(0x10, 8).number(0x18, 8);
    list.number(0xffffffffffffffffn, 8).number(base, 8).number(8, 8).number(16, 8).number(0, 8).number(0, 8);
    const { scope } = functionWith({
      version: 4,
      ranges: [DW_AT.ranges, DW_FORM.sec_offset, 0],
      sections: { '.debug_ranges': list.done() },
    });
    expect(relative(scope.ranges)).toEqual([
      [8, 16],
      [0x1010, 0x1018],
    ]);
  });
});

const expression = (writer: ByteWriter, operation: number): ByteWriter => writer.uleb(1).u8(operation);
const placed = (location: DebugLocation): unknown =>
  location.kind === 'list'
    ? location.entries.map(({ low, high, expression: { bytes } }) => [low - base, high - base, bytes[0]])
    : location;

describe('locations', () => {
  test('of DWARF 5, all kinds', () => {
    const list = header().number(4, 4);
    expression(list.u8(DW_LLE.offset_pair).uleb(0x10).uleb(0x20), 0x51);
    expression(list.u8(DW_LLE.base_addressx).uleb(1).u8(DW_LLE.offset_pair).uleb(0).uleb(8), 0x52);
    list.u8(DW_LLE.GNU_view_pair).uleb(1).uleb(2);
    expression(list.u8(DW_LLE.startx_endx).uleb(1).uleb(2), 0x53);
    expression(list.u8(DW_LLE.startx_length).uleb(0).uleb(8), 0x54);
    list.u8(DW_LLE.base_address).number(base + 0x2000, 8);
    expression(list.u8(DW_LLE.offset_pair).uleb(8).uleb(16), 0x55);
    expression(
      list
        .u8(DW_LLE.start_end)
        .number(base + 0x3000, 8)
        .number(base + 0x3008, 8),
      0x56,
    );
    expression(
      list
        .u8(DW_LLE.start_length)
        .number(base + 0x3008, 8)
        .uleb(8),
      0x57,
    );
    expression(
      list
        .u8(DW_LLE.start_length)
        .number(base + 0x4000, 8)
        .uleb(0),
      0x58,
    ).u8(0);
    const { location } = functionWith({
      version: 5,
      location: [DW_AT.location, DW_FORM.loclistx, 0],
      sections: { '.debug_loclists': list.done() },
    });
    expect(placed(location)).toEqual([
      [0x100, 0x108, 0x54],
      [0x140, 0x148, 0x52],
      [0x140, 0x180, 0x53],
      [0x1010, 0x1020, 0x51],
      [0x2008, 0x2010, 0x55],
      [0x3000, 0x3008, 0x56],
      [0x3008, 0x3010, 0x57],
    ]);
  });

  test('a default holds where nothing else does', () => {
    const list = header();
    expression(list.u8(DW_LLE.default_location), 0x59);
    expression(list.u8(DW_LLE.offset_pair).uleb(0x10).uleb(0x20), 0x51).u8(DW_LLE.end_of_list);
    const { location } = functionWith({
      version: 5,
      location: [DW_AT.location, DW_FORM.sec_offset, 12],
      sections: { '.debug_loclists': list.done() },
    });
    expect(placed(location)).toEqual([
      [-base, 0x1010, 0x59],
      [0x1010, 0x1020, 0x51],
      [0x1020, Infinity, 0x59],
    ]);
  });

  test('of DWARF 4', () => {
    const list = new ByteWriter().number(0x10, 8).number(0x18, 8).number(1, 2).u8(0x50);
    list.number(0xffffffffffffffffn, 8).number(base, 8);
    list.number(0, 8).number(8, 8).number(1, 2).u8(0x51).number(0, 8).number(0, 8);
    const { location } = functionWith({
      version: 4,
      location: [DW_AT.location, DW_FORM.sec_offset, 0],
      sections: { '.debug_loc': list.done() },
    });
    expect(placed(location)).toEqual([
      [0, 8, 0x51],
      [0x1010, 0x1018, 0x50],
    ]);
  });

  test.each<[string, AttributeSpec | undefined, unknown]>([
    ['none', undefined, { kind: 'none' }],
    ['an empty expression', [DW_AT.location, DW_FORM.exprloc, new Uint8Array()], { kind: 'none' }],
    [
      'a constant that was extended',
      [DW_AT.const_value, DW_FORM.udata, 0xffffffff811c9dc5n],
      { kind: 'constant', bytes: Uint8Array.of(0xc5, 0x9d, 0x1c, 0x81) },
    ],
    [
      'a negative constant',
      [DW_AT.const_value, DW_FORM.sdata, -2],
      { kind: 'constant', bytes: Uint8Array.of(0xfe, 0xff, 0xff, 0xff) },
    ],
    [
      'a block',
      [DW_AT.const_value, DW_FORM.block1, Uint8Array.of(1, 2)],
      { kind: 'constant', bytes: Uint8Array.of(1, 2) },
    ],
  ])('%s', (_, location, wanted) => {
    const found = functionWith({ version: 5, ...(location && { location }), sections: {} });
    expect(found.location).toEqual(wanted);
  });

  test('expressions know addresses and base types of their unit', () => {
    const bytes = Uint8Array.of(0xa1, 1);
    const { location, warnings } = functionWith({
      version: 5,
      location: [DW_AT.location, DW_FORM.exprloc, bytes],
      sections: {},
    });
    if (location.kind !== 'expression') throw new Error(location.kind);
    expect(location.expression.bytes).toEqual(bytes);
    expect(location.expression.addressAt(1)).toBe(base + 0x140);
    expect(location.expression.baseType(0)).toBeUndefined();
    expect(warnings).toEqual([]);
    expect(location.expression.addressAt(99)).toBeUndefined();
    expect(warnings.length).toBe(1);
  });

  test('a list that is damaged is no location, and said', () => {
    const list = header().u8(0x77);
    const { location, warnings } = functionWith({
      version: 5,
      location: [DW_AT.location, DW_FORM.sec_offset, 12],
      sections: { '.debug_loclists': list.done() },
    });
    expect(location).toEqual({ kind: 'none' });
    expect(warnings).toEqual(['.debug_loclists+0xd: location list entry 0x77 is unknown']);
  });
});
