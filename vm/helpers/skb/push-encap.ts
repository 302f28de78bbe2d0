import { outcome, type Helper, type Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { lowHalf } from '../arguments.ts';
import { folded, sumOfBytes } from './checksum.ts';
import { ipv4HeaderSize, ipv6HeaderSize, protocol, skBuff } from './sk-buff.ts';
import { bufferArgument, programTypes, skbHelper } from './skb-helper.ts';
import type { Skb } from './skb.ts';

/** An outer IP header in front of the packet (net/core/lwt_bpf.c: bpf_lwt_push_ip_encap). */

/** BPF_LWT_ENCAP_*. */
const encap = { seg6: 0, seg6Inline: 1, ip: 2 } as const;
/** LWT_BPF_MAX_HEADROOM. */
const longestHeader = 256;
const checksumOffset = 10;

function pushEncap(skb: Skb, machine: Machine): Outcome {
  const buffer = bufferArgument(machine, 3, 'read');
  if (buffer === undefined) return outcome.fault;
  const { at: from, size } = buffer;
  const type = lowHalf(machine, 2);
  if (machine.programType === 'lwt_in' && (type === encap.seg6 || type === encap.seg6Inline)) {
    const message = 'the machine does not have the segment routing of bpf_lwt_push_encap#73';
    return machine.fail({ kind: 'unsupported-helper', message });
  }
  if (type !== encap.ip || size < ipv4HeaderSize || size > longestHeader)
    return machine.answer(-errno.EINVAL);
  const first = machine.memory.view.getUint8(from);
  const version = first >> 4;
  const least = version === 4 ? (first & 0xf) * 4 : ipv6HeaderSize;
  if ((version !== 4 && version !== 6) || size < least) return machine.answer(-errno.EINVAL);
  return push(skb, machine.memory.bytes.slice(from, from + size), version === 4);
}

function push(skb: Skb, header: Uint8Array, isIpv4: boolean): Outcome {
  const { machine } = skb;
  skb.set('encapsulation', 1);
  skb.push(header.length);
  skb.setHeader('networkHeader', 0);
  const at = skb.data;
  machine.accessListener?.(at, header.length, 'write');
  machine.memory.bytes.set(header, at);
  skb.clearHash();
  skb.setField(skBuff.protocol, isIpv4 ? protocol.ipv4 : protocol.ipv6);
  if (isIpv4) fillChecksum(machine, at);
  // The segments of runs are of no protocol.
  return machine.answer(skb.isGso ? -errno.ENOTSUPP : 0);
}

/** ip_fast_csum of x86, which takes the first word for the sum of a header shorter than any IPv4 header. */
function fillChecksum(machine: Machine, at: number): void {
  const { view } = machine.memory;
  if (view.getUint16(at + checksumOffset, true) !== 0) return;
  const size = (view.getUint8(at) & 0xf) * 4;
  const check =
    size < ipv4HeaderSize ? view.getUint16(at, true) : ~folded(sumOfBytes(view, at, size, 0)) & 0xffff;
  view.setUint16(at + checksumOffset, check, true);
}

export const pushEncapHelper: Helper = skbHelper({
  id: 73,
  name: 'bpf_lwt_push_encap',
  types: programTypes.encap,
  call: pushEncap,
  changesPacket: true,
});
