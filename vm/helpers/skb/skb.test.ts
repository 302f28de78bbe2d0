import { describe, expect, test } from 'vitest';
import { toHex } from '../../base/bytes.ts';
import { expectOk } from '../../base/problem.ts';
import type { SkbEnvironment } from '../../environment/skb.ts';
import { outcome } from '../../machine/helper.ts';
import { state } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import { mapType } from '../../maps/flags.ts';
import { addMap, codeProgram, mapDefinition, testMachine } from '../../maps/testing.ts';
import type { ProgramFamily } from '../../programs/family.ts';
import { flowDissector } from '../../programs/flow-dissector.ts';
import { skBuffFields } from '../../programs/sk-buff.ts';
import { cgroupSkb, lwtIn, lwtXmit, schedCls, socketFilter } from '../../programs/skb-families.ts';
import { helperTable } from '../table.ts';
import { changedByHalf, changedBySum, changedByWord, folded, sumOfBytes } from './checksum.ts';
import { skBuff } from './sk-buff.ts';
import { Skb } from './skb.ts';

const frame = Uint8Array.from({ length: 74 }, (_, i) => (i * 7) & 0xff);
frame.set([0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0x08, 0x00, 0x45, 0x01], 0);

function prepared(family: ProgramFamily = schedCls, skb?: SkbEnvironment): Machine {
  const program = codeProgram(new Uint8Array(8), [0]);
  const environment = skb === undefined ? {} : { skb };
  const machine = testMachine({ program, helpers: helperTable, environment });
  machine.frames.reset(machine.code.ipOfSlot(0));
  machine.memory.view.setUint32(state.ip, machine.code.ipOfSlot(0), true);
  machine.programType = family.name;
  expectOk(family.prepare(machine, { dataIn: frame }));
  return machine;
}

/** r1 is the context; what the helper returns, or its fault. */
function call(machine: Machine, id: number, ...values: readonly (bigint | number)[]): bigint | string {
  const { view } = machine.memory;
  machine.setRegister(1, machine.regions.addressOf(view.getUint32(state.ctxRegion, true)));
  values.forEach((value, i) => machine.setRegister(i + 2, BigInt(value)));
  machine.fault = undefined;
  const result = helperTable.helpers.get(id)!.call(machine);
  if (result === outcome.fault) return `${machine.fault!.kind}: ${machine.fault!.message}`;
  return BigInt.asIntN(64, machine.register(0));
}

function onStack(machine: Machine, bytes: Uint8Array): bigint {
  const address = machine.register(10) - 64n;
  machine.memory.bytes.set(bytes, machine.regions.resolve(address, bytes.length, 'write'));
  return address;
}

function bytesAt(machine: Machine, address: bigint, size: number): string {
  const at = machine.regions.resolve(address, size, 'read')!;
  return toHex(machine.memory.bytes.slice(at, at + size));
}

/** Adds 16 bits at a time, as RFC 1071 says it. */
function slowSum(bytes: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += (bytes[i] ?? 0) + 256 * (bytes[i + 1] ?? 0);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  }
  return sum;
}

let seed = 1;
function random(below: number): number {
  seed = (seed * 48271) % 0x7fffffff;
  return seed % below;
}

describe('checksums', () => {
  test('are those of RFC 1071', () => {
    for (let round = 0; round < 500; round++) {
      const bytes = Array.from({ length: random(70) }, () => [0, 255, random(256)][random(3)] ?? 0);
      const view = new DataView(Uint8Array.from(bytes).buffer);
      expect(folded(sumOfBytes(view, 0, bytes.length, 0))).toBe(slowSum(bytes));
    }
  });

  test('follow a change of what they sum up', () => {
    for (let round = 0; round < 500; round++) {
      const bytes = Array.from({ length: 20 }, () => random(256));
      const at = 4 * random(5);
      const size = random(2) === 0 ? 2 : 4;
      const view = new DataView(Uint8Array.from(bytes).buffer);
      const before = ~slowSum(bytes) & 0xffff;
      const read = (): number => (size === 2 ? view.getUint16(at, true) : view.getUint32(at, true));
      const from = read();
      for (let i = 0; i < size; i++) view.setUint8(at + i, random(256));
      const to = read();
      const change = size === 2 ? changedByHalf : changedByWord;
      const after = change(before, from, to);
      expect((slowSum(Array.from(new Uint8Array(view.buffer))) + after) % 0xffff).toBe(0);
      expect(changedBySum(before, 0)).toBe(before);
    }
  });
});

test('offsets are those of struct __sk_buff', () => {
  const names: Record<keyof typeof skBuff, string> = {
    len: 'len',
    pktType: 'pkt_type',
    protocol: 'protocol',
    vlanPresent: 'vlan_present',
    vlanTci: 'vlan_tci',
    vlanProto: 'vlan_proto',
    ifindex: 'ifindex',
    hash: 'hash',
    data: 'data',
    dataEnd: 'data_end',
    dataMeta: 'data_meta',
    tstamp: 'tstamp',
    gsoSegs: 'gso_segs',
    sk: 'sk',
    gsoSize: 'gso_size',
    tstampType: 'tstamp_type',
  };
  for (const [name, member] of Object.entries(names))
    expect(skBuffFields.get(member)?.offset).toBe(skBuff[name as keyof typeof skBuff]);
});

describe('what the verifier refuses', () => {
  const refused = (helper: string): string =>
    `refused-by-kernel: program of this type cannot use helper ${helper}`;

  test.each([
    [socketFilter, 9, 'bpf_skb_store_bytes#9'],
    [cgroupSkb, 38, 'bpf_skb_change_tail#38'],
    [lwtIn, 43, 'bpf_skb_change_head#43'],
    [lwtXmit, 68, 'bpf_skb_load_bytes_relative#68'],
    [lwtXmit, 18, 'bpf_skb_vlan_push#18'],
    [socketFilter, 97, 'bpf_skb_ecn_set_ce#97'],
    [schedCls, 73, 'bpf_lwt_push_encap#73'],
    [socketFilter, 28, 'bpf_csum_diff#28'],
    [flowDissector, 39, 'bpf_skb_pull_data#39'],
  ] as const)('$1 needs another type than $0.name', (family, id, name) => {
    expect(call(prepared(family), id)).toBe(refused(name));
  });

  test('arguments', () => {
    const machine = prepared();
    const at = onStack(machine, new Uint8Array(64));
    expect(call(machine, 9, 0, at, 0, 0)).toBe('refused-by-kernel: R4 invalid zero-sized read: u64=[0,0]');
    expect(call(machine, 9, 0, at, 65, 0)).toBe('invalid-access: invalid read from stack R3 off=-64 size=65');
    expect(call(machine, 9, 0, 0, 4, 0)).toContain('null-pointer: R3 type=scalar');
    const map = addMap(machine, mapDefinition(mapType.ARRAY));
    expect(call(machine, 33, map.address, 0)).toBe(
      'refused-by-kernel: cannot pass map_type 2 into func bpf_skb_under_cgroup#33',
    );
    machine.setRegister(1, at);
    expect(helperTable.helpers.get(39)!.call(machine)).toBe(outcome.fault);
    expect(machine.fault?.message).toBe('R1 type=fp expected=ctx');
  });
});

describe('the packet', () => {
  test('is no memory for helpers that do not say so', () => {
    const machine = prepared();
    const address = BigInt(new Skb(machine).field(skBuff.data));
    for (const [id, ...values] of [
      [9, 4, address, 8, 0],
      [26, 4, address, 8],
      [20, address, 44, 0],
    ] as const)
      expect(call(machine, id, ...values)).toBe(
        'refused-by-kernel: helper access to the packet is not allowed',
      );
    machine.setRegister(1, address);
    [12, 0, 0, 0].forEach((value, i) => machine.setRegister(2 + i, BigInt(value)));
    expect(helperTable.helpers.get(28)!.call(machine)).toBe(outcome.next);
    expect(machine.register(0)).toBe(
      BigInt(~folded(sumOfBytes(new DataView(frame.buffer), 0, 12, 0)) & 0xffff),
    );
  });

  test('lies elsewhere after a helper that may change it, whatever that returns', () => {
    const machine = prepared();
    const skb = new Skb(machine);
    const at = onStack(machine, new Uint8Array(8));
    const before = skb.field(skBuff.data);
    expect(call(machine, 26, 0, at, 8)).toBe(0n);
    expect(call(machine, 41)).toBe(0n);
    expect(skb.field(skBuff.data)).toBe(before);
    const addresses = new Set([before]);
    for (let i = 1; i <= 100; i++) {
      expect(call(machine, 39, 1000)).toBe(-12n);
      addresses.add(skb.field(skBuff.data));
      expect(skb.field(skBuff.dataEnd) - skb.field(skBuff.data)).toBe(frame.length);
    }
    expect(addresses.size).toBe(101);
    expect(machine.regions.resolve(BigInt(before), 1, 'read')).toBeUndefined();
    expect(bytesAt(machine, BigInt(skb.field(skBuff.data)), 74)).toBe(toHex(frame));
  });

  test('grows at both ends and keeps its bytes', () => {
    const machine = prepared();
    const skb = new Skb(machine);
    expect(call(machine, 43, 5000, 0)).toBe(0n);
    expect(call(machine, 38, 9000, 0)).toBe(0n);
    expect(call(machine, 43, 16064 - 9000, 0)).toBe(0n);
    expect(call(machine, 43, 1, 0)).toBe(-22n);
    expect(skb.length).toBe(16064);
    const { bytes } = machine.memory;
    const start = skb.end - 9000 + 5000;
    expect(toHex(bytes.slice(start, start + frame.length))).toBe(toHex(frame));
    expect(bytes.slice(skb.data, start).every((byte) => byte === 0)).toBe(true);
    expect(bytes.slice(start + frame.length, skb.end).every((byte) => byte === 0)).toBe(true);
    expect(schedCls.collect(machine).dataOut?.length).toBe(16064);
    expectOk(schedCls.prepare(machine, { dataIn: frame }));
    expect(toHex(schedCls.collect(machine).dataOut!)).toBe(toHex(frame));
  });
});

describe('what only the environment knows', () => {
  const known: SkbEnvironment = {
    hash: 0xdeadbeef,
    socketCookie: 1n << 40n,
    socketUid: 1000,
    cgroupIds: [1n, 77n, 4200n],
    cgroupClassid: 0x10001,
    socketClassid: 3,
    routeRealm: 9,
  };

  test.each([
    [34, [], 0xdeadbeefn],
    [46, [], 1n << 40n],
    [47, [], 1000n],
    [17, [], 0x10001n],
    [151, [], 3n],
    [24, [], 9n],
    [79, [], 4200n],
    [83, [0], 1n],
    [83, [2], 4200n],
    [83, [3], 0n],
    [83, [0xffffffff], 0n],
  ])('helper %i with %o', (id, values, answer) => {
    const machine = prepared(schedCls, known);
    expect(call(machine, id, ...values)).toBe(answer);
    expect(machine.notes).toEqual([]);
    const unknown = prepared();
    expect(call(unknown, id, ...values)).toBe(0n);
    expect(unknown.notes.length).toBe(1);
  });

  test('a hash that was set is exact', () => {
    const machine = prepared();
    expect(call(machine, 48, 123)).toBe(0n);
    expect(call(machine, 34)).toBe(123n);
    expect(machine.notes).toEqual([]);
  });

  test('cgroups of a map', () => {
    const machine = prepared(schedCls, known);
    const definition = mapDefinition(mapType.CGROUP_ARRAY, { valueSize: 4, maxEntries: 3 });
    const map = addMap(machine, definition);
    const key = (index: number): Uint8Array => Uint8Array.of(index, 0, 0, 0);
    expect(map.userUpdate(key(0), [Uint8Array.of(77, 0, 0, 0)])).toBe(0);
    expect(map.userUpdate(key(1), [Uint8Array.of(78, 0, 0, 0)])).toBe(0);
    expect([0, 1, 2, 3].map((index) => call(machine, 33, map.address, index))).toEqual([1n, 0n, -11n, -7n]);
  });

  test('copies of the packet are outputs', () => {
    const machine = prepared();
    expect(call(machine, 13, 1, 0)).toBe(0n);
    expect(call(machine, 13, 1, 1)).toBe(0n);
    expect(call(machine, 13, 5, 0)).toBe(-22n);
    expect(machine.outputs.map(({ text }) => text)).toEqual([
      'a copy of 74 bytes to interface 1 (lo)',
      'a copy of 74 bytes to interface 1 (lo), as if it came in there',
    ]);
  });
});

test('segment routing headers stop loudly', () => {
  const machine = prepared(lwtIn);
  const at = onStack(machine, new Uint8Array(64));
  expect(call(machine, 73, 1, at, 24)).toBe(
    'unsupported-helper: the machine does not have the segment routing of bpf_lwt_push_encap#73',
  );
});
