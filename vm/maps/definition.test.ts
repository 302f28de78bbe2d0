import { describe, expect, test } from 'vitest';
import type { MapDefinition } from '../object/program-object.ts';
import { createMap } from './registry.ts';
import { mapFlag, mapType } from './flags.ts';
import { addMap, mapDefinition, testMachine } from './testing.ts';

const { HASH, ARRAY, PERCPU_HASH, PERCPU_ARRAY, LRU_HASH, LRU_PERCPU_HASH, ARENA } = mapType;

function pages(maxEntries: number): Pick<MapDefinition, 'keySize' | 'valueSize' | 'maxEntries' | 'flags'> {
  return { keySize: 0, valueSize: 0, maxEntries, flags: mapFlag.MMAPABLE };
}

/** What map_alloc_check of the kernel refuses, with its errno. */
const refused = [
  [ARRAY, { keySize: 8 }, 'EINVAL'],
  [ARRAY, { maxEntries: 0 }, 'EINVAL'],
  [ARRAY, { valueSize: 0 }, 'EINVAL'],
  [ARRAY, { valueSize: 0x80000000 }, 'E2BIG'],
  [ARRAY, { flags: mapFlag.NO_PREALLOC }, 'EINVAL'],
  [ARRAY, { flags: mapFlag.PRESERVE_ELEMS }, 'EINVAL'],
  [ARRAY, { flags: mapFlag.RDONLY_PROG | mapFlag.WRONLY_PROG }, 'EINVAL'],
  [PERCPU_ARRAY, { flags: mapFlag.MMAPABLE }, 'EINVAL'],
  [PERCPU_ARRAY, { flags: mapFlag.NUMA_NODE }, 'EINVAL'],
  [PERCPU_ARRAY, { valueSize: 32769 }, 'E2BIG'],
  [HASH, { keySize: 0 }, 'EINVAL'],
  [HASH, { valueSize: 0 }, 'EINVAL'],
  [HASH, { maxEntries: 0 }, 'EINVAL'],
  [HASH, { flags: mapFlag.MMAPABLE }, 'EINVAL'],
  [HASH, { flags: mapFlag.NO_COMMON_LRU }, 'EINVAL'],
  [HASH, { valueSize: 1 << 22 }, 'E2BIG'],
  [HASH, { maxEntries: 0x80000001 }, 'E2BIG'],
  [PERCPU_HASH, { valueSize: 32761 }, undefined],
  [PERCPU_HASH, { valueSize: 32769 }, 'E2BIG'],
  [LRU_HASH, { flags: mapFlag.NO_PREALLOC }, 'ENOTSUPP'],
  [LRU_PERCPU_HASH, { flags: mapFlag.NUMA_NODE }, 'EINVAL'],
  [LRU_HASH, { flags: mapFlag.NUMA_NODE | mapFlag.NO_COMMON_LRU }, 'EINVAL'],
  [LRU_HASH, { flags: mapFlag.NO_COMMON_LRU | mapFlag.ZERO_SEED }, undefined],
  [ARENA, pages(0), 'EINVAL'],
  [ARENA, { ...pages(1), flags: 0 }, 'EINVAL'],
  [ARENA, { ...pages(1), flags: mapFlag.MMAPABLE | mapFlag.NUMA_NODE }, 'EINVAL'],
  [ARENA, { ...pages(1), keySize: 4 }, 'EINVAL'],
  [ARENA, { ...pages(1), valueSize: 8 }, 'EINVAL'],
  [ARENA, { ...pages(1), extra: 0x1800n }, 'EINVAL'],
  [ARENA, pages(0x10_0001), 'E2BIG'],
  [ARENA, { ...pages(2), extra: 0xffff_f000n }, 'ERANGE'],
  [ARENA, { ...pages(1), extra: 0xffff_f000n }, undefined],
  [ARENA, pages(0x10_0000), undefined],
] as const;

test.each(refused)('type %i with %o: %s', (type, rest, error) => {
  const definition = mapDefinition(type, { name: 'flows', ...rest });
  const result = createMap(testMachine(), { name: 'flows', definition, data: undefined }, 0);
  if (error === undefined) {
    expect(result.ok).toBe(true);
    return;
  }
  if (result.ok) expect.unreachable('the map was made');
  expect(result.problem.code).toBe('map-definition');
  expect(result.problem.message).toContain('the map flows');
  expect(result.problem.message).toContain(`-${error} (`);
});

test('a second arena', () => {
  const machine = testMachine();
  const shape = { keySize: 0, valueSize: 0, flags: mapFlag.MMAPABLE };
  addMap(machine, mapDefinition(ARENA, { name: 'first', ...shape }));
  const definition = mapDefinition(ARENA, { name: 'second', ...shape });
  expect(createMap(machine, { name: 'second', definition, data: undefined }, 1)).toMatchObject({
    ok: false,
    problem: { code: 'map-definition', message: expect.stringContaining('second ARENA') as string },
  });
});

describe('types the machine does not have', () => {
  test('a known type gives a map that can do nothing', () => {
    const definition = mapDefinition(34, { name: 'events' });
    const result = createMap(testMachine(), { name: 'events', definition, data: undefined }, 0);
    if (!result.ok) expect.unreachable(result.problem.message);
    const map = result.value;
    expect(map).toMatchObject({ supported: false, typeName: 'INSN_ARRAY', traversal: undefined });
    expect(map.userUpdate(new Uint8Array(0), [])).toBe(-524);
  });

  test('an unknown number is a problem', () => {
    const definition = mapDefinition(99, { name: 'odd' });
    const result = createMap(testMachine(), { name: 'odd', definition, data: undefined }, 0);
    expect(result).toMatchObject({ ok: false, problem: { code: 'unsupported-map-type' } });
  });

  test('a map too big for the machine is a problem', () => {
    const definition = mapDefinition(ARRAY, { maxEntries: 0x10000000, valueSize: 64 });
    const result = createMap(testMachine(), { name: 'm', definition, data: undefined }, 0);
    expect(result).toMatchObject({ ok: false, problem: { code: 'out-of-memory' } });
  });
});
