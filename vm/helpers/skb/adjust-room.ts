import type { Helper, Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { lowHalf } from '../arguments.ts';
import { resetChecksum } from './checksum-helpers.ts';
import { insertRoom, largestPacket, removeRoom } from './resize.ts';
import { ipv4HeaderSize, ipv6HeaderSize, protocol, skBuff } from './sk-buff.ts';
import { programTypes, skbHelper } from './skb-helper.ts';
import type { Skb } from './skb.ts';

/** Room for headers, or without them, behind the link-layer or the network header: bpf_skb_adjust_room of net/core/filter.c. */

/** BPF_F_ADJ_ROOM_*. */
const flag = {
  fixedGso: 1n << 0n,
  encapIpv4: 1n << 1n,
  encapIpv6: 1n << 2n,
  encapGre: 1n << 3n,
  encapUdp: 1n << 4n,
  noChecksumReset: 1n << 5n,
  encapEthernet: 1n << 6n,
  decapIpv4: 1n << 7n,
  decapIpv6: 1n << 8n,
} as const;
/** Length of the inner link-layer header. */
const encapLengthShift = 56n;
const encap = flag.encapIpv4 | flag.encapIpv6;
const decap = flag.decapIpv4 | flag.decapIpv6;
const knownFlags = Object.values(flag).reduce((all, one) => all | one, 0xffn << encapLengthShift);
const shrinkFlags = flag.fixedGso | flag.noChecksumReset | decap;

const mode = { network: 0, mac: 1 } as const;
const largestDifference = 0xfff;
const ethernetHeader = 14;

function networkHeaderSize(skb: Skb): number {
  return skb.field(skBuff.protocol) === protocol.ipv4 ? ipv4HeaderSize : ipv6HeaderSize;
}

function adjustRoom(skb: Skb, machine: Machine): Outcome {
  const difference = lowHalf(machine, 2) | 0;
  const flags = machine.register(4);
  const result = adjusted(skb, difference, lowHalf(machine, 3), flags);
  if (result === 0 && (flags & flag.noChecksumReset) === 0n) resetChecksum(skb);
  return machine.answer(result);
}

function adjusted(skb: Skb, difference: number, where: number, flags: bigint): number {
  const count = Math.abs(difference);
  if ((flags & ~knownFlags) !== 0n) return -errno.EINVAL;
  if (count > largestDifference) return -errno.EFAULT;
  const type = skb.field(skBuff.protocol);
  if (type !== protocol.ipv4 && type !== protocol.ipv6) return -errno.ENOTSUPP;
  if (where !== mode.network && where !== mode.mac) return -errno.ENOTSUPP;
  const offset = skb.macHeaderLength + (where === mode.network ? networkHeaderSize(skb) : 0);
  const shrinks = difference < 0;
  if ((flags & decap) !== 0n && (!shrinks || (flags & decap) === decap)) return -errno.EINVAL;
  if (!shrinks)
    return skb.length + count > largestPacket && !skb.isGso
      ? -errno.ENOTSUPP
      : grow(skb, offset, count, flags);
  const rest = skb.length - skb.networkOffset - count;
  if (rest <= 0 || rest < leastRest(skb, flags)) return -errno.ENOTSUPP;
  return shrink(skb, offset, count, flags);
}

/** The header that stays. */
function leastRest(skb: Skb, flags: bigint): number {
  if ((flags & flag.decapIpv4) !== 0n) return ipv4HeaderSize;
  return (flags & flag.decapIpv6) !== 0n ? ipv6HeaderSize : networkHeaderSize(skb);
}

/** bpf_skb_net_grow. The segments of runs are of no protocol, which it does not take. */
function grow(skb: Skb, offset: number, count: number, flags: bigint): number {
  if (skb.isGso) return -errno.ENOTSUPP;
  const encapsulates = (flags & encap) !== 0n;
  if (encapsulates) {
    const refused = refusalOfEncapsulation(skb, count, flags);
    if (refused !== 0) return refused;
  }
  const macLength = skb.macHeaderLength;
  insertRoom(skb, offset, count);
  if (encapsulates) encapsulate(skb, macLength, flags);
  return 0;
}

function refusalOfEncapsulation(skb: Skb, count: number, flags: bigint): number {
  const innerMacLength = Number(flags >> encapLengthShift);
  const has = (one: bigint): boolean => (flags & one) !== 0n;
  if (has(flag.encapIpv4) && has(flag.encapIpv6)) return -errno.EINVAL;
  if (has(flag.encapGre) && has(flag.encapUdp)) return -errno.EINVAL;
  if (has(flag.encapEthernet) && innerMacLength < ethernetHeader) return -errno.EINVAL;
  if (skb.get('encapsulation') !== 0) return -errno.EALREADY;
  return innerMacLength > count ? -errno.EINVAL : 0;
}

function encapsulate(skb: Skb, macLength: number, flags: bigint): void {
  const outer = (flags & flag.encapIpv6) !== 0n ? protocol.ipv6 : protocol.ipv4;
  skb.set('encapsulation', 1);
  skb.setHeader('networkHeader', macLength);
  if ((flags & (flag.encapGre | flag.encapUdp)) !== 0n) {
    const size = outer === protocol.ipv6 ? ipv6HeaderSize : ipv4HeaderSize;
    skb.setHeader('transportHeader', macLength + size);
  }
  skb.setField(skBuff.protocol, outer);
}

/** bpf_skb_net_shrink. */
function shrink(skb: Skb, offset: number, count: number, flags: bigint): number {
  if ((flags & ~shrinkFlags) !== 0n) return -errno.EINVAL;
  if (skb.isGso) return -errno.ENOTSUPP;
  if (!removeRoom(skb, offset, count)) return -errno.ENOMEM;
  if ((flags & decap) !== 0n)
    skb.setField(skBuff.protocol, (flags & flag.decapIpv6) !== 0n ? protocol.ipv6 : protocol.ipv4);
  return 0;
}

export const adjustRoomHelper: Helper = skbHelper({
  id: 50,
  name: 'bpf_skb_adjust_room',
  types: programTypes.tc,
  call: adjustRoom,
  changesPacket: true,
});
