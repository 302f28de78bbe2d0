import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { regionRow } from '../memory/regions.ts';
import { errno } from '../maps/errno.ts';
import { contextArgument, lowHalf, memoryArgument } from './arguments.ts';

/**
 * Reading packet bytes of an skb into the program's memory (net/core/filter.c: bpf_skb_load_bytes and
 * bpf_skb_load_bytes_relative). Bytes that are not there give -EFAULT and zeros.
 */

const macHeader = 0;
const networkHeader = 1;
const ethernetHeaderSize = 14;

const programTypes: readonly string[] = ['socket_filter', 'sched_cls', 'sched_act', 'cgroup_skb'];

function isOfSkbProgram(machine: Machine, name: string): boolean {
  if (programTypes.includes(machine.programType)) return true;
  machine.fail({ kind: 'refused-by-kernel', message: `program of this type cannot use helper ${name}` });
  return false;
}

/** Linear offsets: the link-layer header, the network header, the data, the end of the data. */
export interface SkbPacket {
  readonly head: number;
  readonly network: number;
  readonly data: number;
  readonly end: number;
}

/** Where the skb's bytes lie. */
export function skbPacketOf(machine: Machine): SkbPacket {
  const { view } = machine.memory;
  const row = machine.regions.rowOf(0);
  const data = view.getUint32(row + regionRow.base, true);
  const head = data - view.getUint32(state.packetPulled, true);
  const end = data + view.getUint32(row + regionRow.size, true);
  return { head, network: head + ethernetHeaderSize, data, end };
}

/** `from`: linear offset of the bytes, undefined where there are none. */
function copyOut(machine: Machine, from: number | undefined, end: number): Outcome {
  const length = lowHalf(machine, 4);
  if (length === 0) {
    return machine.fail({ kind: 'refused-by-kernel', message: 'R4 invalid zero-sized read: u64=[0,0]' });
  }
  const to = memoryArgument(machine, 3, length, 'write', 'memory');
  if (to < 0) return outcome.fault;
  const { bytes } = machine.memory;
  if (from === undefined || from + length > end) {
    bytes.fill(0, to, to + length);
    return machine.answer(-errno.EFAULT);
  }
  machine.accessListener?.(from, length, 'read');
  bytes.copyWithin(to, from, from + length);
  return machine.answer(0);
}

function loadBytes(machine: Machine): Outcome {
  if (!isOfSkbProgram(machine, 'bpf_skb_load_bytes#26') || !contextArgument(machine, 1)) return outcome.fault;
  const offset = lowHalf(machine, 2);
  const { data, end } = skbPacketOf(machine);
  return copyOut(machine, offset > 0x7fffffff ? undefined : data + offset, end);
}

function loadBytesRelative(machine: Machine): Outcome {
  const name = 'bpf_skb_load_bytes_relative#68';
  if (!isOfSkbProgram(machine, name) || !contextArgument(machine, 1)) return outcome.fault;
  const offset = lowHalf(machine, 2);
  const packet = skbPacketOf(machine);
  return copyOut(machine, offset > 0xffff ? undefined : relativeStart(machine, packet, offset), packet.end);
}

/** r5 is a u32: what stands in its upper half does not count. */
function relativeStart(machine: Machine, { head, network }: SkbPacket, offset: number): number | undefined {
  const start = lowHalf(machine, 5);
  if (start === macHeader) return head + offset;
  return start === networkHeader ? network + offset : undefined;
}

export const skbLoadHelpers: readonly Helper[] = [
  { id: 26, name: 'bpf_skb_load_bytes', call: loadBytes },
  { id: 68, name: 'bpf_skb_load_bytes_relative', call: loadBytesRelative },
];
