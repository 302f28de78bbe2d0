import type { Helper, Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { lowHalf } from '../arguments.ts';
import { sumOf16 } from './checksum.ts';
import {
  ethernetHeaderSize,
  ipv4HeaderSize,
  ipv6HeaderSize,
  isVlan,
  protocol,
  skBuff,
  vlanHeaderSize,
} from './sk-buff.ts';
import { programTypes, skbHelper } from './skb-helper.ts';
import type { Skb } from './skb.ts';

/** What is known of the packet beside its bytes: type, hash, time stamp; and congestion, which stands in its header. */

/** PACKET_OTHERHOST: higher types are the kernel's own. */
const lastType = 3;

function changeType(skb: Skb, machine: Machine): Outcome {
  const type = lowHalf(machine, 2);
  if (skb.field(skBuff.pktType) > lastType || type > lastType) return machine.answer(-errno.EINVAL);
  skb.setField(skBuff.pktType, type);
  return machine.answer(0);
}

/** A hash that was not set is calculated with a random key of the kernel: the environment says it. */
function getHash(skb: Skb, machine: Machine): Outcome {
  if (skb.get('hashSet') === 0) {
    const { hash } = machine.environment.skb ?? {};
    if (hash === undefined) {
      machine.emitNote('bpf_get_hash_recalc', 'the environment gives no skb.hash: the answer is 0');
      return machine.answer(0n);
    }
    skb.setHash(hash);
  }
  return machine.answer(BigInt(skb.field(skBuff.hash)));
}

function setHash(skb: Skb, machine: Machine): Outcome {
  skb.setHash(lowHalf(machine, 2));
  return machine.answer(0);
}

function setHashInvalid(skb: Skb, machine: Machine): Outcome {
  skb.clearHash();
  return machine.answer(0);
}

/** BPF_SKB_CLOCK_*. */
const clock = { realtime: 0, monotonic: 1, tai: 2 } as const;

function setTstamp(skb: Skb, machine: Machine): Outcome {
  const type = skb.field(skBuff.protocol);
  if (type !== protocol.ipv4 && type !== protocol.ipv6) return machine.answer(-errno.EOPNOTSUPP);
  const time = machine.register(2);
  const kind = lowHalf(machine, 3);
  if (kind > clock.tai || (kind !== clock.realtime && time === 0n)) return machine.answer(-errno.EINVAL);
  skb.setWideField(skBuff.tstamp, time);
  skb.setByteField(skBuff.tstampType, kind);
  return machine.answer(0);
}

/** VLAN_MAX_DEPTH: the tags that are looked behind, and one. */
const deepestTag = 8;

/** The protocol behind all tags; 0 where the packet ends in them (vlan_get_protocol). */
function innerProtocol(skb: Skb): number {
  const { view } = skb.machine.memory;
  let type = skb.field(skBuff.protocol);
  const macLength = skb.get('macLength');
  let tag = macLength === 0 ? ethernetHeaderSize : macLength - vlanHeaderSize;
  for (let depth = 1; isVlan(type); depth++) {
    if (tag < 0 || tag + vlanHeaderSize > skb.length || depth >= deepestTag) return 0;
    type = view.getUint16(skb.data + tag + 2, true);
    tag += vlanHeaderSize;
  }
  return type;
}

function setCongestion(skb: Skb, machine: Machine): Outcome {
  const type = innerProtocol(skb);
  const size = type === protocol.ipv4 ? ipv4HeaderSize : type === protocol.ipv6 ? ipv6HeaderSize : Infinity;
  if (skb.length < size || skb.networkHeader + size > skb.end) return machine.answer(0);
  return machine.answer(type === protocol.ipv4 ? congestIpv4(skb) : congestIpv6(skb));
}

/** ECN field: 0 of a sender that does not use it, 3 congestion. */
const congestion = 3;

/** The checksum of the header follows (IP_ECN_set_ce of include/net/inet_ecn.h). */
function congestIpv4({ machine, networkHeader }: Skb): number {
  const { view } = machine.memory;
  const service = view.getUint8(networkHeader + 1);
  const ecn = service & congestion;
  if (ecn === 0) return 0;
  if (ecn === congestion) return 1;
  const added = 0xffff - (congestion - ecn);
  const swapped = ((added & 0xff) << 8) | (added >> 8);
  machine.accessListener?.(networkHeader, ipv4HeaderSize, 'write');
  view.setUint16(networkHeader + 10, sumOf16(view.getUint16(networkHeader + 10, true), swapped), true);
  view.setUint8(networkHeader + 1, service | congestion);
  return 1;
}

function congestIpv6({ machine, networkHeader }: Skb): number {
  const { view } = machine.memory;
  const second = view.getUint8(networkHeader + 1);
  if (((second >> 4) & congestion) === 0) return 0;
  machine.accessListener?.(networkHeader + 1, 1, 'write');
  view.setUint8(networkHeader + 1, second | (congestion << 4));
  return 1;
}

export const metadataHelpers: readonly Helper[] = [
  skbHelper({ id: 32, name: 'bpf_skb_change_type', types: programTypes.tc, call: changeType }),
  skbHelper({
    id: 34,
    name: 'bpf_get_hash_recalc',
    types: programTypes.tcAndLwt,
    call: getHash,
    answer: 'environment',
  }),
  skbHelper({
    id: 41,
    name: 'bpf_set_hash_invalid',
    types: programTypes.tcAndXmit,
    call: setHashInvalid,
  }),
  skbHelper({ id: 48, name: 'bpf_set_hash', types: programTypes.tc, call: setHash }),
  skbHelper({ id: 97, name: 'bpf_skb_ecn_set_ce', types: programTypes.tcAndCgroup, call: setCongestion }),
  skbHelper({ id: 192, name: 'bpf_skb_set_tstamp', types: programTypes.tc, call: setTstamp }),
];
