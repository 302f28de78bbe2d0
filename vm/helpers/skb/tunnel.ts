import { outcome, type Helper, type Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { lowHalf } from '../arguments.ts';
import { unknownFlags } from './flags.ts';
import { bufferArgument, programTypes, skbHelper } from './skb-helper.ts';
import type { Skb } from './skb.ts';

/**
 * Tunnel metadata of the packet (net/core/filter.c: bpf_skb_get_tunnel_key and its neighbours). The packets of runs
 * come without; what a program sets, it gets back, with the two addresses in each other's place.
 */

/** Offsets in struct bpf_tunnel_key of include/uapi/linux/bpf.h. */
const key = { id: 0, remote: 4, tos: 20, ttl: 21, ext: 22, label: 24, local: 28, sizeOf: 44 } as const;
/** Where older versions of the struct end: behind tunnel_label, tunnel_ext, remote_ipv6, remote_ipv4. */
const olderSizes: readonly number[] = [key.local, key.label, key.ext, 8];
const smallestSize = 8;

/** BPF_F_*: of the address family for both directions, of bpf_skb_set_tunnel_key, of bpf_skb_get_tunnel_key. */
const flag = { ipv6: 1, zeroChecksum: 2, dontFragment: 4, sequence: 8, noKey: 16, tunnelFlags: 16 } as const;
/** Bits of IP_TUNNEL_*_BIT of include/uapi/linux/if_tunnel.h. */
const tunnelFlag = { checksum: 1, key: 4, sequence: 8, dontFragment: 0x100, noCache: 0x2000 } as const;
/** GENEVE, VXLAN, ERSPAN and GTP options. */
const optionFlags = 0x800 | 0x1000 | 0x4000 | 0x8000;
const labelMask = 0xfffff;
const largestOptions = 255;

/** What the kernel keeps (struct ip_tunnel_info): a bpf_tunnel_key, then these. */
const info = {
  key: 0,
  isIpv6: 44,
  flags: 48,
  optionsSize: 52,
  options: 56,
  sizeOf: 56 + largestOptions + 1,
} as const;

/** Linear offset of the metadata; undefined where the packet has none. */
function tunnelOf(skb: Skb): number | undefined {
  return skb.get('hasTunnel') === 0 ? undefined : skb.get('tunnel');
}

/** Zeros and the error. */
function refuse(machine: Machine, to: number, size: number, error: number): Outcome {
  machine.memory.bytes.fill(0, to, to + size);
  return machine.answer(-error);
}

function getKey(skb: Skb, machine: Machine): Outcome {
  const buffer = bufferArgument(machine, 2, 'write');
  if (buffer === undefined) return outcome.fault;
  const { at: to, size } = buffer;
  const from = tunnelOf(skb);
  const flags = lowHalf(machine, 4);
  if (from === undefined || unknownFlags(machine.register(4), flag.ipv6 | flag.tunnelFlags))
    return refuse(machine, to, size, errno.EINVAL);
  const { view, bytes } = machine.memory;
  const isIpv6 = view.getUint32(from + info.isIpv6, true) !== 0;
  if (isIpv6 !== ((flags & flag.ipv6) !== 0)) return refuse(machine, to, size, errno.EPROTO);
  const known = size === key.sizeOf || olderSizes.includes(size);
  if (!known || (size === smallestSize && isIpv6)) return refuse(machine, to, size, errno.EINVAL);
  const found = bytes.slice(from, from + key.sizeOf);
  found.copyWithin(key.remote, key.local, key.sizeOf);
  found.set(bytes.subarray(from + key.remote, from + key.remote + 16), key.local);
  if ((flags & flag.tunnelFlags) !== 0) {
    const given = view.getUint32(from + info.flags, true);
    found[key.ext] = given >> 8;
    found[key.ext + 1] = given & 0xff;
  }
  bytes.set(found.subarray(0, size), to);
  return machine.answer(0);
}

function setKey(skb: Skb, machine: Machine): Outcome {
  const buffer = bufferArgument(machine, 2, 'read');
  if (buffer === undefined) return outcome.fault;
  const { at: from, size } = buffer;
  const flags = lowHalf(machine, 4);
  if (unknownFlags(machine.register(4), 31) || (size !== key.sizeOf && !olderSizes.includes(size)))
    return machine.answer(-errno.EINVAL);
  const given = new DataView(new ArrayBuffer(key.sizeOf));
  const bytes = new Uint8Array(given.buffer);
  bytes.set(machine.memory.bytes.subarray(from, from + size));
  const isIpv6 = (flags & flag.ipv6) !== 0;
  if ((!isIpv6 && given.getUint32(key.label, true) !== 0) || given.getUint16(key.ext, true) !== 0)
    return machine.answer(-errno.EINVAL);
  if (isIpv6) given.setUint32(key.label, given.getUint32(key.label, true) & labelMask, true);
  else for (const address of [key.remote, key.local]) bytes.fill(0, address + 4, address + 16);
  const at = freshTunnel(skb);
  const { memory } = machine;
  memory.bytes.set(bytes, at);
  memory.view.setUint32(at + info.isIpv6, isIpv6 ? 1 : 0, true);
  memory.view.setUint32(at + info.flags, tunnelFlags(flags), true);
  return machine.answer(0);
}

function tunnelFlags(flags: number): number {
  return (
    tunnelFlag.noCache |
    ((flags & flag.dontFragment) === 0 ? 0 : tunnelFlag.dontFragment) |
    ((flags & flag.zeroChecksum) === 0 ? tunnelFlag.checksum : 0) |
    ((flags & flag.sequence) === 0 ? 0 : tunnelFlag.sequence) |
    ((flags & flag.noKey) === 0 ? tunnelFlag.key : 0)
  );
}

/** Zeroed metadata that the packet has from now on. */
function freshTunnel(skb: Skb): number {
  const { memory } = skb.machine;
  let at = skb.get('tunnel');
  if (at === 0) {
    at = memory.allocate(info.sizeOf);
    skb.set('tunnel', at);
  }
  memory.bytes.fill(0, at, at + info.sizeOf);
  skb.set('hasTunnel', 1);
  return at;
}

function getOptions(skb: Skb, machine: Machine): Outcome {
  const buffer = bufferArgument(machine, 2, 'write');
  if (buffer === undefined) return outcome.fault;
  const { at: to, size } = buffer;
  const from = tunnelOf(skb);
  const { view, bytes } = machine.memory;
  if (from === undefined || (view.getUint32(from + info.flags, true) & optionFlags) === 0)
    return refuse(machine, to, size, errno.ENOENT);
  const have = view.getUint32(from + info.optionsSize, true);
  if (size < have) return refuse(machine, to, size, errno.ENOMEM);
  bytes.copyWithin(to, from + info.options, from + info.options + have);
  bytes.fill(0, to + have, to + size);
  return machine.answer(have);
}

function setOptions(skb: Skb, machine: Machine): Outcome {
  const buffer = bufferArgument(machine, 2, 'read');
  if (buffer === undefined) return outcome.fault;
  const { at: from, size } = buffer;
  const at = tunnelOf(skb);
  if (at === undefined || size % 4 !== 0) return machine.answer(-errno.EINVAL);
  if (size > largestOptions) return machine.answer(-errno.ENOMEM);
  const { view, bytes } = machine.memory;
  bytes.copyWithin(at + info.options, from, from + size);
  view.setUint32(at + info.optionsSize, size, true);
  view.setUint32(at + info.flags, view.getUint32(at + info.flags, true) | optionFlags, true);
  return machine.answer(0);
}

/** The packets of runs did not come through IPsec. */
function getXfrmState(_skb: Skb, machine: Machine): Outcome {
  const buffer = bufferArgument(machine, 3, 'write');
  return buffer === undefined ? outcome.fault : refuse(machine, buffer.at, buffer.size, errno.EINVAL);
}

const types = programTypes.tcAndXmit;

export const tunnelHelpers: readonly Helper[] = [
  skbHelper({ id: 20, name: 'bpf_skb_get_tunnel_key', types, call: getKey }),
  skbHelper({ id: 21, name: 'bpf_skb_set_tunnel_key', types, call: setKey }),
  skbHelper({ id: 29, name: 'bpf_skb_get_tunnel_opt', types, call: getOptions }),
  skbHelper({ id: 30, name: 'bpf_skb_set_tunnel_opt', types, call: setOptions }),
  skbHelper({ id: 66, name: 'bpf_skb_get_xfrm_state', types: programTypes.tc, call: getXfrmState }),
];
