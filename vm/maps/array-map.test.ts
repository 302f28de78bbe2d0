import { describe, expect, test } from 'vitest';
import { mapFlag, mapType } from './flags.ts';
import { addMap, mapDefinition, NumberedMap, testMachine } from './testing.ts';

const { ARRAY, PERCPU_ARRAY } = mapType;
const u32 = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);
const u64 = (value: number): Uint8Array => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);

describe('ARRAY', () => {
  test('all elements are there from the start', () => {
    const array = NumberedMap.of(mapDefinition(ARRAY, { maxEntries: 3 }));
    expect(array.keys()).toEqual([0, 1, 2]);
    expect([0, 1, 2, 3, 0xffffffff].map((key) => array.value(key))).toEqual([0, 0, 0, undefined, undefined]);
  });

  test.each([
    ['any', 2, 0n, 0],
    ['exist', 2, 2n, 0],
    ['noexist', 2, 1n, -17],
    ['past the end', 3, 0n, -7],
    ['past the end comes before noexist', 3, 1n, -7],
    ['unknown flag', 2, 8n, -22],
    ['3', 2, 3n, -22],
    ['high flag', 2, 1n << 40n, -22],
    ['lock without bpf_spin_lock', 2, 4n, -22],
    ['lock and noexist', 2, 5n, -17],
  ])('update, %s', (_, key, flags, result) => {
    const array = NumberedMap.of(mapDefinition(ARRAY, { maxEntries: 3 }));
    expect(array.update(key, 77, flags)).toBe(result);
    expect(array.value(2)).toBe(result === 0 ? 77 : 0);
  });

  test('nothing can be deleted', () => {
    const array = NumberedMap.of(mapDefinition(ARRAY));
    expect(array.remove(0)).toBe(-22);
    expect(array.map.userRemove(u32(0))).toBe(-22);
  });

  test('an access that leaves a value is seen, also where another value follows', () => {
    const array = NumberedMap.of(mapDefinition(ARRAY, { maxEntries: 3 }));
    const address = BigInt(array.lookup(0));
    const { regions } = array.machine;
    expect(regions.resolve(address, 8, 'write')).toBeDefined();
    expect(regions.resolve(address + 1n, 8, 'read')).toBeUndefined();
    expect(regions.resolve(address + 8n, 1, 'read')).toBeUndefined();
  });

  test.each([
    [mapFlag.RDONLY_PROG, true, false],
    [mapFlag.WRONLY_PROG, false, true],
    [0, true, true],
  ])('flags %i: readable %s, writable %s', (flags, readable, writable) => {
    const array = NumberedMap.of(mapDefinition(ARRAY, { flags }));
    const address = BigInt(array.lookup(1));
    const { regions } = array.machine;
    expect(regions.resolve(address, 8, 'read') !== undefined).toBe(readable);
    expect(regions.resolve(address, 8, 'write') !== undefined).toBe(writable);
  });

  test('values of an mmapable array lie 8-byte rounded one after the other', () => {
    const flags = mapFlag.MMAPABLE;
    const machine = testMachine();
    const map = addMap(machine, mapDefinition(ARRAY, { flags, maxEntries: 3, valueSize: 12 }));
    const addresses = map.elements(0, 3).map(({ valueAddresses }) => valueAddresses[0]!);
    expect(addresses.map((address) => address - map.valueBase!)).toEqual([0n, 16n, 32n]);
    expect(machine.regions.resolve(map.valueBase!, 44, 'read')).toBeDefined();
    expect(machine.regions.resolve(map.valueBase!, 45, 'read')).toBeUndefined();
  });

  test('a data section has its initial contents and its own limits', () => {
    const machine = testMachine();
    const flags = mapFlag.MMAPABLE | mapFlag.RDONLY_PROG;
    const definition = mapDefinition(ARRAY, { name: '.rodata', flags, maxEntries: 1, valueSize: 5 });
    const map = addMap(machine, definition, Uint8Array.of(1, 2, 3, 4, 5));
    const at = machine.regions.resolve(map.valueBase!, 5, 'read')!;
    expect([...machine.memory.bytes.subarray(at, at + 5)]).toEqual([1, 2, 3, 4, 5]);
    expect(machine.regions.resolve(map.valueBase!, 6, 'read')).toBeUndefined();
    expect(machine.regions.resolve(map.valueBase!, 1, 'write')).toBeUndefined();
    expect(map.userUpdate(u32(0), [Uint8Array.of(9, 9, 9, 9, 9)])).toBe(0);
    expect(machine.memory.bytes[at]).toBe(9);
  });
});

describe('PERCPU_ARRAY', () => {
  test('each CPU has its value', () => {
    const array = NumberedMap.of(mapDefinition(PERCPU_ARRAY, { maxEntries: 2 }));
    expect(array.update(1, 10, 0n, 0)).toBe(0);
    expect(array.update(1, 11, 0n, 1)).toBe(0);
    expect([array.value(1, 0), array.value(1, 1), array.value(0, 0)]).toEqual([10, 11, 0]);
    expect(array.map.valueBase).toBeUndefined();
  });

  test('users give and see the values of all CPUs', () => {
    const array = NumberedMap.of(mapDefinition(PERCPU_ARRAY, { maxEntries: 2 }));
    expect(array.map.userUpdate(u32(1), [u64(5), u64(6)])).toBe(0);
    expect(array.map.userUpdate(u32(1), [u64(5)])).toBe(-22);
    expect(array.map.userUpdate(u32(2), [u64(5), u64(6)])).toBe(-7);
    const { valueAddresses } = array.map.find(u32(1))!;
    expect(valueAddresses.map((address) => array.read(address, 8))).toEqual([5, 6]);
    expect(array.map.find(u32(2))).toBeUndefined();
  });
});

test('pages of elements', () => {
  const array = NumberedMap.of(mapDefinition(ARRAY, { maxEntries: 10 }));
  expect(array.map.elements(8, 5).map(({ key }) => key[0])).toEqual([8, 9]);
  expect(array.map.elements(10, 5)).toEqual([]);
});
