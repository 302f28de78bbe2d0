import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { contextArgument, isOfProgramType, lowHalf, memoryArgument, sizeArgument } from './arguments.ts';
import {
  ethernetHeaderSize,
  fragmentSize,
  moveXdp,
  resizeFragment,
  xdpBufferBase,
  xdpFragments,
  xdpFrameSize,
  xdpHardEnd,
  xdpLength,
  xdpPieces,
  xdpPlaces,
  type XdpPlaces,
} from './xdp-buffer.ts';

/**
 * Size and bytes of the XDP buffer (net/core/filter.c: bpf_xdp_*). Those that move an end of the packet make the
 * program's pointers into it invalid, whatever they return, as the verifier has it.
 */

/** skb_shared_info.meta_len is a u8. */
const longestMetadata = 255;

function xdpContext(machine: Machine, helper: string): boolean {
  return isOfProgramType(machine, ['xdp'], helper) && contextArgument(machine, 1);
}

function moved(machine: Machine, places: XdpPlaces, result: number): Outcome {
  moveXdp(machine, places);
  return machine.answer(result);
}

function adjustHead(machine: Machine): Outcome {
  if (!xdpContext(machine, 'bpf_xdp_adjust_head#44')) return outcome.fault;
  const offset = lowHalf(machine, 2) | 0;
  const places = xdpPlaces(machine);
  const metadata = places.data - places.meta;
  const data = places.data + offset;
  if (data < xdpFrameSize + metadata || data > places.end - ethernetHeaderSize)
    return moved(machine, places, -errno.EINVAL);
  const from = xdpBufferBase(machine) + places.meta;
  if (metadata > 0) {
    machine.accessListener?.(from, metadata, 'read');
    machine.accessListener?.(from + offset, metadata, 'write');
    machine.memory.bytes.copyWithin(from + offset, from, from + metadata);
  }
  return moved(machine, { meta: places.meta + offset, data, end: places.end }, 0);
}

function adjustMeta(machine: Machine): Outcome {
  if (!xdpContext(machine, 'bpf_xdp_adjust_meta#54')) return outcome.fault;
  const places = xdpPlaces(machine);
  const meta = places.meta + (lowHalf(machine, 2) | 0);
  const metadata = places.data - meta;
  if (meta < xdpFrameSize || metadata < 0) return moved(machine, places, -errno.EINVAL);
  if (metadata % 4 !== 0 || metadata > longestMetadata) return moved(machine, places, -errno.EACCES);
  return moved(machine, { ...places, meta }, 0);
}

function adjustTail(machine: Machine): Outcome {
  if (!xdpContext(machine, 'bpf_xdp_adjust_tail#65')) return outcome.fault;
  const offset = lowHalf(machine, 2) | 0;
  const places = xdpPlaces(machine);
  if (xdpFragments(machine).length > 0) {
    const result = offset < 0 ? shrinkFragments(machine, -offset) : growFragment(machine, offset);
    const { left, answer } = result;
    return moved(machine, { ...places, end: places.end - left }, answer);
  }
  const end = places.end + offset;
  if (end > xdpHardEnd || end < places.data + ethernetHeaderSize)
    return moved(machine, places, -errno.EINVAL);
  if (offset > 0) clear(machine, xdpBufferBase(machine) + places.end, offset);
  return moved(machine, { ...places, end }, 0);
}

function clear(machine: Machine, at: number, size: number): void {
  machine.accessListener?.(at, size, 'write');
  machine.memory.bytes.fill(0, at, at + size);
}

/** What the linear part has to lose yet, and what the helper returns. */
interface Resized {
  readonly left: number;
  readonly answer: number;
}

/** bpf_xdp_frags_increase_tail: the last fragment has what is left of its page. */
function growFragment(machine: Machine, offset: number): Resized {
  const fragments = xdpFragments(machine);
  const last = fragments[fragments.length - 1];
  if (last === undefined || offset > fragmentSize - last.size) return { left: 0, answer: -errno.EINVAL };
  clear(machine, last.at + last.size, offset);
  resizeFragment(machine, fragments.length - 1, last.size + offset);
  return { left: 0, answer: 0 };
}

/** bpf_xdp_frags_shrink_tail: whole fragments go first; only when none is left the linear part does. */
function shrinkFragments(machine: Machine, offset: number): Resized {
  if (offset > xdpLength(machine) - ethernetHeaderSize) return { left: 0, answer: -errno.EINVAL };
  let left = offset;
  const fragments = xdpFragments(machine);
  for (let i = fragments.length - 1; i >= 0 && left > 0; i--) {
    const size = fragments[i]?.size ?? 0;
    const taken = Math.min(size, left);
    resizeFragment(machine, i, size - taken);
    left -= taken;
  }
  return { left, answer: 0 };
}

const mostBytes = 0xffff;

/** Copies between the buffer and memory of the program: bpf_xdp_pointer and bpf_xdp_copy_buf. */
function transfer(machine: Machine, helper: string, stores: boolean): Outcome {
  if (!xdpContext(machine, helper)) return outcome.fault;
  const size = sizeArgument(machine, 4, false);
  if (size < 0) return outcome.fault;
  const memory = memoryArgument(machine, 3, size, stores ? 'read' : 'write', 'memory');
  if (memory < 0) return outcome.fault;
  const offset = lowHalf(machine, 2);
  if (offset > mostBytes || size > mostBytes) return machine.answer(-errno.EFAULT);
  if (offset + size > xdpLength(machine)) return machine.answer(-errno.EINVAL);
  const { bytes } = machine.memory;
  let at = memory;
  for (const piece of xdpPieces(machine, offset, size)) {
    machine.accessListener?.(piece.at, piece.size, stores ? 'write' : 'read');
    if (stores) bytes.copyWithin(piece.at, at, at + piece.size);
    else bytes.copyWithin(at, piece.at, piece.at + piece.size);
    at += piece.size;
  }
  return machine.answer(0);
}

function bufferLength(machine: Machine): Outcome {
  if (!xdpContext(machine, 'bpf_xdp_get_buff_len#188')) return outcome.fault;
  return machine.answer(xdpLength(machine));
}

export const xdpHelpers: readonly Helper[] = [
  { id: 44, name: 'bpf_xdp_adjust_head', call: adjustHead },
  { id: 54, name: 'bpf_xdp_adjust_meta', call: adjustMeta },
  { id: 65, name: 'bpf_xdp_adjust_tail', call: adjustTail },
  { id: 188, name: 'bpf_xdp_get_buff_len', call: bufferLength },
  {
    id: 189,
    name: 'bpf_xdp_load_bytes',
    call: (machine) => transfer(machine, 'bpf_xdp_load_bytes#189', false),
  },
  {
    id: 190,
    name: 'bpf_xdp_store_bytes',
    call: (machine) => transfer(machine, 'bpf_xdp_store_bytes#190', true),
  },
];
