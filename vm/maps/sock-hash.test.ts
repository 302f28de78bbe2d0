import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultNetwork, type NetworkSocket } from '../environment/network.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import { errno } from './errno.ts';
import { mapType, updateFlag } from './flags.ts';
import { addMap, mapDefinition, testMachine } from './testing.ts';

/** Recorded by testdata/record-sockhash.py, which says what a line is. */
const recorded = readFileSync(new URL('testdata/sockhash.txt', import.meta.url), 'utf8');

const listener: NetworkSocket = {
  protocol: 'tcp',
  local: Uint8Array.of(127, 0, 0, 1),
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
const bound: NetworkSocket = { ...listener, protocol: 'udp', state: 'close' };
const sockets = [listener, { ...bound, localPort: 0 }, bound, bound];

function mapOf(keySize: number): KernelMap {
  const machine = testMachine({ environment: { network: { ...defaultNetwork, sockets } } });
  return addMap(machine, mapDefinition(mapType.SOCKHASH, { keySize, valueSize: 8, maxEntries: 8 }));
}

function answerOf(result: number): string {
  return result === 0 ? 'ok' : (Object.entries(errno).find(([, code]) => code === -result)?.[0] ?? '');
}

const flagsOf: Readonly<Record<string, number>> = {
  any: updateFlag.any,
  exist: updateFlag.exist,
  noexist: updateFlag.noExist,
};

/** The line with the answers that the map gives. */
function replay(map: KernelMap, line: string): string {
  const [what = '', first = '', socket = '', flags = ''] = line.split(' ');
  const key = new Uint8Array(map.linked.definition.keySize).fill(7);
  key[0] = Number(first);
  const value = Uint8Array.of(Number(socket), 0, 0, 0, 0, 0, 0, 0);
  switch (what) {
    case '+': {
      const result = map.userUpdate(key, [value], BigInt(flagsOf[flags] ?? -1));
      return `+ ${first} ${socket} ${flags} ${answerOf(result)}`;
    }
    case '-':
      return `- ${first} ${answerOf(map.userRemove(key))}`;
    default:
      return ['=', ...map.elements(0, map.count()).map((element) => element.key[0])].join(' ');
  }
}

test('SOCKHASH answers and is ordered as the kernel’s', () => {
  const maps = recorded.trim().split(/^key /m).slice(1);
  expect(maps).toHaveLength(3);
  for (const text of maps) {
    const [keySize = '', ...lines] = text.trim().split('\n');
    const map = mapOf(Number(keySize));
    expect(lines.map((line) => replay(map, line))).toEqual(lines);
  }
});

test('a full map takes what replaces a socket, and nothing new', () => {
  const map = mapOf(4);
  const put = (key: number): string =>
    answerOf(map.userUpdate(Uint8Array.of(key, 0, 0, 0), [new Uint8Array(8)]));
  expect([1, 2, 3, 4, 5, 6, 7, 8].map(put)).toEqual(Array<string>(8).fill('ok'));
  expect(put(9)).toBe('E2BIG');
  expect(put(3)).toBe('ok');
  expect(map.count()).toBe(8);
});

test('keys have 1 to 512 bytes', () => {
  expect(mapOf(512).count()).toBe(0);
  expect(() => mapOf(0)).toThrow('EINVAL');
  expect(() => mapOf(513)).toThrow('E2BIG');
});
