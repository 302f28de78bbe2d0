import { describe, expect, test } from 'vitest';
import { mapFlag, mapType } from './flags.ts';
import { mapDefinition, NumberedMap } from './testing.ts';

const { LRU_HASH, LRU_PERCPU_HASH } = mapType;
const { NO_COMMON_LRU, ZERO_SEED } = mapFlag;

function lru(maxEntries: number, cpus: number, type: number = LRU_HASH, flags = 0): NumberedMap {
  const definition = mapDefinition(type, { flags: flags | ZERO_SEED, maxEntries });
  return NumberedMap.of(definition, { environment: { cpus } });
}

function insert(map: NumberedMap, ...keys: number[]): void {
  for (const key of keys) expect(map.update(key, key)).toBe(0);
}

const sorted = (map: NumberedMap): number[] => map.keys().sort((a, b) => a - b);

describe('common lists', () => {
  test('a full map gives up the oldest', () => {
    const map = lru(4, 2);
    insert(map, 0, 1, 2, 3, 4);
    expect(sorted(map)).toEqual([1, 2, 3, 4]);
    insert(map, 5, 6);
    expect(sorted(map)).toEqual([3, 4, 5, 6]);
  });

  test('a lookup by a program protects, one by a user does not', () => {
    const map = lru(4, 2);
    insert(map, 0, 1, 2, 3);
    map.lookup(0);
    map.map.find(Uint8Array.of(1, 0, 0, 0));
    insert(map, 4);
    expect(sorted(map)).toEqual([0, 2, 3, 4]);
  });

  test('where all are used, the oldest goes nevertheless', () => {
    const map = lru(4, 2);
    insert(map, 0, 1, 2, 3);
    for (const key of [0, 1, 2, 3]) map.lookup(key);
    insert(map, 4);
    expect(map.map.count()).toBe(4);
    expect(map.value(4)).toBe(4);
  });

  test('free elements are taken in batches of half a CPU’s share', () => {
    // 64 entries, 2 CPUs: batches of 16, so the 65th insert gives up 16 at once.
    const map = lru(64, 2);
    insert(map, ...Array.from({ length: 64 }, (_, key) => key));
    expect(map.map.count()).toBe(64);
    insert(map, 64);
    expect(map.map.count()).toBe(64 - 16 + 1);
    expect(sorted(map)[0]).toBe(16);
  });

  test('a deleted element is the next that is used', () => {
    const map = lru(8, 1);
    insert(map, 0, 1, 2);
    const address = map.lookup(2);
    map.remove(2);
    insert(map, 3);
    expect(map.lookup(3)).toBe(address);
    expect(sorted(map)).toEqual([0, 1, 3]);
  });

  test('a CPU without free elements steals from another', () => {
    const map = lru(2, 2);
    expect(map.update(0, 0, 0n, 0)).toBe(0);
    expect(map.update(1, 1, 0n, 0)).toBe(0);
    expect(map.update(2, 2, 0n, 1)).toBe(0);
    expect(map.value(2)).toBe(2);
    expect(map.map.count()).toBe(2);
  });

  test('noexist on a key that is there takes an element for nothing, and gives it back', () => {
    const map = lru(4, 1);
    insert(map, 0, 1);
    expect(map.update(1, 9, 1n)).toBe(-17);
    expect(map.value(1)).toBe(1);
    expect(map.update(7, 9, 2n)).toBe(-2);
    insert(map, 2, 3);
    expect(sorted(map)).toEqual([0, 1, 2, 3]);
  });

  test('an update of LRU_PERCPU_HASH is in place, of LRU_HASH not', () => {
    for (const [type, moved] of [
      [LRU_HASH, true],
      [LRU_PERCPU_HASH, false],
    ] as const) {
      const map = lru(8, 2, type);
      insert(map, 1);
      const before = map.lookup(1);
      insert(map, 1);
      expect(map.lookup(1) !== before).toBe(moved);
      expect(map.map.count()).toBe(1);
    }
  });
});

describe('BPF_F_NO_COMMON_LRU', () => {
  test('each CPU gives up its own', () => {
    const map = lru(7, 2, LRU_HASH, NO_COMMON_LRU);
    // Rounded up to 8: 4 for each CPU.
    for (let key = 0; key < 4; key++) map.update(key, key, 0n, 0);
    for (let key = 10; key < 14; key++) map.update(key, key, 0n, 1);
    expect(map.map.count()).toBe(8);
    map.update(14, 14, 0n, 1);
    expect(sorted(map).filter((key) => key < 10)).toEqual([0, 1, 2, 3]);
    expect(map.value(14)).toBe(14);
    expect(map.value(10)).toBeUndefined();
  });
});

test('lists and buckets stay consistent under random use', () => {
  for (const [flags, cpus] of [
    [0, 1],
    [0, 3],
    [NO_COMMON_LRU, 2],
  ] as const) {
    const map = lru(20, cpus, LRU_HASH, flags);
    let state = 7;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const values = new Map<number, number>();
    for (let step = 0; step < 5000; step++) {
      const key = random(60);
      const cpu = random(cpus);
      if (random(4) === 0) {
        const there = map.value(key) !== undefined;
        expect(map.remove(key)).toBe(there ? 0 : -2);
      } else if (random(2) === 0) {
        expect(map.update(key, step, 0n, cpu)).toBe(0);
        values.set(key, step);
      } else {
        map.lookup(key, cpu);
      }
      const keys = map.keys();
      expect(keys.length).toBe(map.map.count());
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys.length).toBeLessThanOrEqual(21);
    }
    for (const key of map.keys()) expect(map.value(key)).toBe(values.get(key));
  }
});
