import { describe, expect, test } from 'vitest';
import { writeInteger } from '../base/bytes.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import type { MapDefinition } from '../object/program-object.ts';
import { errno } from './errno.ts';
import { mapFlag, mapType } from './flags.ts';
import { createMap } from './registry.ts';
import { addMap, mapDefinition, testMachine } from './testing.ts';

const { NO_PREALLOC, ZERO_SEED, RDONLY_PROG, WRONLY_PROG } = mapFlag;

function definition(rest: Partial<MapDefinition> = {}): MapDefinition {
  return mapDefinition(mapType.LPM_TRIE, { keySize: 8, flags: NO_PREALLOC, ...rest });
}

/** `10.1.0.0/16` */
function ip(text: string): Uint8Array {
  const [address = '', length = '32'] = text.split('/');
  return Uint8Array.from([...writeInteger(BigInt(length), 4), ...address.split('.').map(Number)]);
}

function textOf(key: Uint8Array): string {
  const [length, , , , ...bytes] = key;
  return `${bytes.join('.')}/${length ?? 0}`;
}

/** A trie with keys as bytes and values as numbers. */
class Trie {
  readonly machine: Machine;
  readonly map: KernelMap;
  readonly #scratch: number;

  constructor(rest: Partial<MapDefinition> = {}) {
    this.machine = testMachine();
    this.map = addMap(this.machine, definition(rest));
    this.#scratch = this.machine.memory.allocate(512);
  }

  update(key: Uint8Array, value: number, flags = 0n): number {
    const { memory } = this.machine;
    memory.bytes.set(key, this.#scratch);
    memory.view.setBigUint64(this.#scratch + 264, BigInt(value), true);
    return this.map.update(this.#scratch, this.#scratch + 264, flags, 0);
  }

  remove(key: Uint8Array): number {
    this.machine.memory.bytes.set(key, this.#scratch);
    return this.map.remove(this.#scratch);
  }

  lookup(key: Uint8Array): number {
    this.machine.memory.bytes.set(key, this.#scratch);
    return this.map.lookup(this.#scratch, 0);
  }

  value(key: Uint8Array): number | undefined {
    const address = this.lookup(key);
    return address === 0 ? undefined : this.read(address);
  }

  read(address: number): number {
    const at = this.machine.regions.resolve(BigInt(address), 8, 'read')!;
    return Number(this.machine.memory.view.getBigUint64(at, true));
  }

  keys(): string[] {
    return this.map.elements(0, this.map.count()).map(({ key }) => textOf(key));
  }
}

test.each<[string, Partial<MapDefinition>]>([
  ['without BPF_F_NO_PREALLOC', { flags: 0 }],
  ['with a seed flag', { flags: NO_PREALLOC | ZERO_SEED }],
  ['with both access flags', { flags: NO_PREALLOC | RDONLY_PROG | WRONLY_PROG }],
  ['without data in the key', { keySize: 4 }],
  ['with too long a key', { keySize: 261 }],
  ['without entries', { maxEntries: 0 }],
  ['without a value', { valueSize: 0 }],
  ['with too big a value', { valueSize: 1 << 22 }],
])('the kernel makes no trie %s', (_, rest) => {
  const linked = { name: 'm', definition: definition(rest), data: undefined };
  const result = createMap(testMachine(), linked, 0);
  expect(result.ok ? 'made' : result.problem.message).toMatch(/refused by the kernel with -EINVAL \(-22\)/);
});

test('the longest prefix is found, the order is that of the kernel', () => {
  const trie = new Trie();
  const prefixes = ['192.168.0.0/16', '192.168.0.0/24', '192.168.128.0/24', '192.168.1.0/24'];
  prefixes.forEach((prefix, i) => expect(trie.update(ip(prefix), i)).toBe(0));
  const found = ['192.168.0.9', '192.168.1.9', '192.168.2.9', '192.168.128.9', '10.0.0.1', '192.168.0.0/15'];
  expect(found.map((address) => trie.value(ip(address)))).toEqual([1, 3, 0, 2, undefined, undefined]);
  expect(trie.keys()).toEqual(['192.168.0.0/24', '192.168.1.0/24', '192.168.128.0/24', '192.168.0.0/16']);
  expect(trie.map.elements(1, 2).map(({ key }) => textOf(key))).toEqual([
    '192.168.1.0/24',
    '192.168.128.0/24',
  ]);
});

test.each([
  ['any, new', '10.0.0.0/9', 0n, 0],
  ['exist, new', '10.0.0.0/9', 2n, -errno.ENOENT],
  ['noexist, there', '10.0.0.0/8', 1n, -errno.EEXIST],
  ['exist, there', '10.0.0.0/8', 2n, 0],
  ['lock', '10.0.0.0/8', 4n, -errno.EINVAL],
  ['high flag', '10.0.0.0/8', 1n << 32n, -errno.EINVAL],
  ['too long', '10.0.0.0/33', 0n, -errno.EINVAL],
])('update, %s', (_, prefix, flags, result) => {
  const trie = new Trie();
  expect(trie.update(ip('10.0.0.0/8'), 1)).toBe(0);
  expect(trie.update(ip(prefix), 2, flags)).toBe(result);
});

test('a full trie takes no new prefix, and new values of those it has', () => {
  const trie = new Trie({ maxEntries: 2 });
  expect(trie.update(ip('10.0.0.0/32'), 1)).toBe(0);
  expect(trie.update(ip('11.0.0.0/32'), 2)).toBe(0);
  // Where the two part there is a node already, but no element.
  expect(trie.update(ip('10.0.0.0/7'), 3)).toBe(-errno.ENOSPC);
  expect(trie.update(ip('11.0.0.0/32'), 4)).toBe(0);
  expect(trie.value(ip('11.0.0.0'))).toBe(4);
  expect(trie.remove(ip('10.0.0.0/7'))).toBe(-errno.ENOENT);
  expect(trie.remove(ip('11.0.0.0/40'))).toBe(-errno.EINVAL);
});

test('what was replaced or removed stays readable in the run', () => {
  const trie = new Trie();
  const prefix = ip('10.0.0.0/8');
  trie.update(prefix, 1);
  const first = trie.lookup(prefix);
  trie.update(prefix, 2);
  const second = trie.lookup(prefix);
  trie.remove(prefix);
  trie.update(prefix, 3);
  expect([first, second, trie.lookup(prefix)].map((address) => trie.read(address))).toEqual([1, 2, 3]);
  const { view } = trie.machine.memory;
  view.setUint32(state.run, 1, true);
  trie.update(prefix, 4);
  expect(trie.read(first)).toBe(4);
});

test('endless updates do not fill the memory', () => {
  const trie = new Trie();
  const prefix = ip('10.0.0.0/8');
  const update = (times: number): number => {
    for (let i = 0; i < times; i++) trie.update(prefix, i);
    return trie.machine.memory.used;
  };
  expect(update(200_000)).toBe(update(100_000));
  expect(trie.value(prefix)).toBe(99_999);
});

test('users read and change it', () => {
  const { map } = new Trie();
  const value = (number: number): Uint8Array => writeInteger(BigInt(number), 8);
  expect(map.userUpdate(ip('10.0.0.0/8'), [value(1)])).toBe(0);
  expect(map.userUpdate(ip('10.0.0.0/8'), [value(1)], 1n)).toBe(-errno.EEXIST);
  expect(map.userUpdate(ip('10.0.0.0/8').subarray(1), [value(1)])).toBe(-errno.EINVAL);
  expect(map.userUpdate(ip('10.0.0.0/8'), [])).toBe(-errno.EINVAL);
  expect(textOf(map.find(ip('10.9.9.9/32'))!.key)).toBe('10.0.0.0/8');
  expect(map.find(ip('11.9.9.9/32'))).toBeUndefined();
  expect(map.userRemove(ip('10.0.0.0/8'))).toBe(0);
  expect(map.count()).toBe(0);
});

/** The prefixes as a list: what a trie has to do, done slowly. */
class Model {
  readonly entries = new Map<string, { bits: string; value: number }>();
  readonly #most: number;
  readonly #longest: number;

  constructor(most: number, longest: number) {
    this.#most = most;
    this.#longest = longest;
  }

  update(bits: string, value: number, flags: number): number {
    if (flags > 2 || bits.length > this.#longest) return -errno.EINVAL;
    const there = this.entries.has(bits);
    if (there && flags === 1) return -errno.EEXIST;
    if (!there && flags === 2) return -errno.ENOENT;
    if (!there && this.entries.size === this.#most) return -errno.ENOSPC;
    this.entries.set(bits, { bits, value });
    return 0;
  }

  remove(bits: string): number {
    if (bits.length > this.#longest) return -errno.EINVAL;
    return this.entries.delete(bits) ? 0 : -errno.ENOENT;
  }

  lookup(bits: string): number | undefined {
    if (bits.length > this.#longest) return undefined;
    const found = [...this.entries.values()].filter((entry) => bits.startsWith(entry.bits));
    return found.sort((a, b) => b.bits.length - a.bits.length)[0]?.value;
  }

  /** Zeros before ones, what begins with a prefix before it. */
  order(): string[] {
    const rank = (bits: string): string => `${bits}2`;
    return [...this.entries.keys()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  }
}

function bitsOf(key: Uint8Array): string {
  const bits = Array.from(key.subarray(4), (byte) => byte.toString(2).padStart(8, '0')).join('');
  const length = key[0] ?? 0;
  return length > bits.length ? bits.padEnd(length, '0') : bits.slice(0, length);
}

describe('a trie and a list of prefixes are the same', () => {
  test.each([1, 2, 4, 7, 8, 9, 11, 16, 20].flatMap((data) => [1, 2].map((seed) => [data, seed])))(
    '%i bytes of data, seed %i',
    (data, seed) => {
      let random = data * 7919 + seed;
      const below = (limit: number): number => {
        random = (Math.imul(random, 1103515245) + 12345) >>> 0;
        return (random >>> 8) % limit;
      };
      const bits = data * 8;
      const base = Array.from({ length: data }, () => below(256));
      const trie = new Trie({ keySize: data + 4, maxEntries: 40 });
      const model = new Model(40, bits);
      const randomKey = (): Uint8Array => {
        const bytes = [...base];
        for (let flips = below(4); flips > 0; flips--) {
          const bit = below(3) === 0 ? below(bits) : below(Math.min(bits, 8));
          bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (128 >> (bit & 7));
        }
        const length = below(50) === 0 ? bits + 1 : below(3) === 0 ? bits : below(bits + 1);
        return Uint8Array.from([length, 0, 0, 0, ...bytes]);
      };
      for (let i = 0; i < 1500; i++) {
        const key = randomKey();
        const kind = below(8);
        const what = `step ${i}: ${kind} ${bitsOf(key)}`;
        if (i % 100 === 0) trie.machine.memory.view.setUint32(state.run, i / 100, true);
        if (kind < 4) {
          const flags = below(5) === 0 ? below(4) : 0;
          expect(trie.update(key, i, BigInt(flags)), what).toBe(model.update(bitsOf(key), i, flags));
        } else if (kind < 6) expect(trie.remove(key), what).toBe(model.remove(bitsOf(key)));
        else expect(trie.value(key), what).toBe(model.lookup(bitsOf(key)));
        if (i % 50 !== 0) continue;
        const found = trie.map.elements(0, trie.map.count()).map((element) => bitsOf(element.key));
        expect(found, what).toEqual(model.order());
      }
    },
  );
});
