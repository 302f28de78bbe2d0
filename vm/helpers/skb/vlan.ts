import type { Helper, Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { lowHalf } from '../arguments.ts';
import { ethernetHeaderSize, isVlan, protocol, skBuff, vlanHeaderSize } from './sk-buff.ts';
import { programTypes, skbHelper } from './skb-helper.ts';
import type { Skb } from './skb.ts';

/**
 * VLAN tags (net/core/skbuff.c: skb_vlan_push, skb_vlan_pop). The outermost tag is kept beside the packet, as devices
 * give it; further ones stand in the frame.
 */

const addressesSize = 12;

function hasTag(skb: Skb): boolean {
  return skb.field(skBuff.vlanPresent) !== 0;
}

/** A tag of protocol 0 and TCI 0 is none. */
function setTag(skb: Skb, type: number, tci: number): void {
  skb.setField(skBuff.vlanProto, type);
  skb.setField(skBuff.vlanTci, tci);
  skb.setField(skBuff.vlanPresent, type !== 0 || tci !== 0 ? 1 : 0);
}

function push(skb: Skb, machine: Machine): Outcome {
  const wanted = lowHalf(machine, 2) & 0xffff;
  if (hasTag(skb)) insertTag(skb, skb.field(skBuff.vlanProto), skb.field(skBuff.vlanTci));
  setTag(skb, isVlan(wanted) ? wanted : protocol.vlan, lowHalf(machine, 3) & 0xffff);
  skb.resetMacLength();
  return machine.answer(0);
}

function insertTag(skb: Skb, type: number, tci: number): void {
  skb.push(vlanHeaderSize);
  skb.move(vlanHeaderSize, 0, addressesSize);
  skb.moveHeader('macHeader', -vlanHeaderSize);
  const { machine, data } = skb;
  machine.accessListener?.(data + addressesSize, vlanHeaderSize, 'write');
  machine.memory.view.setUint16(data + addressesSize, type, true);
  machine.memory.view.setUint16(data + addressesSize + 2, tci, false);
  skb.setField(skBuff.protocol, type);
  skb.moveHeader('networkHeader', -vlanHeaderSize);
}

function pop(skb: Skb, machine: Machine): Outcome {
  if (hasTag(skb)) {
    setTag(skb, 0, 0);
  } else {
    if (!isVlan(skb.field(skBuff.protocol))) return machine.answer(0);
    if (takeTag(skb) < 0) return machine.answer(-errno.ENOMEM);
  }
  const next = skb.field(skBuff.protocol);
  if (!isVlan(next)) return machine.answer(0);
  const tci = takeTag(skb);
  if (tci < 0) return machine.answer(-errno.ENOMEM);
  setTag(skb, next, tci);
  return machine.answer(0);
}

/** Takes the tag out of the frame and returns its TCI; -1 where the frame is too short (__skb_vlan_pop). */
function takeTag(skb: Skb): number {
  if (skb.length < ethernetHeaderSize + vlanHeaderSize) return -1;
  const { view } = skb.machine.memory;
  const tag = skb.data + ethernetHeaderSize;
  const tci = view.getUint16(tag, false);
  const type = view.getUint16(tag + 2, false);
  skb.move(0, vlanHeaderSize, addressesSize);
  // What follows the tag is looked at even where the packet ends before: the buffer goes on.
  const after = view.getUint16(tag + 4, true);
  skb.setField(skBuff.protocol, innerProtocol(type, after));
  skb.pull(vlanHeaderSize);
  skb.moveHeader('macHeader', vlanHeaderSize);
  if (skb.networkOffset < ethernetHeaderSize) skb.setHeader('networkHeader', ethernetHeaderSize);
  skb.resetMacLength();
  return tci;
}

/** vlan_set_encap_proto: below 0x600 it is a length. */
function innerProtocol(type: number, after: number): number {
  if (type >= 0x600) return ((type & 0xff) << 8) | (type >> 8);
  return after === 0xffff ? protocol.ieee8023 : protocol.ieee8022;
}

export const vlanHelpers: readonly Helper[] = [
  skbHelper({
    id: 18,
    name: 'bpf_skb_vlan_push',
    types: programTypes.tc,
    call: push,
    changesPacket: true,
  }),
  skbHelper({ id: 19, name: 'bpf_skb_vlan_pop', types: programTypes.tc, call: pop, changesPacket: true }),
];
