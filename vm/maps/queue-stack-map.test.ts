import { describe, expect, test } from 'vitest';
import { readUnsigned, writeInteger } from '../base/bytes.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { MapDefinition } from '../object/program-object.ts';
import { errno } from './errno.ts';
import { mapFlag, mapType } from './flags.ts';
import { createMap } from './registry.ts';
import { addMap, mapDefinition, testMachine } from './testing.ts';

const { QUEUE, STACK } = mapType;
const noKey = new Uint8Array();

/** A map with numbers for values. */
class Ring {
  readonly machine: Machine = testMachine();
  readonly map: KernelMap;
  readonly #scratch: number;

  constructor(type: number, maxEntries: number, valueSize = 5) {
    this.map = addMap(this.machine, mapDefinition(type, { keySize: 0, valueSize, maxEntries }));
    this.#scratch = this.machine.memory.allocate(16);
  }

  push(value: number, flags = 0n): number {
    this.machine.memory.view.setUint32(this.#scratch, value, true);
    return this.map.queue!.push(this.#scratch, flags);
  }

  /** The error, or the value; what an empty map leaves has to be zeros. */
  get(how: 'pop' | 'peek'): number {
    const { view } = this.machine.memory;
    view.setUint32(this.#scratch, 0x55555555, true);
    const result = this.map.queue![how](this.#scratch);
    const value = view.getUint32(this.#scratch, true);
    if (result !== 0) expect(value).toBe(0);
    return result === 0 ? value : result;
  }

  contents(): number[] {
    const { memory, regions } = this.machine;
    return this.map.elements(0, this.map.count()).map(({ valueAddresses }) => {
      const { linear } = regions.peek(valueAddresses[0]!)!;
      return Number(readUnsigned(memory.bytes.subarray(linear, linear + 4)));
    });
  }
}

test.each<[string, number, Partial<MapDefinition>]>([
  ['a key', QUEUE, { keySize: 4 }],
  ['no value', STACK, { valueSize: 0 }],
  ['no entries', QUEUE, { maxEntries: 0 }],
  ['BPF_F_NO_PREALLOC', STACK, { flags: mapFlag.NO_PREALLOC }],
])('the kernel makes none with %s', (_, type, rest) => {
  const definition = mapDefinition(type, { keySize: 0, ...rest });
  const result = createMap(testMachine(), { name: 'm', definition, data: undefined }, 0);
  expect(result.ok ? 'made' : result.problem.message).toMatch(/-EINVAL \(-22\)/);
});

describe.each([
  ['QUEUE', QUEUE],
  ['STACK', STACK],
])('%s', (_, type) => {
  test('an empty one, and flags', () => {
    const ring = new Ring(type, 2);
    expect([ring.get('pop'), ring.get('peek'), ring.map.count()]).toEqual([-errno.ENOENT, -errno.ENOENT, 0]);
    expect([1n, 3n, 4n, (1n << 32n) + 2n].map((flags) => ring.push(1, flags))).toEqual([-22, -22, -22, -22]);
    expect(ring.map.find(noKey)).toBeUndefined();
  });

  test('a full one takes more with BPF_EXIST only, in place of the oldest', () => {
    const ring = new Ring(type, 2);
    expect([ring.push(1), ring.push(2), ring.push(3), ring.push(4, 2n)]).toEqual([0, 0, -errno.E2BIG, 0]);
    expect(ring.contents()).toEqual([2, 4]);
  });

  test('users fill and empty it', () => {
    const ring = new Ring(type, 3);
    expect(ring.map.userUpdate(noKey, [writeInteger(7n, 5)])).toBe(0);
    expect(ring.map.userUpdate(noKey, [writeInteger(8n, 5)], 1n)).toBe(-errno.EINVAL);
    expect(ring.map.userUpdate(writeInteger(1n, 4), [writeInteger(8n, 5)])).toBe(-errno.EINVAL);
    expect(ring.map.userUpdate(noKey, [])).toBe(-errno.EINVAL);
    expect(ring.contents()).toEqual([7]);
    ring.map.clear!();
    expect(ring.contents()).toEqual([]);
  });

  test.each([1, 2, 5])('many calls do what a list does, %i entries', (most) => {
    const ring = new Ring(type, most);
    const model: number[] = [];
    let random = most;
    for (let i = 1; i < 2000; i++) {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      const kind = (random >>> 16) % 5;
      if (kind < 3) {
        const replaces = kind === 0;
        const isFull = model.length === most;
        if (isFull && replaces) model.shift();
        if (!isFull || replaces) model.push(i);
        expect(ring.push(i, replaces ? 2n : 0n)).toBe(isFull && !replaces ? -errno.E2BIG : 0);
      } else {
        const expected = type === STACK ? model.at(-1) : model[0];
        expect(ring.get(kind === 3 ? 'pop' : 'peek')).toBe(expected ?? -errno.ENOENT);
        if (kind === 3 && type === STACK) model.pop();
        else if (kind === 3) model.shift();
      }
      expect(ring.map.count()).toBe(model.length);
      if (i % 20 === 0) expect(ring.contents()).toEqual(model);
    }
  });
});
