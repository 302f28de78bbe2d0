import { describe, expect, test } from 'vitest';
import { errno } from '../maps/errno.ts';
import { mapType } from '../maps/flags.ts';
import { addMap, mapDefinition } from '../maps/testing.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import type { ContextValues } from '../programs/family.ts';
import { schedCls } from '../programs/skb-families.ts';
import { skReuseport } from '../programs/sk-reuseport.ts';
import { readNetwork } from './network.ts';
import { Caller } from './testing.ts';

const network = readNetwork(
  {
    sockets: [
      { protocol: 'udp', local: '10.0.0.1:53', reuseport: true, cookie: 100 },
      { protocol: 'udp', local: '10.0.0.1:53', reuseport: true, cookie: 101 },
      { protocol: 'udp', local: '10.0.0.1:54', reuseport: true },
      { protocol: 'tcp', local: '10.0.0.1:53', reuseport: true },
      { protocol: 'udp', local: '[::]:53', reuseport: true },
      { protocol: 'udp', local: '10.0.0.1:53' },
      { protocol: 'udp', local: '10.0.0.1:53', reuseport: true, boundDevice: 2 },
      { protocol: 'udp', local: '10.0.0.1:53', reuseport: true, uid: 7 },
    ],
  },
  'network',
);
const packet = Uint8Array.from({ length: 12 }, (_, i) => i);

function program(ctxIn: ContextValues = { sk: 0, hash: 0x1234 }): Caller {
  return new Caller(skReuseport, { dataIn: packet, ctxIn }, { network });
}

function mapOf(caller: Caller, type: number): KernelMap {
  return addMap(caller.machine, mapDefinition(type, { maxEntries: 8 }));
}

function put(map: KernelMap, key: number, socket: number): number {
  return map.userUpdate(Uint8Array.of(key, 0, 0, 0), [Uint8Array.of(socket, 0, 0, 0, 0, 0, 0, 0)]);
}

/** What selecting the socket with a key answers. */
function select(caller: Caller, map: KernelMap, key: number): bigint | string {
  caller.write(0, key, 0, 0, 0);
  return caller.call(82, caller.context, map.address, caller.memory, 0);
}

function selectedCookie(caller: Caller): unknown {
  return caller.family.collect(caller.machine).ctxOut?.['cookie'];
}

describe('the context', () => {
  test('of a socket of IPv4 and one of IPv6', () => {
    const caller = program();
    const at = (offset: number): number => caller.u32(caller.context + BigInt(offset));
    expect([16, 20, 24, 28, 32].map(at)).toEqual([12, 0x0008, 17, 0, 0x1234]);
    expect([48, 52].map(at)).toEqual([0, 0]);
    const six = program({ sk: 4 });
    expect([20, 28].map((offset) => six.u32(six.context + BigInt(offset)))).toEqual([0xdd86, 1]);
  });

  test('packet and socket can be read, the packet not written', () => {
    const { machine, context } = program();
    const pointer = (offset: number): bigint =>
      machine.memory.view.getBigUint64(
        machine.regions.resolve(context + BigInt(offset), 8, 'read') ?? 0,
        true,
      );
    expect(machine.regions.resolve(pointer(0), 12, 'read')).toBeDefined();
    expect(machine.regions.resolve(pointer(0), 13, 'read')).toBeUndefined();
    expect(machine.regions.resolve(pointer(0), 1, 'write')).toBeUndefined();
    expect(pointer(8) - pointer(0)).toBe(12n);
    const socket = machine.regions.resolve(pointer(40), 48, 'read') ?? 0;
    expect(machine.memory.view.getUint32(socket + 44, true)).toBe(53);
    expect(machine.references.count).toBe(0);
  });

  test.each([
    [{}, 'the context needs sk'],
    [{ sk: 5 }, 'sk 5 is no socket of a group'],
    [{ sk: 9 }, 'sk 9 is no socket of a group'],
    [{ sk: 0, len: 5 }, 'len cannot be given'],
  ])('%j: %s', (ctxIn, message) => {
    const { machine } = program();
    const prepared = skReuseport.prepare(machine, { dataIn: packet, ctxIn });
    expect(prepared.ok ? '' : prepared.problem.message).toContain(message);
  });
});

describe('bpf_sk_select_reuseport', () => {
  test.each([
    [1, 0],
    [2, -errno.EBADFD],
    [3, -errno.EPROTOTYPE],
    [4, -errno.EAFNOSUPPORT],
    [6, -errno.EBADFD],
    [7, -errno.EBADFD],
  ])('socket %d of a REUSEPORT_SOCKARRAY: %d', (socket, answer) => {
    const caller = program();
    const map = mapOf(caller, mapType.REUSEPORT_SOCKARRAY);
    expect(put(map, 3, socket)).toBe(0);
    expect(select(caller, map, 2)).toBe(BigInt(-errno.ENOENT));
    expect(select(caller, map, 8)).toBe(BigInt(-errno.ENOENT));
    expect(selectedCookie(caller)).toBe(0);
    expect(select(caller, map, 3)).toBe(BigInt(answer));
    expect(selectedCookie(caller)).toBe(answer === 0 ? 101 : 0);
  });

  test.each(['SOCKMAP', 'SOCKHASH'] as const)('a %s may have sockets that are in no group', (type) => {
    const caller = program();
    const map = mapOf(caller, mapType[type]);
    expect([put(map, 0, 5), put(map, 1, 1)]).toEqual([0, 0]);
    expect(select(caller, map, 0)).toBe(BigInt(-errno.EINVAL));
    expect(select(caller, map, 1)).toBe(0n);
    expect(selectedCookie(caller)).toBe(101);
  });

  test('other maps and other types of programs', () => {
    const caller = program();
    expect(select(caller, mapOf(caller, mapType.HASH), 0)).toBe(
      'cannot pass map_type 1 into func bpf_sk_select_reuseport#82',
    );
    const other = new Caller(schedCls);
    expect(select(other, mapOf(other, mapType.SOCKMAP), 0)).toBe(
      'program of this type cannot use helper bpf_sk_select_reuseport#82',
    );
  });
});

test('helpers on packet and socket', () => {
  const caller = program();
  expect(caller.call(26, caller.context, 10, caller.memory, 2)).toBe(0n);
  expect([...caller.bytes(2)]).toEqual([10, 11]);
  expect(caller.call(26, caller.context, 11, caller.memory, 2)).toBe(-14n);
  const at = caller.machine.regions.resolve(caller.context + 40n, 8, 'read') ?? 0;
  expect(caller.call(46, caller.machine.memory.view.getBigUint64(at, true))).toBe(100n);
  expect(caller.call(68, caller.context, 0, caller.memory, 2, 0)).toContain(
    'begins with its TCP or UDP header',
  );
});
