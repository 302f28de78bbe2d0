import { expect, test } from 'vitest';
import { unsetFields } from './map-definitions.ts';
import { checkMapSizes, mapTypeName } from './map-types.ts';
import type { MapDefinition } from './program-object.ts';

const definition = (type: number, keySize: number, valueSize: number, maxEntries: number): MapDefinition => ({
  ...unsetFields,
  name: 'm',
  type,
  keySize,
  valueSize,
  maxEntries,
});

test.each<[number, number, number, number]>([
  [1, 8, 16, 4],
  [2, 4, 16, 1],
  [4, 4, 4, 0],
  [22, 0, 8, 4],
  [27, 0, 0, 4096],
  [29, 4, 8, 0],
  [16, 4, 8, 2],
])('type %i with sizes %i, %i, %i is right', (...sizes) =>
  expect(checkMapSizes(definition(...sizes))).toEqual({ ok: true, value: undefined }),
);

test.each<[[number, number, number, number], string]>([
  [[1, 0, 16, 4], 'HASH) has key size 0, expected more than 0'],
  [[1, 4, 0, 4], 'HASH) has value size 0, expected more than 0'],
  [[2, 8, 16, 4], 'ARRAY) has key size 8, expected 4'],
  [[2, 4, 16, 0], 'ARRAY) has max_entries 0, expected more than 0'],
  [[27, 0, 8, 4096], 'RINGBUF) has value size 8, expected 0'],
  [[29, 4, 8, 3], 'TASK_STORAGE) has max_entries 3, expected 0'],
  [[16, 4, 5, 3], 'CPUMAP) has value size 5, expected 4 or 8'],
  [[99, 4, 4, 4], 'map type 99) has type 99, expected a type below'],
])('%j is refused', (sizes, message) => {
  const result = checkMapSizes(definition(...sizes));
  expect(result.ok ? '' : result.problem.message).toContain(message);
});

test('names of types', () => {
  expect([1, 6, 27, 33].map(mapTypeName)).toEqual(['HASH', 'PERCPU_ARRAY', 'RINGBUF', 'ARENA']);
});
