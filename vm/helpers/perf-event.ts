import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { PerfEventArrayMap } from '../maps/perf-event-array.ts';
import { regionRow } from '../memory/regions.ts';
import { contextArgument, memoryArgument, sizeArgument } from './arguments.ts';
import { mapOfType } from './map-of-type.ts';

/** Records and counters of perf events (kernel/trace/bpf_trace.c, net/core/filter.c). */

/** BPF_F_INDEX_MASK, BPF_F_CURRENT_CPU and BPF_F_CTXLEN_MASK. */
const indexMask = 0xffff_ffffn;
const currentCpu = 0xffff_ffffn;
const contextMask = 0xf_ffff_0000_0000n;
/** sizeof(struct bpf_perf_event_value): counter, enabled, running. */
const counterSize = 24;

const packetTypes = new Set([
  'socket_filter',
  'sched_cls',
  'sched_act',
  'cgroup_skb',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
  'lwt_seg6local',
  'sk_skb',
  'xdp',
]);

/** The event that `flags` names: its index, or a negative errno. */
function eventAt(machine: Machine, map: PerfEventArrayMap, flags: bigint): number {
  const asked = flags & indexMask;
  const index = asked === currentCpu ? machine.cpu : Number(asked);
  if (index >= map.entries) return -errno.E2BIG;
  return map.isOpen(index) ? index : -errno.ENOENT;
}

/** Bytes of the packet of the run, which may follow a record. */
function packetLength(machine: Machine): number {
  return machine.memory.view.getUint32(machine.regions.rowOf(0) + regionRow.size, true);
}

function packetBytes(machine: Machine, length: number): Uint8Array {
  const base = machine.memory.view.getUint32(machine.regions.rowOf(0) + regionRow.base, true);
  machine.accessListener?.(base, length, 'read');
  return machine.memory.bytes.slice(base, base + length);
}

/** What the flags refuse before the event is looked for; 0 where they are right. */
function flagError(machine: Machine, flags: bigint, withPacket: boolean): number {
  if (!withPacket) return (flags & ~indexMask) === 0n ? 0 : -errno.EINVAL;
  if ((flags & ~(contextMask | indexMask)) !== 0n) return -errno.EINVAL;
  return (flags & contextMask) >> 32n > BigInt(packetLength(machine)) ? -errno.EFAULT : 0;
}

/** What sending a record gives: 0, or a negative errno. */
function sendError(machine: Machine, map: PerfEventArrayMap, flags: bigint, withPacket: boolean): number {
  const refused = flagError(machine, flags, withPacket);
  if (refused !== 0) return refused;
  const index = eventAt(machine, map, flags);
  if (index < 0) return index;
  return index === machine.cpu ? 0 : -errno.EOPNOTSUPP;
}

/**
 * bpf_perf_event_output(ctx, map, flags, data, size), and the same for BTF pointers to packets. A record is told to the
 * outside world even where nobody listens on the CPU, as in a kernel that has just loaded the program: the helper
 * returns an error then.
 */
function output(id: number, name: string, ofPointer: boolean): Helper {
  const call = (machine: Machine): Outcome => {
    if (!ofPointer && !contextArgument(machine, 1)) return outcome.fault;
    const map = mapOfType(machine, 2, PerfEventArrayMap, `${name}#${id}`);
    if (map === undefined) return outcome.fault;
    const size = sizeArgument(machine, 5, true);
    const from = size < 0 ? -1 : memoryArgument(machine, 4, size, 'read', 'memory');
    if (from < 0) return outcome.fault;
    const flags = machine.register(3);
    const withPacket = !ofPointer && packetTypes.has(machine.programType);
    const error = sendError(machine, map, flags, withPacket);
    const data = machine.memory.bytes.slice(from, from + size);
    const packet =
      withPacket && error !== -errno.EFAULT ? packetBytes(machine, packetPart(flags)) : undefined;
    if (ofPointer && (flags & contextMask) !== 0n)
      machine.emitNote(name, 'the bytes of the packet, which would follow the record, are not known');
    machine.emitRecord(name, map, packet === undefined ? data : joined(data, packet), error);
    return machine.answer(error);
  };
  return { id, name, call, ...(ofPointer && { answer: 'environment' as const }) };
}

function packetPart(flags: bigint): number {
  return Number((flags & contextMask) >> 32n);
}

function joined(data: Uint8Array, packet: Uint8Array): Uint8Array {
  const all = new Uint8Array(data.length + packet.length);
  all.set(data);
  all.set(packet, data.length);
  return all;
}

/** The counter of an event: a negative errno, or what the environment says. */
function counterOf(
  machine: Machine,
  name: string,
  map: PerfEventArrayMap,
  flags: bigint,
): number | readonly [value: bigint, enabled: bigint, running: bigint] {
  if ((flags & ~indexMask) !== 0n) return -errno.EINVAL;
  const index = eventAt(machine, map, flags);
  if (index < 0) return index;
  const counter = machine.environment.event?.counter;
  if (counter !== undefined) return [counter.value, counter.enabled, counter.running];
  machine.emitNote(name, 'the counter is not known: environment.event.counter says it');
  return -errno.EINVAL;
}

/** bpf_perf_event_read(map, flags): the counter itself, or an error. */
function read(machine: Machine): Outcome {
  const name = 'bpf_perf_event_read';
  const map = mapOfType(machine, 1, PerfEventArrayMap, `${name}#22`);
  if (map === undefined) return outcome.fault;
  const counter = counterOf(machine, name, map, machine.register(2));
  return machine.answer(typeof counter === 'number' ? counter : counter[0]);
}

/** bpf_perf_event_read_value(map, flags, buf, buf_size): where it fails, the buffer is zeros. */
function readValue(machine: Machine): Outcome {
  const name = 'bpf_perf_event_read_value';
  const map = mapOfType(machine, 1, PerfEventArrayMap, `${name}#55`);
  if (map === undefined) return outcome.fault;
  const size = sizeArgument(machine, 4, false);
  const to = size < 0 ? -1 : memoryArgument(machine, 3, size, 'write', 'memory');
  if (to < 0) return outcome.fault;
  const { bytes, view } = machine.memory;
  const counter = size === counterSize ? counterOf(machine, name, map, machine.register(2)) : -errno.EINVAL;
  bytes.fill(0, to, to + size);
  if (typeof counter === 'number') return machine.answer(counter);
  counter.forEach((value, i) => {
    view.setBigUint64(to + 8 * i, value, true);
  });
  return machine.answer(0);
}

export const perfEventHelpers: readonly Helper[] = [
  { id: 22, name: 'bpf_perf_event_read', call: read, answer: 'environment' },
  output(25, 'bpf_perf_event_output', false),
  { id: 55, name: 'bpf_perf_event_read_value', call: readValue, answer: 'environment' },
  output(111, 'bpf_skb_output', true),
  output(121, 'bpf_xdp_output', true),
];
