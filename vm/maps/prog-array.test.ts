import { beforeEach, describe, expect, test } from 'vitest';
import { writeInteger } from '../base/bytes.ts';
import { expectOk } from '../base/problem.ts';
import type { Machine } from '../machine/machine.ts';
import type { FunctionSymbol, MapDefinition } from '../object/program-object.ts';
import { errno } from './errno.ts';
import { mapFlag, mapType } from './flags.ts';
import { ProgArrayMap } from './prog-array.ts';
import { createMap } from './registry.ts';
import { codeProgram, mapDefinition, testMachine } from './testing.ts';

const word = (value: number): Uint8Array => writeInteger(BigInt(value), 4);

const programs = ['tc/a', 'tc/b', 'xdp'].map((sectionName, at): FunctionSymbol => {
  const name = `prog${at}`;
  return { name, section: 1, sectionName, offset: 0, size: 8, global: true, btfId: undefined };
});

function machineWithPrograms(): Machine {
  const linked = codeProgram();
  const machine = testMachine({ program: { ...linked, object: { ...linked.object, programs } } });
  machine.typeOfProgram = ({ sectionName }) => (sectionName === 'xdp' ? 'xdp' : 'sched_cls');
  return machine;
}

function create(machine: Machine, rest: Partial<MapDefinition> = {}): ProgArrayMap {
  const definition = mapDefinition(mapType.PROG_ARRAY, { valueSize: 4, maxEntries: 4, ...rest });
  const map = expectOk(createMap(machine, { name: 'm', definition, data: undefined }, machine.maps.length));
  if (!(map instanceof ProgArrayMap)) throw new Error('not a PROG_ARRAY');
  machine.maps.push(map);
  return map;
}

describe('a PROG_ARRAY', () => {
  let map: ProgArrayMap;
  beforeEach(() => {
    map = create(machineWithPrograms());
  });

  test('is empty, and holds what users put in', () => {
    expect([map.count(), map.elements(0, 9), map.find(word(0))]).toEqual([0, [], undefined]);
    expect(map.userUpdate(word(2), [word(map.idOf('prog1')!)])).toBe(0);
    expect(map.count()).toBe(1);
    expect(map.elements(0, 9).map(({ key }) => key)).toEqual([word(2)]);
    expect(map.programAt(2)?.name).toBe('prog1');
    expect(map.nameOf(map.idOf('prog1')!)).toBe('prog1');
    expect(map.userRemove(word(2))).toBe(0);
    expect([map.count(), map.programAt(2)]).toEqual([0, undefined]);
  });

  test.each([
    ['an index out of range', 4, 1, 0n, -errno.E2BIG],
    ['no program', 0, 0, 0n, -errno.EBADF],
    ['an unknown program', 0, 9, 0n, -errno.EBADF],
    ['a program of another type', 0, 3, 0n, -errno.EINVAL],
    ['flags', 0, 1, 1n, -errno.EINVAL],
    ['what fits', 0, 2, 0n, 0],
  ])('%s', (_, index, id, flags, result) => {
    expect(map.userUpdate(word(1), [word(1)])).toBe(0);
    expect(map.userUpdate(word(index), [word(id)], flags)).toBe(result);
  });

  test.each([
    ['an empty slot', 0, -errno.ENOENT],
    ['an index out of range', 4, -errno.E2BIG],
  ])('removing %s', (_, index, result) => expect(map.userRemove(word(index))).toBe(result));

  test('elements from any on', () => {
    for (const index of [0, 1, 3]) map.userUpdate(word(index), [word(1)]);
    expect(map.elements(1, 1).map(({ key }) => key[0])).toEqual([1]);
    expect(map.elements(1, 9).map(({ key }) => key[0])).toEqual([1, 3]);
  });

  test('programs cannot read its memory', () => {
    const machine = machineWithPrograms();
    const own = create(machine);
    own.userUpdate(word(0), [word(1)]);
    const [address = 0n] = own.find(word(0))!.valueAddresses;
    expect(machine.regions.resolve(address, 4, 'read')).toBeUndefined();
    expect(machine.regions.peek(address)?.available).toBeGreaterThanOrEqual(4);
  });
});

describe('its definition', () => {
  const slots = (...names: string[]): Partial<MapDefinition> => ({
    slots: names.map((target, index) => ({ index: index * 2, target })),
  });

  test('fills slots', () => {
    const map = create(machineWithPrograms(), slots('prog1', 'prog0'));
    expect([0, 1, 2, 3].map((index) => map.programAt(index)?.name)).toEqual([
      'prog1',
      undefined,
      'prog0',
      undefined,
    ]);
  });

  test.each([
    ['programs of two types', slots('prog0', 'prog2'), /slot \[2\] of the map m to prog 'prog2': -22/],
    ['a function that is no program', slots('helper'), /slot \[0\] of the map m to prog 'helper': -9/],
    ['more slots than entries', { ...slots('prog0', 'prog0'), maxEntries: 2 }, /'prog0': -7/],
    ['a value that is no descriptor', { valueSize: 8 }, /4 bytes, not 8/],
    ['a key that is no index', { keySize: 8 }, /4 bytes, not 8/],
    ['no entries', { maxEntries: 0 }, /max_entries is 0/],
    ['read-only for programs', { flags: mapFlag.RDONLY_PROG }, /map flags 0x80/],
  ])('%s is refused', (_, rest, message) => {
    expect(() => create(machineWithPrograms(), rest)).toThrow(message);
  });
});
