import { describe, expect, test } from 'vitest';
import { defaultNetwork, loopbackDevice, type NetworkSocket } from '../environment/network.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import { errno } from './errno.ts';
import { mapType } from './flags.ts';
import { addMap, mapDefinition, testMachine } from './testing.ts';

const socket: NetworkSocket = {
  protocol: 'tcp',
  local: new Uint8Array(4),
  localPort: 80,
  remote: new Uint8Array(4),
  remotePort: 0,
  state: 'listen',
  boundDevice: 0,
  mark: 0,
  priority: 0,
  cookie: 1n,
  uid: 0,
  cgroupIds: [],
  rxQueue: -1,
  reuseport: false,
  tcp: {},
};

function mapOf(type: number, rest: { valueSize?: number; maxEntries?: number } = {}): KernelMap {
  const network = {
    ...defaultNetwork,
    devices: [loopbackDevice, { ...loopbackDevice, ifindex: 7, name: 'eth7' }],
    sockets: [
      socket,
      { ...socket, state: 'close' as const },
      { ...socket, reuseport: true },
      { ...socket, protocol: 'udp' as const, state: 'close' as const, localPort: 0 },
    ],
  };
  const machine = testMachine({ environment: { cpus: 2, network } });
  return addMap(machine, mapDefinition(type, { valueSize: 4, maxEntries: 4, ...rest }));
}

function words(...numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * numbers.length));
  numbers.forEach((number, i) => view.setUint32(4 * i, number, true));
  return new Uint8Array(view.buffer);
}

function keysOf(map: KernelMap): number[] {
  return map
    .elements(0, map.count())
    .map(({ key }) => new DataView(key.buffer, key.byteOffset).getUint32(0, true));
}

function error(code: number): string | undefined {
  return Object.entries(errno).find(([, number]) => number === -code)?.[0];
}

describe('updates by users give the kernel’s errors', () => {
  test.each([
    ['DEVMAP', [0, 9], 'EINVAL', 0n],
    ['DEVMAP', [4, 7], 'E2BIG', 0n],
    ['DEVMAP', [0, 7], 'EEXIST', 1n],
    ['DEVMAP', [0, 7], 'EINVAL', 3n],
    ['DEVMAP', [0, 7], undefined, 2n],
    ['DEVMAP_HASH', [99, 7], undefined, 0n],
    ['DEVMAP_HASH', [99, 0], 'EINVAL', 0n],
    ['DEVMAP_HASH', [99, 9], 'EINVAL', 0n],
    ['CPUMAP', [1, 100], undefined, 0n],
    ['CPUMAP', [2, 100], 'ENODEV', 0n],
    ['CPUMAP', [0, 16385], 'EOVERFLOW', 0n],
    ['CPUMAP', [4, 1], 'E2BIG', 0n],
    ['XSKMAP', [3, 5], undefined, 0n],
    ['SOCKMAP', [0, 0], undefined, 0n],
    ['SOCKMAP', [0, 1], 'EOPNOTSUPP', 0n],
    ['SOCKMAP', [0, 9], 'EBADF', 0n],
    ['SOCKMAP', [0, 0], 'ENOENT', 2n],
    ['SOCKMAP', [4, 0], 'E2BIG', 0n],
    ['SOCKMAP', [0, 0x80000000], 'EINVAL', 0n],
    ['SOCKMAP', [0, 3], 'EOPNOTSUPP', 0n],
    ['SOCKHASH', [77, 0], undefined, 0n],
    ['SOCKHASH', [77, 1], 'EOPNOTSUPP', 0n],
    ['SOCKHASH', [77, 3], 'EOPNOTSUPP', 0n],
    ['SOCKHASH', [77, 9], 'EBADF', 0n],
    ['SOCKHASH', [77, 0x80000000], 'EINVAL', 0n],
    ['SOCKHASH', [77, 0], 'EINVAL', 3n],
    ['SOCKHASH', [77, 0], 'ENOENT', 2n],
    ['REUSEPORT_SOCKARRAY', [0, 2], undefined, 0n],
    ['REUSEPORT_SOCKARRAY', [0, 2], undefined, 1n],
    ['REUSEPORT_SOCKARRAY', [0, 0], 'EINVAL', 0n],
    ['REUSEPORT_SOCKARRAY', [0, 9], 'EBADF', 0n],
    ['REUSEPORT_SOCKARRAY', [0, 0x80000000], 'EBADF', 0n],
    ['REUSEPORT_SOCKARRAY', [0, 2], 'ENOENT', 2n],
    ['REUSEPORT_SOCKARRAY', [0, 2], 'EINVAL', 3n],
    ['REUSEPORT_SOCKARRAY', [4, 2], 'E2BIG', 0n],
  ] as const)('%s %j: %s', (type, [key, value], expected, flags) => {
    const map = mapOf(mapType[type]);
    const result = map.userUpdate(words(key), [words(value)], flags);
    expect(result === 0 ? undefined : error(result)).toBe(expected);
    expect(map.count()).toBe(result === 0 ? 1 : 0);
  });

  test('a device of 0 and a queue of 0 empty the slot', () => {
    for (const type of [mapType.DEVMAP, mapType.CPUMAP]) {
      const map = mapOf(type);
      expect(map.userUpdate(words(1), [words(7)])).toBe(0);
      expect(keysOf(map)).toEqual([1]);
      expect(map.userUpdate(words(1), [words(0)])).toBe(0);
      expect(map.count()).toBe(0);
    }
  });

  test('a program that is no program of the map is refused', () => {
    const map = mapOf(mapType.DEVMAP, { valueSize: 8 });
    expect(error(map.userUpdate(words(0), [words(7, 3)]))).toBe('EINVAL');
    expect(error(map.userUpdate(words(0), [words(0, 3)]))).toBe('EINVAL');
    expect(map.userUpdate(words(0), [words(7, 0xffffffff)])).toBe(0);
    expect(error(mapOf(mapType.CPUMAP, { valueSize: 8 }).userUpdate(words(0), [words(7, 3)]))).toBe('ENOMEM');
  });

  test('what is not there cannot always be removed', () => {
    expect(mapOf(mapType.DEVMAP).userRemove(words(1))).toBe(0);
    expect(error(mapOf(mapType.DEVMAP).userRemove(words(4)))).toBe('EINVAL');
    expect(error(mapOf(mapType.DEVMAP_HASH).userRemove(words(1)))).toBe('ENOENT');
    expect(error(mapOf(mapType.SOCKMAP).userRemove(words(1)))).toBe('EINVAL');
    expect(error(mapOf(mapType.SOCKHASH).userRemove(words(1)))).toBe('ENOENT');
    expect(error(mapOf(mapType.REUSEPORT_SOCKARRAY).userRemove(words(1)))).toBe('ENOENT');
    expect(error(mapOf(mapType.REUSEPORT_SOCKARRAY).userRemove(words(4)))).toBe('E2BIG');
  });

  test.each([
    'DEVMAP',
    'DEVMAP_HASH',
    'CPUMAP',
    'XSKMAP',
    'SOCKMAP',
    'SOCKHASH',
    'REUSEPORT_SOCKARRAY',
  ] as const)('%s: sizes that the kernel does not take', (type) => {
    expect(() => mapOf(mapType[type], { valueSize: 12 })).toThrow('EINVAL');
    expect(() => mapOf(mapType[type], { maxEntries: 0 })).toThrow('EINVAL');
  });
});

/** DEVMAP_HASH against lists: a bucket has the newest key first. */
test('DEVMAP_HASH keeps the order of the kernel', () => {
  let seed = 12345;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  const map = mapOf(mapType.DEVMAP_HASH, { maxEntries: 8 });
  let model: number[] = [];
  for (let step = 0; step < 3000; step++) {
    const key = random(24);
    const present = model.includes(key);
    if (random(3) === 0) {
      expect(map.userRemove(words(key))).toBe(present ? 0 : -errno.ENOENT);
      model = model.filter((other) => other !== key);
    } else {
      const full = !present && model.length === 8;
      expect(map.userUpdate(words(key), [words(random(2) === 0 ? 1 : 7)])).toBe(full ? -errno.E2BIG : 0);
      if (!full) model = [key, ...model.filter((other) => other !== key)];
    }
    const buckets = Array.from({ length: 8 }, (_, bucket) => model.filter((other) => other % 8 === bucket));
    expect(keysOf(map)).toEqual(buckets.flat());
  }
});

test('a socket stands in one slot of a REUSEPORT_SOCKARRAY', () => {
  const map = mapOf(mapType.REUSEPORT_SOCKARRAY);
  expect(map.userUpdate(words(0), [words(2)])).toBe(0);
  expect(error(map.userUpdate(words(1), [words(2)]))).toBe('EBUSY');
  expect(error(map.userUpdate(words(0), [words(2)]))).toBe('EBUSY');
  expect(error(map.userUpdate(words(0), [words(2)], 1n))).toBe('EEXIST');
  expect(map.userRemove(words(0))).toBe(0);
  expect(map.userUpdate(words(1), [words(2)])).toBe(0);
  expect(keysOf(map)).toEqual([1]);
});
