import type { Helper, Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { lowHalf } from '../arguments.ts';
import { ipv4HeaderSize, ipv6HeaderSize, protocol, skBuff } from './sk-buff.ts';
import { programTypes, skbHelper } from './skb-helper.ts';
import { Skb } from './skb.ts';

/**
 * Growing and shrinking the packet at its ends and behind its link-layer header (net/core/filter.c:
 * bpf_skb_change_proto, bpf_skb_change_tail, bpf_skb_change_head).
 */

/** SKB_MAX_ALLOC: four pages less struct skb_shared_info. */
export const largestPacket = 4 * 4096 - 320;
/** SKB_GSO_DODGY. */
export const gsoDodgy = 2;

/** bpf_skb_net_hdr_push: `count` zeros at `offset`; what is in front moves with the headers. */
export function insertRoom(skb: Skb, offset: number, count: number): void {
  const together = skb.get('transportHeader') === skb.get('networkHeader');
  skb.push(count);
  skb.move(count, 0, offset);
  skb.clear(offset, count);
  shiftHeaders(skb, -count, together);
}

/** bpf_skb_net_hdr_pop: takes out `count` bytes at `offset`; false where the packet does not have them. */
export function removeRoom(skb: Skb, offset: number, count: number): boolean {
  const together = skb.get('transportHeader') === skb.get('networkHeader');
  if (offset + count > skb.length) return false;
  skb.move(0, count, offset);
  skb.pull(count);
  shiftHeaders(skb, count, together);
  return true;
}

function shiftHeaders(skb: Skb, by: number, together: boolean): void {
  skb.moveHeader('macHeader', by);
  skb.moveHeader('networkHeader', by);
  if (together) skb.set('transportHeader', skb.get('networkHeader'));
}

function changeProtocol(skb: Skb, machine: Machine): Outcome {
  if (machine.register(3) !== 0n) return machine.answer(-errno.EINVAL);
  const from = skb.field(skBuff.protocol);
  const to = lowHalf(machine, 2) & 0xffff;
  const difference = ipv6HeaderSize - ipv4HeaderSize;
  if (from === protocol.ipv4 && to === protocol.ipv6) {
    insertRoom(skb, skb.macHeaderLength, difference);
  } else if (from === protocol.ipv6 && to === protocol.ipv4) {
    if (!removeRoom(skb, skb.macHeaderLength, difference)) return machine.answer(-errno.ENOMEM);
  } else {
    return machine.answer(-errno.ENOTSUPP);
  }
  if (skb.isGso) skb.set('gsoType', skb.get('gsoType') | gsoDodgy);
  skb.setField(skBuff.protocol, to);
  skb.clearHash();
  return machine.answer(0);
}

/** __bpf_skb_min_len: the headers stay. */
function shortestLength(skb: Skb): number {
  const transport = skb.transportOffset ?? 0;
  return transport > 0 ? transport : Math.max(skb.networkOffset, 0);
}

function changeTail(skb: Skb, machine: Machine): Outcome {
  const length = lowHalf(machine, 2);
  if (machine.register(3) !== 0n || length > largestPacket || length < shortestLength(skb))
    return machine.answer(-errno.EINVAL);
  if (skb.get('encapsulation') !== 0) return machine.answer(-errno.ENOTSUPP);
  skb.resize(length);
  if (skb.isGso) {
    for (const field of [skBuff.gsoSize, skBuff.gsoSegs]) skb.setField(field, 0);
    skb.set('gsoType', 0);
  }
  return machine.answer(0);
}

function changeHead(skb: Skb, machine: Machine): Outcome {
  const room = lowHalf(machine, 2);
  const length = skb.length + room;
  if (machine.register(3) !== 0n || room > 0x7fffffff || (!skb.isGso && length > largestPacket))
    return machine.answer(-errno.EINVAL);
  if (!Skb.fits(length)) {
    const message = `the machine has no room for a packet of ${length} bytes`;
    return machine.fail({ kind: 'out-of-memory', message });
  }
  skb.push(room);
  skb.clear(0, room);
  skb.setHeader('macHeader', 0);
  skb.resetMacLength();
  return machine.answer(0);
}

export const resizeHelpers: readonly Helper[] = [
  skbHelper({
    id: 31,
    name: 'bpf_skb_change_proto',
    types: programTypes.tc,
    call: changeProtocol,
    changesPacket: true,
  }),
  skbHelper({
    id: 38,
    name: 'bpf_skb_change_tail',
    types: programTypes.tcAndXmit,
    call: changeTail,
    changesPacket: true,
  }),
  skbHelper({
    id: 43,
    name: 'bpf_skb_change_head',
    types: programTypes.tcAndXmit,
    call: changeHead,
    changesPacket: true,
  }),
];
