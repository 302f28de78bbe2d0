import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../base/bytes.ts';
import { attempt, expectOk } from '../base/problem.ts';
import type { Machine } from '../machine/machine.ts';
import { Btf } from '../object/btf/btf.ts';
import { readObject } from '../object/read-object.ts';
import { clearMap, dumpMap, readMapEntries, storeEntries } from './bpftool-json.ts';
import { mapNamed } from './expectations.ts';
import { globalMemory, readGlobals, storeGlobals } from './globals.ts';
import { isJsonArray, isJsonObject, parseJson, printJson, type JsonValue } from './json.ts';
import { prepareObject } from './prepare-scenario.ts';
import { BtfBuilder } from '../object/testing/build-btf.ts';
import { parseScenario } from './scenario.ts';
import { formatValue } from './typed-print.ts';
import { valueFromJson } from './typed-value.ts';

const folder = new URL('testdata/', import.meta.url);
const object = expectOk(
  readObject(new Uint8Array(readFileSync(new URL('values.bpf.o', folder))), 'values.bpf.o'),
);
/** What bpftool printed of the same maps in a kernel: testdata/record.sh. */
const recorded = new Map(
  readFileSync(new URL('values.bpftool.txt', folder), 'utf8')
    .trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const),
);
const names = [...recorded.keys()];

let machine: Machine;
beforeAll(() => {
  machine = prepareObject(expectOk(parseScenario({ object: 'values.bpf.o' })), object).vm.machine;
});

function fill(name: string, json: JsonValue): void {
  const map = mapNamed(machine, name, name);
  clearMap(machine, map);
  storeEntries(machine, map, readMapEntries(machine, map, json, name));
}

function dump(name: string): string {
  return printJson([...dumpMap(machine, mapNamed(machine, name, name))]);
}

function problemOf(body: () => unknown): string {
  const result = attempt(body);
  return result.ok ? 'none' : result.problem.message;
}

function entriesOf(json: JsonValue): readonly JsonValue[] {
  if (!isJsonArray(json)) throw new Error('no list');
  return json;
}

/** Only what bpftool prints under `formatted`, as the entry itself. */
function onlyTyped(json: JsonValue): JsonValue {
  return entriesOf(json).map((entry) =>
    isJsonObject(entry) && isJsonObject(entry['formatted']) ? entry['formatted'] : entry,
  );
}

describe('contents that bpftool has printed', () => {
  it('are of all maps with data', () => expect(names).toHaveLength(9));

  it.each(names)('%s goes in and comes out again', (name) => {
    const text = recorded.get(name) ?? '';
    fill(name, expectOk(parseJson(text)));
    expect(dump(name)).toBe(text);
  });

  it.each(names)('%s goes in by its typed form alone', (name) => {
    const text = recorded.get(name) ?? '';
    fill(name, onlyTyped(expectOk(parseJson(text))));
    // Not printed: padding, what stands after the NUL of a string (which moves keys to other buckets), a bool of 2.
    const lossless = ['untyped', 'percpu_untyped', '.data', '.bss', '.rodata'].includes(name);
    if (lossless) expect(dump(name)).toBe(text);
    const typedLines = (json: string): string[] =>
      entriesOf(onlyTyped(expectOk(parseJson(json))))
        .map(printJson)
        .sort();
    expect(typedLines(dump(name))).toEqual(typedLines(text));
  });
});

describe('other ways to write contents', () => {
  it.each([
    [
      'numbers as strings',
      'percpu',
      [{ key: '1', values: [{ cpu: 1, value: { a: '0xff', b: -2 } }] }],
      'percpu',
      '01000000',
    ],
    ['one value for all CPUs', 'percpu', [{ key: 1, value: { a: 1 } }], 'percpu', '01000000'],
    ['bytes as hex', 'untyped', [{ key: 1, value: '0a 0b 0c 0d 0e 0f' }], 'untyped', '01000000'],
    [
      'bytes as numbers',
      'untyped',
      [{ key: [1, 0, 0, 0], value: [1, 2, 3, 4, 5, 255] }],
      'untyped',
      '01000000',
    ],
    ['text', 'texts', [{ key: 'abcd', value: 1 }], 'texts', '61626364'],
    ['true', 'flags', [{ key: 1, value: true }], 'flags', '01000000'],
  ])('%s', (_, name, json, mapName, key) => {
    fill(name, json);
    const map = mapNamed(machine, mapName, '');
    expect(map.elements(0, 10).map((element) => toHex(element.key))).toContain(key);
  });

  it('finds members of anonymous structs by name and leaves out the rest', () => {
    fill('structs', [
      {
        key: { a: 7 },
        value: { anonymous: 1, second: 2, bits13: 3, signed7: -1, inners: [{}, { b: -5 }], wide: 'WIDE' },
      },
    ]);
    const entry = JSON.parse(dump('structs')) as { formatted: { value: Record<string, unknown> } }[];
    expect(entry[0]?.formatted.value).toMatchObject({
      '': { anonymous: 1, '': { first: 2, second: 2 } },
      bits13: '0x3',
      bits3: '0x0',
      signed7: '0x7f',
      inners: [
        { a: 0, b: 0 },
        { a: 0, b: -5 },
      ],
      wide: 'WIDE',
      unknown: 'RED',
    });
  });

  it.each([
    [
      'structs',
      [{ key: { a: 1 }, value: { colour: 1 } }],
      'm[0].value.colour: struct value has no such member',
    ],
    [
      'structs',
      [{ key: { a: 1 }, value: { known: 'PINK' } }],
      'm[0].value.known: a value of type enum color was expected, found "PINK"',
    ],
    ['structs', [{ key: { a: 1 }, value: { byte: 256 } }], 'm[0].value.byte: 256 does not fit 8 bits'],
    ['structs', [{ key: { a: 1 }, value: { bits3: 8 } }], 'm[0].value.bits3: 8 does not fit 3 bits'],
    [
      'structs',
      [{ key: { a: 1 }, value: { bytes: [1, 2, 3, 4] } }],
      'm[0].value.bytes: the array has 3 elements, 4 are given',
    ],
    [
      'structs',
      [{ key: { a: 1 }, value: { name: 'much too long' } }],
      'm[0].value.name: the text has 13 bytes, the array 8',
    ],
    [
      'structs',
      [{ key: { a: 1 }, value: 5 }],
      'm[0].value: an object with members of struct value was expected, found 5',
    ],
    ['structs', [{ key: ['0x01'], value: {} }], 'm[0].key: 8 bytes were expected, found 1'],
    ['structs', [{ value: {} }], 'm[0]: the key is missing'],
    ['structs', [{ key: { a: 1 } }], 'm[0]: the value is missing'],
    ['structs', [{ key: { a: 1 }, value: {}, count: 1 }], 'm[0].count: there is no such member'],
    ['structs', { key: 1 }, 'm: a list was expected, found an object'],
    ['untyped', [{ key: 1, value: ['0x01', '0x02'] }], 'm[0].value: 6 bytes were expected, found 2'],
    [
      'untyped',
      [{ key: 1, values: [] }],
      'm[0].values: untyped is of type ARRAY: it has one value for all CPUs',
    ],
    ['percpu', [{ key: 1, values: [{ cpu: 2, value: {} }] }], 'm[0].values[0].cpu: 2 is not from 0 to 1'],
  ])('refuses for %s %j', (name, json, message) => {
    const map = mapNamed(machine, name, '');
    expect(problemOf(() => readMapEntries(machine, map, json, 'm'))).toBe(message);
  });

  it('gives the errors of BPF_MAP_UPDATE_ELEM', () => {
    expect(problemOf(() => fill('untyped', [{ key: 9, value: '000000000000' }]))).toBe(
      'untyped[0]: BPF_MAP_UPDATE_ELEM of key 09000000 in untyped returns E2BIG',
    );
    const many = Array.from({ length: 9 }, (_, i) => ({ key: { a: i }, value: {} }));
    expect(problemOf(() => fill('structs', many))).toContain('structs[8]: BPF_MAP_UPDATE_ELEM');
  });
});

describe('global variables', () => {
  it('are set by name and type, static ones too', () => {
    const values = {
      threshold: '0x10',
      hidden: -3,
      favourite: 'BLUE',
      zero: { b: 1 },
      limit: '0xffffffffffffffff',
    };
    const globals = readGlobals(machine, values, 'globals');
    storeGlobals(machine, globals);
    expect(globals.map((global) => toHex(globalMemory(machine, global)))).toEqual([
      '10000000',
      'fdffffff',
      'fdffffff',
      '00000100',
      'ffffffffffffffff',
    ]);
    storeGlobals(machine, readGlobals(machine, { zero: { a: 9 } }, 'globals'));
    expect(dump('.bss')).toContain('{"zero":{"a":9,"b":1}}');
  });

  it('are problems where there is none of that name', () => {
    expect(problemOf(() => readGlobals(machine, { nothing: 1 }, 'globals'))).toBe(
      'globals.nothing: there is no such global variable',
    );
    expect(problemOf(() => readGlobals(machine, { threshold: 'x' }, 'globals'))).toContain(
      'globals.threshold',
    );
  });
});

it('takes BTF that places members outside their struct for what it is', () => {
  const builder = new BtfBuilder();
  const u32 = builder.int('u32', 4);
  const typeId = builder.struct('broken', 4, [
    ['far', u32, 8 * 400],
    ['bits', u32, 8 * 500, 3],
  ]);
  const btf = expectOk(Btf.open(builder.bytes()));
  for (const value of [{ far: 1 }, { bits: 1 }]) {
    expect(problemOf(() => valueFromJson(value, 4, { btf, typeId }, 'v'))).toContain('BTF places');
  }
  expect(formatValue(btf, typeId, new Uint8Array(4))).toEqual({ far: 0, bits: '0x0' });
});
