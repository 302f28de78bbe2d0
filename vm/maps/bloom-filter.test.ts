import { expect, test } from 'vitest';
import { writeInteger } from '../base/bytes.ts';
import { expectOk } from '../base/problem.ts';
import type { Environment } from '../environment/environment.ts';
import type { MapDefinition } from '../object/program-object.ts';
import { BloomFilter, bloomBits } from './bloom-filter.ts';
import { errno } from './errno.ts';
import { mapFlag, mapType } from './flags.ts';
import { createMap } from './registry.ts';
import { mapDefinition, testMachine } from './testing.ts';

const noKey = new Uint8Array();

function create(rest: Partial<MapDefinition> = {}, environment: Partial<Environment> = {}): BloomFilter {
  const definition = mapDefinition(mapType.BLOOM_FILTER, { keySize: 0, ...rest });
  const machine = testMachine({ environment });
  const map = expectOk(createMap(machine, { name: 'm', definition, data: undefined }, 0));
  if (!(map instanceof BloomFilter)) throw new Error('no filter');
  return map;
}

test.each([
  [1, 1, 64],
  [100, 1, 256],
  [1000, 5, 8192],
  [1 << 28, 15, 2 ** 32],
  [4000000000, 15, 2 ** 32],
])('%i entries, %i hash functions: %i bits', (entries, hashes, bits) =>
  expect(bloomBits(entries, hashes)).toBe(bits),
);

test.each<[string, Partial<MapDefinition>]>([
  ['a key', { keySize: 4 }],
  ['16 hash functions', { extra: 16n }],
  ['no entries', { maxEntries: 0 }],
  ['BPF_F_NO_PREALLOC', { flags: mapFlag.NO_PREALLOC }],
])('the kernel makes none with %s', (_, rest) => {
  expect(() => create(rest)).toThrow(/-EINVAL \(-22\)/);
});

const value = (number: number): Uint8Array => writeInteger(BigInt(number), 8);

test.each([0n, 1n, 3n, 15n])('it has what was pushed, map_extra %i', (extra) => {
  const filter = create({ maxEntries: 1000, extra });
  for (let i = 0; i < 500; i++) expect(filter.userUpdate(noKey, [value(i * 3)])).toBe(0);
  const numbers = Array.from({ length: 1500 }, (_, i) => i);
  const has = numbers.filter((number) => filter.mayHave(value(number)));
  expect(numbers.filter((number) => number % 3 === 0 && !has.includes(number))).toEqual([]);
  // Others are taken for pushed by chance only.
  expect(has.length).toBeLessThan(900);
  expect(filter.bitsSet).toBeLessThanOrEqual(500 * (Number(extra) || 5));
  filter.clear();
  expect([filter.bitsSet, filter.mayHave(value(0))]).toEqual([0, false]);
});

test('only BPF_ANY is a flag of a push', () => {
  const filter = create();
  expect([1n, 2n, 1n << 32n].map((flags) => filter.userUpdate(noKey, [value(1)], flags))).toEqual(
    Array(3).fill(-errno.EINVAL),
  );
  expect(filter.bitsSet).toBe(0);
});

test('the bits depend on the seed of the environment, but with BPF_F_ZERO_SEED', () => {
  const bits = (flags: number, hashSeed: number): string => {
    const filter = create({ maxEntries: 8, flags }, { hashSeed });
    for (let i = 0; i < 12; i++) filter.userUpdate(noKey, [value(i)]);
    return Array.from({ length: 200 }, (_, i) => (filter.mayHave(value(i)) ? 1 : 0)).join('');
  };
  expect(bits(mapFlag.ZERO_SEED, 7)).toBe(bits(0, 0));
  expect(bits(0, 7)).not.toBe(bits(0, 0));
});
