import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../base/bytes.ts';
import { expectOk } from '../base/problem.ts';
import { assembledProgram } from '../engine/testing.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { state } from '../machine/layout.ts';
import { Machine } from '../machine/machine.ts';
import type { FunctionSymbol } from '../object/program-object.ts';
import type { ContextValues, ProgramFamily, RunInput } from './family.ts';
import { familyOf, families } from './registry.ts';
import { programTypeOfSection } from './section-types.ts';
import { fieldOf, offsetOf } from './sk-buff.ts';
import { cgroupSkb, schedCls, socketFilter } from './skb-families.ts';
import { rawTracepoint } from './raw-tracepoint.ts';
import { syscall } from './syscall.ts';
import { xdp } from './xdp.ts';

function machine(): Machine {
  return new Machine(assembledProgram('exit'), defaultEnvironment, {
    helpers: new Map(),
    nameOf: () => undefined,
  });
}

function hex(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes === undefined) throw new Error(`not hex: ${text}`);
  return bytes;
}

function symbol(sectionName: string): FunctionSymbol {
  return { name: 'main', section: 1, sectionName, offset: 0, size: 8, global: true, btfId: undefined };
}

/** Prepares a run and reads `names` of the context as the program would. */
function contextOf(family: ProgramFamily, input: RunInput, names: readonly string[]): Record<string, number> {
  const m = machine();
  expectOk(family.prepare(m, input));
  const values = names.map((name) => {
    const field = family.contextFields.find((candidate) => candidate.name === name);
    if (field === undefined) throw new Error(`no field ${name}`);
    const at = m.regions.resolve(m.register(1) + BigInt(field.offset), field.size, 'read');
    if (at === undefined) throw new Error(`${name} cannot be read`);
    const { view } = m.memory;
    const value = field.size === 8 ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true);
    return [name, value] as const;
  });
  return Object.fromEntries(values);
}

function refusal(family: ProgramFamily, input: RunInput): string | undefined {
  const result = family.prepare(machine(), input);
  return result.ok ? undefined : `${result.problem.code}: ${result.problem.message}`;
}

const ip4 = hex(
  '020000000001020000000002' + '0800' + '45000030000140004006268f0a0000010a000002' + '11'.repeat(28),
);
const ip6 = hex(
  '000000000000020000000002' +
    '86dd' +
    '60000000000c1140' +
    '20010db8000000000000000000000001' +
    '20010db8000000000000000000000002' +
    '35003500000c0000deadbeef',
);
const vlan = hex(
  '000000000000020000000002' + '8100' + '00050800' + '45000030000140004006268f0a0000010a000002',
);

describe('section names', () => {
  it.each([
    ['xdp', 'xdp'],
    ['xdp/flow', 'xdp'],
    ['xdp.frags', 'xdp'],
    ['xdp_drop', 'xdp'],
    ['tc', 'sched_cls'],
    ['tc/ingress', 'sched_cls'],
    ['tcx/egress', 'sched_cls'],
    ['classifier', 'sched_cls'],
    ['action', 'sched_act'],
    ['socket', 'socket_filter'],
    ['socket1', 'socket_filter'],
    ['cgroup_skb/ingress', 'cgroup_skb'],
    ['cgroup/skb', 'cgroup_skb'],
    ['raw_tp/sys_enter', 'raw_tracepoint'],
    ['raw_tracepoint.w/foo', 'raw_tracepoint_writable'],
    ['syscall', 'syscall'],
    ['?xdp', 'xdp'],
    ['kprobe/do_unlinkat', 'kprobe'],
    ['fentry.s/vfs_read', 'tracing'],
    ['cgroup/connect4', 'cgroup_sock_addr'],
    ['sockops', 'sock_ops'],
    ['.text', undefined],
    ['tcp', undefined],
  ])('%s is %s', (section, type) => expect(programTypeOfSection(section)).toBe(type));

  it('finds a family for its own name and refuses the others by name', () => {
    expect(expectOk(familyOf(symbol('tc')))).toBe(schedCls);
    for (const [section, part] of [
      ['lirc_mode2', 'of type lirc_mode2'],
      ['nonsense', 'no program type'],
      ['xdp/devmap', 'xdp/devmap'],
    ] as const) {
      const result = familyOf(symbol(section));
      expect(result.ok).toBe(false);
      if (result.ok) continue;
      expect(result.problem.code).toBe('unsupported-program-type');
      expect(result.problem.message).toContain(part);
    }
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
  });
});

describe('struct __sk_buff', () => {
  it.each([
    ['mark', 8],
    ['cb', 48],
    ['hash', 68],
    ['data', 76],
    ['napi_id', 84],
    ['remote_ip6', 100],
    ['local_port', 136],
    ['data_meta', 140],
    ['flow_keys', 144],
    ['tstamp', 152],
    ['wire_len', 160],
    ['sk', 168],
    ['gso_size', 176],
    ['tstamp_type', 180],
    ['hwtstamp', 184],
  ])('%s lies at %i', (name, offset) => expect(offsetOf(name)).toBe(offset));
});

// Figures recorded from BPF_PROG_TEST_RUN of Linux 6.18 with programs that copy the fields into a map.
describe('what a program of struct __sk_buff sees', () => {
  const common = ['len', 'pkt_type', 'protocol', 'ifindex', 'ingress_ifindex', 'hash', 'wire_len'];
  it.each([
    ['tc, IPv4', schedCls, ip4, [0x3e, 3, 0x8, 1, 0, 0, 0]],
    ['tc, IPv6', schedCls, ip6, [0x42, 0, 0xdd86, 1, 0, 0, 0]],
    ['tc, VLAN tag', schedCls, vlan, [0x26, 0, 0x81, 1, 0, 0, 0]],
    ['tc, zeros', schedCls, new Uint8Array(64), [0x40, 0, 0x400, 1, 0, 0, 0]],
    [
      'tc, broadcast',
      schedCls,
      hex(`ffffffffffff0200000000020806${'00'.repeat(50)}`),
      [0x40, 2, 0x608, 1, 0, 0, 0],
    ],
    [
      'tc, raw 802.3',
      schedCls,
      hex(`0000000000000200000000020010ffff${'00'.repeat(30)}`),
      [0x2e, 0, 0x100, 1, 0, 0, 0],
    ],
    ['tc, 14 bytes', schedCls, new Uint8Array(14), [14, 0, 0x400, 1, 0, 0, 0]],
    ['socket, IPv4', socketFilter, ip4, [0x30, 3, 0x8, 1, 0, 0, 0]],
    ['socket, 14 bytes', socketFilter, new Uint8Array(14), [0, 0, 0x400, 1, 0, 0, 0]],
    ['cgroup_skb, IPv6', cgroupSkb, ip6, [0x34, 0, 0xdd86, 1, 0, 0, 0]],
  ] as const)('%s', (_, family, dataIn, expected) => {
    expect(Object.values(contextOf(family, { dataIn }, common))).toEqual(expected);
  });

  it('gets its addresses from the packet (cgroup_skb)', () => {
    expect(
      contextOf(cgroupSkb, { dataIn: ip4 }, ['family', 'remote_ip4', 'local_ip4', 'remote_port']),
    ).toEqual({
      family: 2,
      remote_ip4: 0x200000a,
      local_ip4: 0x100000a,
      remote_port: 0,
    });
    expect(
      contextOf(cgroupSkb, { dataIn: ip6 }, ['family', 'remote_ip4', 'remote_ip6', 'local_ip6']),
    ).toEqual({
      family: 10,
      remote_ip4: 0,
      remote_ip6: 0xb80d0120,
      local_ip6: 0xb80d0120,
    });
    expect(contextOf(schedCls, { dataIn: ip4 }, ['family', 'remote_ip4'])).toEqual({
      family: 0,
      remote_ip4: 0,
    });
  });

  it('has a socket in state TCP_CLOSE with the addresses', () => {
    const m = machine();
    expectOk(cgroupSkb.prepare(m, { dataIn: ip4 }));
    const { view } = m.memory;
    const base = m.regions.get(view.getUint32(state.ctxRegion, true))?.base ?? 0;
    const socket = m.regions.resolve(view.getBigUint64(base + offsetOf('sk'), true), 80, 'read') ?? 0;
    const read = (offset: number): number => view.getUint32(socket + offset, true);
    expect([4, 8, 12, 24, 52, 72].map(read)).toEqual([2, 0, 0, 0x100000a, 0x200000a, 7]);
    expect(m.regions.resolve(view.getBigUint64(base + offsetOf('sk'), true), 4, 'write')).toBeUndefined();
  });

  it('has the packet between data and data_end, and nothing before or after', () => {
    for (const [family, first] of [
      [schedCls, 0],
      [cgroupSkb, 14],
    ] as const) {
      const m = machine();
      expectOk(family.prepare(m, { dataIn: ip4 }));
      const {
        data = 0,
        data_end: end = 0,
        data_meta: meta,
      } = contextOf(family, { dataIn: ip4 }, ['data', 'data_end', 'data_meta']);
      expect(end - data).toBe(ip4.length - first);
      expect(meta).toBe(data);
      const at = m.regions.resolve(BigInt(data), end - data, 'write') ?? 0;
      expect(toHex(m.memory.bytes.slice(at, at + end - data))).toBe(toHex(ip4.subarray(first)));
      expect(m.regions.resolve(BigInt(data) - 1n, 1, 'read')).toBeUndefined();
      expect(m.regions.resolve(BigInt(end), 1, 'read')).toBeUndefined();
    }
  });
});

describe('input and output of struct __sk_buff', () => {
  const full: ContextValues = {
    mark: 1,
    priority: 2,
    ingress_ifindex: 1,
    ifindex: 1,
    cb: [3, 4, 0, 0, 5],
    tstamp: 6,
    wire_len: 100,
    gso_segs: 8,
    gso_size: 9,
    hwtstamp: 10,
  };

  it('gives back what it was given', () => {
    for (const family of [schedCls, socketFilter, cgroupSkb]) {
      const m = machine();
      expectOk(family.prepare(m, { dataIn: ip4, ctxIn: full }));
      expect(family.collect(m).ctxOut).toEqual(full);
    }
  });

  it.each([
    ['tc', schedCls, 62, toHex(ip4)],
    ['socket', socketFilter, 48, '00'.repeat(14) + toHex(ip4.subarray(14))],
    ['cgroup_skb', cgroupSkb, 48, '00'.repeat(14) + toHex(ip4.subarray(14))],
  ] as const)('fills an empty context and gives the frame back (%s)', (_, family, length, dataOut) => {
    const m = machine();
    expectOk(family.prepare(m, { dataIn: ip4, ctxIn: {} }));
    const output = family.collect(m);
    expect(output.ctxOut).toMatchObject({ mark: 0, ifindex: 1, wire_len: length, cb: [0, 0, 0, 0, 0] });
    expect(toHex(output.dataOut ?? new Uint8Array())).toBe(dataOut);
  });

  it('shows the low 16 bits of gso_size and gives all of it back', () => {
    const m = machine();
    expect(contextOf(schedCls, { ctxIn: { gso_size: 65537 } }, ['gso_size'])).toEqual({ gso_size: 1 });
    expectOk(schedCls.prepare(m, { ctxIn: { gso_size: 65537 } }));
    expect(schedCls.collect(m).ctxOut?.['gso_size']).toBe(65537);
  });

  it.each([
    ['13 bytes', { dataIn: new Uint8Array(13) }, 'EINVAL'],
    ['3713 bytes', { dataIn: new Uint8Array(3713) }, 'EINVAL'],
    ['half an IPv4 header', { dataIn: ip4.slice(0, 33) }, 'EINVAL'],
    ['half an IPv6 header', { dataIn: ip6.slice(0, 53) }, 'EINVAL'],
    ['len', { ctxIn: { len: 1 } }, 'len cannot be given'],
    ['protocol', { ctxIn: { protocol: 8 } }, 'EINVAL'],
    ['hash', { ctxIn: { hash: 8 } }, 'EINVAL'],
    ['wire_len below the length', { dataIn: ip4, ctxIn: { wire_len: 61 } }, 'wire_len is 61'],
    ['wire_len above 65536', { dataIn: ip4, ctxIn: { wire_len: 65537 } }, 'EINVAL'],
    ['gso_segs', { ctxIn: { gso_segs: 65536 } }, 'EINVAL'],
    ['an unknown field', { ctxIn: { colour: 1 } }, 'unknown-context-field: __sk_buff has no field colour'],
    ['a number too big', { ctxIn: { mark: 2 ** 32 } }, 'bad-context: mark: 4294967296 does not fit 4'],
    ['a negative number', { ctxIn: { mark: -1 } }, 'bad-context'],
    ['too long an array', { ctxIn: { cb: [1, 2, 3, 4, 5, 6] } }, 'cb of __sk_buff has 5 elements, not 6'],
  ] satisfies [string, RunInput, string][])('refuses %s', (_, input, part) => {
    expect(refusal(schedCls, input)).toContain(part);
  });

  it('takes what is just within the limits', () => {
    for (const input of [
      { dataIn: new Uint8Array(3712) },
      { dataIn: ip4.slice(0, 34) },
      { dataIn: ip4, ctxIn: { wire_len: 65536, gso_segs: 65535, len: 0 } },
    ]) {
      expect(refusal(schedCls, input)).toBeUndefined();
    }
  });

  it.each([
    [schedCls, 'mark', 0, 4, 0xdeadn, 0xdead],
    [schedCls, 'mark', 0, 8, 1n, undefined],
    [schedCls, 'mark', 0, 2, 1n, undefined],
    [schedCls, 'tc_index', 0, 4, 0x12345n, 0x2345],
    [schedCls, 'tc_classid', 0, 4, 0x12345n, 0x2345],
    [schedCls, 'queue_mapping', 0, 4, 3n, 3],
    [schedCls, 'queue_mapping', 0, 4, 0xffffn, 0],
    [schedCls, 'cb', 1, 1, 0xffn, 0xff00],
    [schedCls, 'cb', 0, 8, 7n, 7],
    [schedCls, 'cb', 16, 8, 7n, undefined],
    [schedCls, 'hash', 0, 4, 7n, undefined],
    [schedCls, 'tstamp', 0, 8, 99n, 99],
    [schedCls, 'tstamp', 0, 4, 99n, undefined],
    [socketFilter, 'mark', 0, 4, 7n, undefined],
    [socketFilter, 'cb', 0, 4, 7n, 7],
    [cgroupSkb, 'priority', 0, 4, 7n, 7],
    [cgroupSkb, 'tc_index', 0, 4, 7n, undefined],
  ] as const)('%# stores only what is allowed', (family, name, extra, size, value, expected) => {
    const m = machine();
    expectOk(family.prepare(m, {}));
    const offset = offsetOf(name) + extra;
    const stored = m.contextStore?.(m, offset, size, value);
    expect(stored).toBe(expected !== undefined);
    expect(family.contextFields.find((field) => field.name === name)?.writable).toBeTypeOf('boolean');
    if (expected === undefined) return;
    const base = m.regions.get(m.memory.view.getUint32(state.ctxRegion, true))?.base ?? 0;
    expect(m.memory.view.getUint32(base + fieldOf(name).offset, true)).toBe(expected);
  });
});

describe('xdp', () => {
  const names = ['ingress_ifindex', 'rx_queue_index'];
  it('has lo as its device and 62 of 62 bytes', () => {
    const {
      data = 0,
      data_end: end = 0,
      data_meta: meta,
    } = contextOf(xdp, { dataIn: ip4 }, ['data', 'data_end', 'data_meta']);
    expect([end - data, meta]).toEqual([62, data]);
    expect(data).toBe(0x10000 + 256);
    expect(contextOf(xdp, { dataIn: ip4 }, names)).toEqual({ ingress_ifindex: 1, rx_queue_index: 0 });
    expect(contextOf(xdp, { ctxIn: { ingress_ifindex: 2 } }, names)).toEqual({
      ingress_ifindex: 2,
      rx_queue_index: 0,
    });
  });

  it.each([
    [{}, { data: 0, data_end: 62, ingress_ifindex: 0, rx_queue_index: 0 }],
    [
      { data: 8, data_end: 62 },
      { data: 8, data_end: 62, ingress_ifindex: 0, rx_queue_index: 0 },
    ],
    [{ data: 48 }, { data: 48, data_end: 62, ingress_ifindex: 0, rx_queue_index: 0 }],
    [{ ingress_ifindex: 1 }, { data: 0, data_end: 62, ingress_ifindex: 1, rx_queue_index: 0 }],
  ])('gives back the context and all bytes from data_meta on: %j', (ctxIn, ctxOut) => {
    const m = machine();
    expectOk(xdp.prepare(m, { dataIn: ip4, ctxIn }));
    const output = xdp.collect(m);
    expect(output.ctxOut).toEqual(ctxOut);
    expect(toHex(output.dataOut ?? new Uint8Array())).toBe(toHex(ip4));
  });

  it.each([
    ['13 bytes', { dataIn: new Uint8Array(13) }, 'EINVAL'],
    ['metadata of 6 bytes', { dataIn: ip4, ctxIn: { data: 6 } }, 'EINVAL'],
    ['metadata that leaves no header', { dataIn: ip4, ctxIn: { data: 52 } }, 'EINVAL'],
    ['metadata into the frame', { dataIn: new Uint8Array(300), ctxIn: { data: 220 } }, 'EINVAL'],
    ['data_meta', { dataIn: ip4, ctxIn: { data_meta: 4 } }, 'EINVAL'],
    ['data_end past the packet', { dataIn: ip4, ctxIn: { data_end: 63 } }, 'EINVAL'],
    ['data past data_end', { dataIn: ip4, ctxIn: { data: 20, data_end: 10 } }, 'EINVAL'],
    ['a queue without device', { dataIn: ip4, ctxIn: { rx_queue_index: 1 } }, 'EINVAL'],
    ['egress_ifindex', { dataIn: ip4, ctxIn: { egress_ifindex: 1 } }, 'EINVAL'],
    ['more than 17 fragments', { dataIn: new Uint8Array(3520 + 17 * 4096 + 1) }, 'ENOMEM'],
  ] satisfies [string, RunInput, string][])('refuses %s', (_, input, part) => {
    expect(refusal(xdp, input)).toContain(part);
  });

  it.each([
    ['a short data_end', { dataIn: ip4, ctxIn: { data: 4, data_end: 30 } }, { data: 4, data_end: 30 }],
    [
      'more than a page',
      { dataIn: Uint8Array.from({ length: 9000 }, (_, i) => i) },
      { data: 0, data_end: 3520 },
    ],
  ])('keeps the rest in fragments: %s', (_, input, linear) => {
    const m = machine();
    expectOk(xdp.prepare(m, input));
    const output = xdp.collect(m);
    expect(output.ctxOut).toMatchObject(linear);
    expect(toHex(output.dataOut ?? new Uint8Array())).toBe(toHex(input.dataIn));
    expect(m.regions.get(0)?.size).toBe(linear.data_end);
  });

  it('takes 216 bytes of metadata and 3520 bytes', () => {
    expect(refusal(xdp, { dataIn: new Uint8Array(300), ctxIn: { data: 216 } })).toBeUndefined();
    expect(refusal(xdp, { dataIn: new Uint8Array(3520) })).toBeUndefined();
  });
});

describe('types without a packet', () => {
  it('raw_tracepoint: the arguments, and NULL without', () => {
    const m = machine();
    expectOk(rawTracepoint.prepare(m, { ctxIn: { args: [1, 2n ** 64n - 1n] } }));
    const at = m.regions.resolve(m.register(1) + 8n, 8, 'read') ?? 0;
    expect(m.memory.view.getBigUint64(at, true)).toBe(2n ** 64n - 1n);
    expect(m.regions.resolve(m.register(1) + 16n, 8, 'read')).toBeUndefined();
    m.setRegister(1, 0n);
    expectOk(rawTracepoint.prepare(m, {}));
    expect(m.register(1)).toBe(0n);
    expect(refusal(rawTracepoint, { ctxIn: { args: new Array<number>(13).fill(0) } })).toContain(
      '12 elements',
    );
    expect(refusal(rawTracepoint, { dataIn: ip4 })).toContain('EINVAL');
  });

  it('syscall: memory that the program may write, given back', () => {
    const m = machine();
    expectOk(syscall.prepare(m, { ctxIn: { bytes: [1, 2, 3, 4] } }));
    const at = m.regions.resolve(m.register(1), 4, 'write') ?? 0;
    m.memory.bytes[at + 1] = 9;
    expect(syscall.collect(m)).toEqual({ ctxOut: { bytes: [1, 9, 3, 4] } });
    expect(refusal(syscall, { ctxIn: { bytes: [256] } })).toContain('256 in the context is not a byte');
    expect(refusal(syscall, { ctxIn: { mark: 1 } })).toContain('not as mark');
  });

  it('leaves no packet of an earlier run', () => {
    const m = machine();
    expectOk(xdp.prepare(m, { dataIn: ip4 }));
    expectOk(syscall.prepare(m, {}));
    expect(m.regions.get(0)?.size).toBe(0);
  });
});

it('reuses its regions', () => {
  const m = machine();
  expectOk(schedCls.prepare(m, {}));
  const { count } = m.regions;
  for (let i = 0; i < 5; i++)
    for (const family of [xdp, schedCls, cgroupSkb]) expectOk(family.prepare(m, {}));
  expect(m.regions.count).toBe(count);
});

it('names return codes', () => {
  expect([xdp.returnName(2), xdp.returnName(9)]).toEqual(['XDP_PASS', undefined]);
  expect([schedCls.returnName(0xffffffff), schedCls.returnName(7)]).toEqual([
    'TC_ACT_UNSPEC',
    'TC_ACT_REDIRECT',
  ]);
  expect([cgroupSkb.returnName(1), cgroupSkb.returnName(0)]).toEqual(['allow', 'deny']);
});
