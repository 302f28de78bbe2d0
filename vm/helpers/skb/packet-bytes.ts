import { outcome, type Helper, type Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { contextArgument, isOfProgramType, lowHalf } from '../arguments.ts';
import { unknownFlags } from './flags.ts';
import { bufferArgument, programTypes, skbHelper } from './skb-helper.ts';
import { Skb } from './skb.ts';

/**
 * Bytes between the packet of an sk_buff and memory of the program (net/core/filter.c: bpf_skb_load_bytes,
 * bpf_skb_load_bytes_relative, bpf_skb_store_bytes, bpf_skb_pull_data). Bytes that are not there give -EFAULT and zeros.
 */

const macHeader = 0;
const networkHeader = 1;
const largestOffset = 0x7fffffff;
/** BPF_F_RECOMPUTE_CSUM changes nothing: the packets of runs carry no checksum of all their bytes. */
const flag = { recomputeChecksum: 1, invalidateHash: 2 } as const;

/** `from`: linear offset of the bytes, undefined where there are none. */
function copyOut(machine: Machine, from: number | undefined, end: number): Outcome {
  const buffer = bufferArgument(machine, 3, 'write');
  if (buffer === undefined) return outcome.fault;
  const { at: to, size: length } = buffer;
  const { bytes } = machine.memory;
  if (from === undefined || from + length > end) {
    bytes.fill(0, to, to + length);
    return machine.answer(-errno.EFAULT);
  }
  machine.accessListener?.(from, length, 'read');
  bytes.copyWithin(to, from, from + length);
  return machine.answer(0);
}

/** A flow dissector that test_run runs has bytes, but no sk_buff to load from. */
function loadBytes(machine: Machine): Outcome {
  const types = [...programTypes.all, 'flow_dissector', 'sk_reuseport'];
  if (!isOfProgramType(machine, types, 'bpf_skb_load_bytes#26') || !contextArgument(machine, 1))
    return outcome.fault;
  if (machine.programType === 'flow_dissector') return copyOut(machine, undefined, 0);
  const offset = lowHalf(machine, 2);
  const { data, end } = new Skb(machine);
  return copyOut(machine, offset > largestOffset ? undefined : data + offset, end);
}

function loadBytesRelative(skb: Skb, machine: Machine): Outcome {
  const offset = lowHalf(machine, 2);
  return copyOut(machine, offset > 0xffff ? undefined : relativeStart(machine, skb, offset), skb.end);
}

/** r5 is a u32: what stands in its upper half does not count. */
function relativeStart(machine: Machine, skb: Skb, offset: number): number | undefined {
  const start = lowHalf(machine, 5);
  if (start === macHeader) return skb.macHeader + offset;
  return start === networkHeader ? skb.networkHeader + offset : undefined;
}

function storeBytes(skb: Skb, machine: Machine): Outcome {
  const buffer = bufferArgument(machine, 3, 'read');
  if (buffer === undefined) return outcome.fault;
  const { at: from, size: length } = buffer;
  const flags = machine.register(5);
  if (unknownFlags(flags, flag.recomputeChecksum | flag.invalidateHash)) return machine.answer(-errno.EINVAL);
  const offset = lowHalf(machine, 2);
  if (offset > largestOffset || offset + length > skb.length) return machine.answer(-errno.EFAULT);
  const to = skb.data + offset;
  machine.accessListener?.(to, length, 'write');
  machine.memory.bytes.copyWithin(to, from, from + length);
  if ((lowHalf(machine, 5) & flag.invalidateHash) !== 0) skb.clearHash();
  return machine.answer(0);
}

/** All bytes are in the linear part. */
function pullData(skb: Skb, machine: Machine): Outcome {
  return machine.answer(lowHalf(machine, 2) > skb.length ? -errno.ENOMEM : 0);
}

const relative = skbHelper({
  id: 68,
  name: 'bpf_skb_load_bytes_relative',
  types: programTypes.filters,
  call: loadBytesRelative,
});

/** What stands in front of its packet's TCP or UDP header is not known in an sk_reuseport program. */
function loadBytesFromHeader(machine: Machine): Outcome {
  if (machine.programType !== 'sk_reuseport') return relative.call(machine);
  const message = `${relative.name}#68: the packet of an sk_reuseport program begins with its TCP or UDP header`;
  return machine.fail({ kind: 'unsupported-helper', message });
}

export const packetByteHelpers: readonly Helper[] = [
  { id: 26, name: 'bpf_skb_load_bytes', call: loadBytes },
  { ...relative, call: loadBytesFromHeader },
  skbHelper({
    id: 9,
    name: 'bpf_skb_store_bytes',
    types: programTypes.tcAndXmit,
    call: storeBytes,
    changesPacket: true,
  }),
  skbHelper({
    id: 39,
    name: 'bpf_skb_pull_data',
    types: programTypes.tcAndLwt,
    call: pullData,
    changesPacket: true,
  }),
];
