import { describe, expect, test } from 'vitest';
import { frame } from '../machine/layout.ts';
import { mapFlag, mapType } from './flags.ts';
import { hashKey } from './jhash.ts';
import { addMap, mapDefinition, NumberedMap, testMachine } from './testing.ts';

const { HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH } = mapType;
const { ZERO_SEED, NO_PREALLOC } = mapFlag;
const u32 = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);
const u64 = (value: number): Uint8Array => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function hashMap(type: number, flags = 0, maxEntries = 16): NumberedMap {
  return NumberedMap.of(mapDefinition(type, { flags: flags | ZERO_SEED, maxEntries }));
}

/** Visits all elements as bpf_for_each_map_elem does; `visit` may change the map. */
function traverse(map: NumberedMap, visit: (key: number, value: number, number: number) => void): void {
  const { machine } = map;
  const record = machine.frames.record(1);
  machine.memory.bytes.fill(0, record + frame.cursor, record + frame.cursor + 32);
  for (let count = 0; map.map.traversal!.advance(machine, record, count > 0); count++) {
    const { view } = machine.memory;
    const key = view.getBigUint64(record + frame.key, true);
    const value = view.getBigUint64(record + frame.value, true);
    if (count > 1000) throw new Error('endless');
    visit(map.read(key, 4), map.read(value, 8), count);
  }
}

describe('order', () => {
  /** Recorded on Linux 6.18: keys in the order of insertion and in the order of the map, with BPF_F_ZERO_SEED. */
  test.each([
    [16, upTo(10), [4, 5, 0, 7, 2, 1, 8, 9, 6, 3]],
    [10, upTo(10), [4, 5, 0, 7, 2, 1, 8, 9, 6, 3]],
    [16, upTo(10).reverse(), [4, 5, 0, 2, 7, 1, 8, 9, 6, 3]],
    [4, [0, 1, 2, 3], [0, 2, 3, 1]],
    [
      16,
      [1000, 2000, 3000, 77, 5, 123456, 99, 1, 0, 0xffffffff],
      [123456, 99, 77, 1000, 5, 0, 0xffffffff, 1, 3000, 2000],
    ],
  ])('max_entries %i, %o', (maxEntries, inserted, order) => {
    for (const [type, flags] of [
      [HASH, 0],
      [HASH, NO_PREALLOC],
      [PERCPU_HASH, 0],
    ] as const) {
      const map = hashMap(type, flags, maxEntries);
      for (const key of inserted) expect(map.update(key, key)).toBe(0);
      expect(map.keys()).toEqual(order);
      const visited: number[] = [];
      traverse(map, (key) => visited.push(key));
      expect(visited).toEqual(order);
    }
  });

  test.each([LRU_HASH, LRU_PERCPU_HASH])('LRU types too: %i', (type) => {
    const map = hashMap(type);
    for (const key of upTo(10)) map.update(key, key);
    expect(map.keys()).toEqual([4, 5, 0, 7, 2, 1, 8, 9, 6, 3]);
  });

  test('the seed of the environment counts without BPF_F_ZERO_SEED only', () => {
    const orders = [0, 0, ZERO_SEED].map((flags, i) => {
      const environment = { hashSeed: i === 0 ? 0 : 12345 };
      const map = NumberedMap.of(mapDefinition(HASH, { flags }), { environment });
      for (const key of upTo(10)) map.update(key, key);
      return map.keys().join();
    });
    expect(orders[0]).toBe(orders[2]);
    expect(orders[1]).not.toBe(orders[0]);
  });
});

describe('update, delete and lookup', () => {
  test.each([
    ['any, new', 5, 0n, 0],
    ['any, there', 1, 0n, 0],
    ['noexist, new', 5, 1n, 0],
    ['noexist, there', 1, 1n, -17],
    ['exist, new', 5, 2n, -2],
    ['exist, there', 1, 2n, 0],
    ['unknown flag', 1, 3n, -22],
    ['high flag', 1, 1n << 32n, -22],
    ['lock without bpf_spin_lock', 1, 4n, -22],
  ])('%s', (_, key, flags, result) => {
    for (const type of [HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH]) {
      const map = hashMap(type);
      map.update(1, 10);
      expect(map.update(key, 77, flags)).toBe(result);
      expect(map.value(key)).toBe(result === 0 ? 77 : key === 1 ? 10 : undefined);
      expect(map.map.count()).toBe(key === 5 && result === 0 ? 2 : 1);
    }
  });

  test.each([
    [HASH, 0],
    [HASH, NO_PREALLOC],
    [PERCPU_HASH, 0],
    [PERCPU_HASH, NO_PREALLOC],
  ])('type %i, flags %i: a full map takes no new key, but updates', (type, flags) => {
    const map = hashMap(type, flags, 3);
    expect(upTo(4).map((key) => map.update(key, key))).toEqual([0, 0, 0, -7]);
    expect(map.update(1, 100)).toBe(0);
    expect(map.remove(2)).toBe(0);
    expect(map.remove(2)).toBe(-2);
    expect(map.update(3, 3)).toBe(0);
    expect(map.keys().sort()).toEqual([0, 1, 3]);
  });

  test('an update replaces the element of HASH, and the value of PERCPU_HASH in place', () => {
    for (const [type, moved] of [
      [HASH, true],
      [PERCPU_HASH, false],
    ] as const) {
      const map = hashMap(type);
      map.update(1, 10);
      const before = map.lookup(1);
      map.update(1, 11);
      expect(map.lookup(1) !== before).toBe(moved);
      expect(map.read(BigInt(before), 8)).toBe(moved ? 10 : 11);
      expect(map.value(1)).toBe(11);
    }
  });

  test('a new per-CPU element has zeros for the other CPUs, whatever it held before', () => {
    for (const type of [PERCPU_HASH, LRU_PERCPU_HASH]) {
      const map = hashMap(type, 0, 2);
      expect(map.map.userUpdate(u32(1), [u64(5), u64(6)])).toBe(0);
      map.remove(1);
      map.update(2, 9, 0n, 1);
      expect([map.value(2, 0), map.value(2, 1)]).toEqual([0, 9]);
    }
  });

  test('users need the right sizes', () => {
    const map = hashMap(HASH);
    expect(map.map.userUpdate(u32(1), [u64(1), u64(2)])).toBe(-22);
    expect(map.map.userUpdate(new Uint8Array(3), [u64(1)])).toBe(-22);
    expect(map.map.userUpdate(u32(1), [u64(7)], 1n)).toBe(0);
    expect(map.read(map.map.find(u32(1))!.valueAddresses[0]!, 8)).toBe(7);
    expect(map.map.userRemove(u32(2))).toBe(-2);
    expect(map.map.userRemove(u32(1))).toBe(0);
    expect(map.map.find(u32(1))).toBeUndefined();
  });

  test('keys can be read by programs and not written', () => {
    const map = hashMap(HASH);
    map.update(1, 1);
    const { keyAddress } = map.map.find(u32(1))!;
    expect(map.machine.regions.resolve(keyAddress!, 4, 'read')).toBeDefined();
    expect(map.machine.regions.resolve(keyAddress!, 4, 'write')).toBeUndefined();
    expect(map.machine.regions.resolve(keyAddress!, 8, 'read')).toBeUndefined();
  });

  test('key and value may lie in the map that has to grow for them', () => {
    const map = hashMap(HASH, NO_PREALLOC, 2000);
    for (let key = 1; key <= 600; key++) {
      map.update(key, key + 10_000);
      const { machine } = map;
      const at = machine.regions.resolve(BigInt(map.lookup(key)), 8, 'read')!;
      // The value is the key of the next element, and its value too.
      expect(map.map.update(at, at, 0n, 0)).toBe(0);
    }
    for (let key = 1; key <= 600; key++) {
      expect([map.value(key), map.value(key + 10_000)]).toEqual([key + 10_000, key + 10_000]);
    }
  });
});

describe('reuse', () => {
  test.each([0, NO_PREALLOC])('last freed, first used, on each CPU (flags %i)', (flags) => {
    const map = hashMap(HASH, flags, 16);
    const addresses = upTo(4).map((key) => (map.update(key, key), map.lookup(key)));
    for (const key of [1, 3]) map.remove(key);
    const reused = [10, 11].map((key) => (map.update(key, key), map.lookup(key)));
    expect(reused).toEqual([addresses[3], addresses[1]]);
  });

  test('what one CPU has freed stays with it while there are others', () => {
    const map = hashMap(HASH, 0, 16);
    map.update(1, 1);
    const first = map.lookup(1);
    map.remove(1);
    map.update(2, 2, 0n, 1);
    expect(map.lookup(2)).not.toBe(first);
    map.update(3, 3, 0n, 0);
    expect(map.lookup(3)).toBe(first);
  });

  test('an update swaps with the spare element, so the old value lives until the update after the next', () => {
    const map = hashMap(HASH);
    map.update(1, 10);
    const first = map.lookup(1);
    map.update(1, 11);
    const second = map.lookup(1);
    expect(map.read(BigInt(first), 8)).toBe(10);
    map.update(1, 12);
    expect(map.lookup(1)).toBe(first);
    expect([first, second].map((address) => map.read(BigInt(address), 8))).toEqual([12, 11]);
  });

  test('without preallocation an update frees the old element for the next insert', () => {
    const map = hashMap(HASH, NO_PREALLOC);
    map.update(1, 10);
    const first = map.lookup(1);
    map.update(1, 11);
    map.update(2, 20);
    expect(map.lookup(2)).toBe(first);
  });
});

/** The kernel's rules once more, with objects: what a traversal sees while its callback changes the map. */
class Model {
  readonly heads: (Node | undefined)[];
  readonly #free: Node[] = [];
  #extra: Node = {};
  #count = 0;
  readonly #max: number;
  readonly #prealloc: boolean;

  constructor(max: number, prealloc: boolean) {
    this.#max = max;
    this.#prealloc = prealloc;
    this.heads = Array.from({ length: 2 ** Math.ceil(Math.log2(max)) }, () => undefined);
  }

  bucket(key: number): number {
    return hashKey(new DataView(u32(key).buffer), 0, 4, 0) % this.heads.length;
  }

  #find(key: number): Node | undefined {
    let node = this.heads[this.bucket(key)];
    while (node !== undefined && node.key !== key) node = node.next;
    return node;
  }

  #unlink(node: Node): void {
    const bucket = this.bucket(node.key!);
    if (this.heads[bucket] === node) {
      this.heads[bucket] = node.next;
      return;
    }
    let before = this.heads[bucket]!;
    while (before.next !== node) before = before.next!;
    before.next = node.next;
  }

  update(key: number, value: number): number {
    const old = this.#find(key);
    if (old === undefined && this.#count >= this.#max) return -7;
    let node: Node;
    if (old !== undefined && this.#prealloc) {
      node = this.#extra;
      this.#extra = old;
    } else {
      node = this.#free.pop() ?? {};
    }
    const bucket = this.bucket(key);
    Object.assign(node, { key, value });
    node.next = this.heads[bucket];
    this.heads[bucket] = node;
    if (old === undefined) this.#count++;
    else {
      // The old node has the same key, and comes after the new one.
      let before: Node = node;
      while (before.next !== old) before = before.next!;
      before.next = old.next;
      if (!this.#prealloc) this.#free.push(old);
    }
    return 0;
  }

  remove(key: number): number {
    const node = this.#find(key);
    if (node === undefined) return -2;
    this.#unlink(node);
    this.#free.push(node);
    this.#count--;
    return 0;
  }

  *traverse(): Generator<[number, number]> {
    for (const bucket of this.heads.keys()) {
      let node = this.heads[bucket];
      while (node !== undefined) {
        const next: Node | undefined = node.next;
        yield [node.key!, node.value!];
        node = next;
      }
    }
  }
}

interface Node {
  key?: number;
  value?: number;
  next?: Node | undefined;
}

/** A small generator, so that failures can be repeated. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('changes during a traversal', () => {
  test.each([
    [0, 8],
    [0, 2],
    [NO_PREALLOC, 8],
    [NO_PREALLOC, 3],
  ])('as the model says (flags %i, max_entries %i)', (flags, maxEntries) => {
    let changes = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const random = randomNumbers(seed);
      const map = hashMap(HASH, flags, maxEntries);
      const model = new Model(maxEntries, flags === 0);
      const change = (): void => {
        const key = random(12);
        if (random(2) === 0) expect(map.remove(key)).toBe(model.remove(key));
        else expect(map.update(key, seed + changes)).toBe(model.update(key, seed + changes));
        changes++;
      };
      for (let i = 0; i < 10; i++) change();
      const expected = model.traverse();
      traverse(map, (key, value, number) => {
        const next = expected.next();
        expect([key, value]).toEqual(next.value);
        for (let i = random(4); number < 40 && i > 0; i--) change();
      });
      expect(expected.next().done).toBe(true);
      expect(map.keys()).toEqual([...model.traverse()].map(([key]) => key));
    }
    expect(changes).toBeGreaterThan(4000);
  });

  test('deleting the next and inserting another leads the traversal into the other bucket', () => {
    const map = hashMap(HASH, 0, 8);
    const model = new Model(8, true);
    const inFirst = upTo(1000)
      .filter((key) => model.bucket(key) === 1)
      .slice(0, 3);
    const inLast = upTo(1000).find((key) => model.bucket(key) === 6)!;
    const inserted = upTo(1000).filter((key) => model.bucket(key) === 6)[1]!;
    for (const key of [...inFirst, inLast]) map.update(key, key);
    const visited: number[] = [];
    traverse(map, (key, _, number) => {
      visited.push(key);
      if (number > 0) return;
      map.remove(inFirst[1]!);
      map.update(inserted, inserted);
    });
    // The rest of the first bucket is skipped, and the last one is seen twice.
    expect(visited).toEqual([inFirst[2], inserted, inLast, inserted, inLast]);
  });
});

test('a map costs memory as it fills', () => {
  const machine = testMachine();
  const before = machine.memory.memory.buffer.byteLength;
  const definition = mapDefinition(HASH, { maxEntries: 1_000_000, keySize: 8, valueSize: 8 });
  const map = addMap(machine, definition);
  const used = (): number => machine.memory.memory.buffer.byteLength - before;
  expect(used()).toBeLessThan(6e6);
  const at = machine.memory.allocate(16);
  for (let i = 0; i < 50_000; i++) {
    machine.memory.view.setUint32(at, i, true);
    map.update(at, at + 8, 0n, 0);
  }
  expect(map.count()).toBe(50_000);
  expect(used()).toBeLessThan(12e6);
});
