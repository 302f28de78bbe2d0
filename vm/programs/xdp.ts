import { attempt, raise, type Result } from '../base/problem.ts';
import {
  beginXdp,
  ethernetHeaderSize,
  fragmentSize,
  maximumFragments,
  xdpBufferBase,
  xdpFragments,
  xdpFrameSize,
  xdpHeadroom,
  xdpMd,
  xdpPlaces,
} from '../helpers/xdp-buffer.ts';
import type { Machine } from '../machine/machine.ts';
import {
  contextBase,
  contextInput,
  familyState,
  fieldMap,
  makeContext,
  packetBufferSize,
  placePacket,
  refuse,
} from './context.ts';
import type { ContextField, ProgramFamily, RunInput, RunOutput } from './family.ts';

const loopback = 1;

/** struct xdp_md. */
const contextFields: readonly ContextField[] = [
  'data',
  'data_end',
  'data_meta',
  'ingress_ifindex',
  'rx_queue_index',
  'egress_ifindex',
].map((name, i) => ({ name, offset: 4 * i, size: 4, count: 1, writable: false }));
const fields = fieldMap(contextFields);
const contextSize = 24;

const actions = ['XDP_ABORTED', 'XDP_DROP', 'XDP_PASS', 'XDP_TX', 'XDP_REDIRECT'];

/**
 * As bpf_prog_test_run_xdp of net/bpf/test_run.c. `data` of the input is the length of the metadata in front of the
 * packet, `data_end` of both together in the linear part; what comes after lies in fragments.
 */
function prepare(machine: Machine, input: RunInput): Result<void> {
  return attempt(() => {
    const packet = input.dataIn ?? new Uint8Array(64);
    const given = contextInput('xdp_md', fields, input.ctxIn ?? {});
    const value = (name: string): number => Number(given.get(name)?.[0] ?? 0n);
    const metadata = value('data');
    checkContext(value, packet, given.has('data_end'));
    if (packet.length - metadata < ethernetHeaderSize)
      refuse('EINVAL', `the packet has ${packet.length - metadata} bytes, less than an Ethernet header`);
    const start = xdpHeadroom - metadata;
    const wanted = given.has('data_end') ? value('data_end') : packet.length;
    const linear = Math.min(wanted, packetBufferSize - start);
    if (packet.length - linear > maximumFragments * fragmentSize) {
      const longest = linear + maximumFragments * fragmentSize;
      raise(
        'refused-input',
        `${packet.length} bytes are more than ${longest}: BPF_PROG_TEST_RUN returns ENOMEM`,
      );
    }
    const base = makeContext(machine, contextSize, false);
    placePacket(machine, packet.subarray(0, linear), start);
    beginXdp(machine, { meta: start, data: xdpHeadroom, end: start + linear }, packet.subarray(linear));
    const { view } = machine.memory;
    view.setUint32(base + xdpMd.ingressIfindex, value('ingress_ifindex') || loopback, true);
    view.setUint32(base + xdpMd.rxQueueIndex, value('rx_queue_index'), true);
    view.setUint32(familyState.kept, value('ingress_ifindex'), true);
    machine.contextStore = () => false;
  });
}

function checkContext(value: (name: string) => number, packet: Uint8Array, endGiven: boolean): void {
  const metadata = value('data');
  const end = endGiven ? value('data_end') : packet.length;
  if (value('data_meta') !== 0) refuse('EINVAL', 'data_meta of the context is not 0');
  if (end > packet.length)
    refuse('EINVAL', `data_end is ${end}, past the ${packet.length} bytes of the packet`);
  if (metadata > end) refuse('EINVAL', `data (${metadata}) is past data_end (${end})`);
  if (metadata % 4 !== 0 || metadata > xdpHeadroom - xdpFrameSize)
    refuse(
      'EINVAL',
      `${metadata} bytes of metadata are not a multiple of 4 up to ${xdpHeadroom - xdpFrameSize}`,
    );
  if (value('egress_ifindex') !== 0) refuse('EINVAL', 'egress_ifindex of the context is not 0');
  const ifindex = value('ingress_ifindex');
  if (ifindex <= loopback && value('rx_queue_index') !== 0)
    refuse('EINVAL', `rx_queue_index ${value('rx_queue_index')} without a device that has several queues`);
}

function collect(machine: Machine): RunOutput {
  const { view } = machine.memory;
  const base = contextBase(machine);
  const { meta, data, end } = xdpPlaces(machine);
  return {
    dataOut: wholePacket(machine, meta, end),
    ctxOut: {
      data: data - meta,
      data_end: end - meta,
      ingress_ifindex: view.getUint32(familyState.kept, true),
      rx_queue_index: view.getUint32(base + xdpMd.rxQueueIndex, true),
    },
  };
}

/** Metadata, data and fragments. */
function wholePacket(machine: Machine, meta: number, end: number): Uint8Array {
  const pieces = [{ at: xdpBufferBase(machine) + meta, size: end - meta }, ...xdpFragments(machine)];
  const whole = new Uint8Array(pieces.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(machine.memory.bytes.subarray(piece.at, piece.at + piece.size), at);
    at += piece.size;
  }
  return whole;
}

export const xdp: ProgramFamily = {
  name: 'xdp',
  contextStruct: 'xdp_md',
  contextFields,
  takesPacket: true,
  prepare,
  collect,
  returnName: (retval) => actions[retval],
};
