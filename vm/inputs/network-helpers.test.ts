import { describe, expect, test } from 'vitest';
import { toHex } from '../base/bytes.ts';
import { expectOk } from '../base/problem.ts';
import { readNetwork } from './network.ts';
import { Caller } from './testing.ts';
import { schedCls } from '../programs/skb-families.ts';
import { skLookup } from '../programs/sk-lookup.ts';
import { xdp } from '../programs/xdp.ts';

const frame = Uint8Array.from({ length: 64 }, (_, i) => i);

describe('the XDP buffer', () => {
  test('a moved end makes old pointers invalid, and the context says where the packet is', () => {
    const caller = new Caller(xdp, { dataIn: frame });
    const before = BigInt(caller.u32(caller.context));
    expect(caller.u32(before)).toBe(0x03020100);
    expect(caller.call(44, caller.context, 8)).toBe(0n);
    const after = BigInt(caller.u32(caller.context));
    expect(caller.u32(after)).toBe(0x0b0a0908);
    expect(() => caller.u32(before + 8n)).toThrow('cannot be read');
    expect(caller.faultOf(before)).toContain('as it was before a helper moved it');
    expect(toHex(xdp.collect(caller.machine).dataOut ?? new Uint8Array())).toBe(toHex(frame.subarray(8)));
  });

  test('so does one that could not be moved', () => {
    const caller = new Caller(xdp, { dataIn: frame });
    const before = BigInt(caller.u32(caller.context));
    expect(caller.call(65, caller.context, 100_000)).toBe(-22n);
    expect(() => caller.u32(before)).toThrow('cannot be read');
  });

  test('a run begins with the pointers that every run begins with', () => {
    const caller = new Caller(xdp, { dataIn: frame });
    const before = caller.u32(caller.context);
    caller.call(44, caller.context, 4);
    expectOk(xdp.prepare(caller.machine, { dataIn: frame }));
    expect(caller.u32(caller.context)).toBe(before);
  });

  test('arguments', () => {
    const caller = new Caller(xdp, { dataIn: frame });
    expect(caller.call(189, caller.context, 0, caller.memory, 0)).toBe(
      'R4 invalid zero-sized read: u64=[0,0]',
    );
    expect(caller.call(189, caller.context, 0, caller.memory, 257)).toContain('invalid access to memory');
    expect(caller.call(189, 0, 0, caller.memory, 4)).toBe('R1 type=scalar expected=ctx');
    const other = new Caller(schedCls, { dataIn: frame });
    expect(other.call(44, other.context, 0)).toBe(
      'program of this type cannot use helper bpf_xdp_adjust_head#44',
    );
  });
});

describe('redirects', () => {
  test('the decision is an output', () => {
    const caller = new Caller(xdp, { dataIn: frame });
    expect(caller.call(23, 1, 0)).toBe(4n);
    expect(caller.call(23, 9, 0)).toBe(4n);
    expect(caller.call(23, 1, 1)).toBe(0n);
    expect(caller.machine.outputs.map(({ text }) => text)).toEqual(['to interface 1 (lo)', 'to interface 9']);
  });
});

const network = readNetwork(
  {
    devices: [{ ifindex: 2, forwarding: true }],
    sockets: [
      { protocol: 'tcp', local: '10.0.0.1:80', mark: 7, tcp: { snd_cwnd: 10, bytes_acked: '0x100000000' } },
      { protocol: 'tcp', local: '10.0.0.1:80', remote: '10.0.0.2:9', state: 'time_wait' },
      { protocol: 'tcp', local: '10.0.0.1:80', remote: '10.0.0.3:9', state: 'new_syn_recv' },
      { protocol: 'udp', local: '10.0.0.1:53', cookie: 77 },
    ],
  },
  'network',
);

/** A tuple of 10.0.0.`host`:9 and 10.0.0.1:`port`. */
function lookUp(caller: Caller, id: number, host: number, port: number): bigint {
  caller.write(0, 10, 0, 0, host, 10, 0, 0, 1, 0, 9, 0, port);
  const found = caller.call(id, caller.context, caller.memory, 12, -1, 0);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

describe('sockets', () => {
  test('can be read until they are released as often as they were looked up', () => {
    const caller = new Caller(schedCls, { dataIn: frame }, { network });
    const found = lookUp(caller, 84, 8, 80);
    expect(caller.u32(found + 16n)).toBe(7);
    expect(lookUp(caller, 99, 8, 80)).toBe(found);
    expect(caller.machine.references.count).toBe(2);
    expect(caller.call(86, found)).toBe(0n);
    expect(caller.u32(found + 44n)).toBe(80);
    expect(caller.call(86, found)).toBe(0n);
    expect(caller.machine.references.count).toBe(0);
    expect(() => caller.u32(found)).toThrow('cannot be read');
    expect(caller.faultOf(found)).toBe("R1 invalid mem access 'scalar': a socket that was released");
    expect(caller.call(86, found)).toContain('R1 type=scalar expected=sock_common');
  });

  test('one that is held at the end is a leak', () => {
    const caller = new Caller(schedCls, { dataIn: frame }, { network });
    lookUp(caller, 85, 8, 53);
    expect(caller.machine.references.leak('BPF_EXIT instruction in main prog')?.message).toBe(
      'Unreleased reference id=1 alloc_insn=0: BPF_EXIT instruction in main prog would lead to reference leak',
    );
  });

  test('connections that are no whole sockets', () => {
    const caller = new Caller(schedCls, { dataIn: frame }, { network });
    expect(lookUp(caller, 84, 2, 80)).toBe(0n);
    const timeWait = lookUp(caller, 99, 2, 80);
    expect(caller.call(95, timeWait)).toBe(0n);
    expect(caller.call(96, timeWait)).toBe(0n);
    const listener = lookUp(caller, 84, 3, 80);
    expect(caller.call(98, listener)).toBe(listener);
    expect(lookUp(caller, 99, 3, 80)).not.toBe(listener);
  });

  test('bpf_tcp_sock shows what the environment says', () => {
    const caller = new Caller(schedCls, { dataIn: frame }, { network });
    const found = lookUp(caller, 84, 8, 80);
    const tcp = caller.call(96, found);
    if (typeof tcp === 'string') throw new Error(tcp);
    expect([caller.u32(tcp), caller.u32(tcp + 4n), caller.u32(tcp + 92n)]).toEqual([10, 0, 1]);
    caller.call(86, found);
    expect(() => caller.u32(tcp)).toThrow('cannot be read');
  });

  test('the context’s own socket cannot be released', () => {
    const caller = new Caller(schedCls, { dataIn: frame });
    const own = caller.machine.memory.view.getBigUint64(
      (caller.machine.regions.resolve(caller.context, 176, 'read') ?? 0) + 168,
      true,
    );
    expect(caller.call(86, own)).toBe('R1 must be referenced when passed to release function');
    expect(caller.call(95, own)).toBe(own);
    expect(caller.call(96, own)).toBe(0n);
  });

  test('nothing is known without a network, which is said', () => {
    const caller = new Caller(schedCls, { dataIn: frame });
    expect(lookUp(caller, 84, 8, 80)).toBe(0n);
    expect(caller.machine.notes.map(({ text }) => text)).toEqual([
      'the environment has no network: there is only the loopback device',
    ]);
  });

  test('sk_lookup selects listeners and unconnected sockets of its protocol', () => {
    const ctxIn = { family: 2, protocol: 17, local_port: 53 };
    const caller = new Caller(schedCls, { dataIn: frame }, { network });
    const udp = lookUp(caller, 85, 8, 53);
    const listener = lookUp(caller, 84, 8, 80);
    const timeWait = lookUp(caller, 99, 2, 80);
    expectOk(skLookup.prepare(caller.machine, { ctxIn }));
    caller.machine.programType = 'sk_lookup';
    expect(caller.call(124, caller.context, listener, 0)).toBe(-91n);
    expect(caller.call(124, caller.context, timeWait, 0)).toBe(-94n);
    expect(caller.call(124, caller.context, udp, 0)).toBe(0n);
    expect(caller.call(124, caller.context, udp, 0)).toBe(-17n);
    expect(caller.call(124, caller.context, udp, 1)).toBe(0n);
    expect(skLookup.collect(caller.machine).ctxOut).toMatchObject({ cookie: 77, local_port: 53 });
    expect(caller.call(124, caller.context, 0, 1)).toBe(0n);
    expect(skLookup.collect(caller.machine).ctxOut).toMatchObject({ cookie: 0 });
  });
});
