import { attempt, raise, type Result } from '../base/problem.ts';
import type { Machine } from '../machine/machine.ts';
import { regionBias } from '../memory/regions.ts';
import {
  contextBase,
  contextInput,
  familyState,
  fieldMap,
  makeContext,
  packetBufferSize,
  packetBytes,
  placePacket,
  refuse,
} from './context.ts';
import type { ContextField, ProgramFamily, RunInput, RunOutput } from './family.ts';

/** XDP_PACKET_HEADROOM of include/uapi/linux/bpf.h. */
const headroom = 256;
/** sizeof(struct xdp_frame) on x86-64: it lies at the start of the headroom, metadata may not reach it. */
const frameSize = 40;
const minimumPacket = 14;
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
const offset = { data: 0, dataEnd: 4, dataMeta: 8, ingressIfindex: 12, rxQueueIndex: 16 };
const contextSize = 24;

const actions = ['XDP_ABORTED', 'XDP_DROP', 'XDP_PASS', 'XDP_TX', 'XDP_REDIRECT'];

/** As bpf_prog_test_run_xdp of net/bpf/test_run.c. `data` of the input is the length of the metadata in front of the packet. */
function prepare(machine: Machine, input: RunInput): Result<void> {
  return attempt(() => {
    const packet = input.dataIn ?? new Uint8Array(64);
    const given = contextInput('xdp_md', fields, input.ctxIn ?? {});
    const value = (name: string): number => Number(given.get(name)?.[0] ?? 0n);
    const metadata = value('data');
    checkContext(value, packet, given.has('data_end'));
    if (packet.length - metadata < minimumPacket)
      refuse('EINVAL', `the packet has ${packet.length - metadata} bytes, less than an Ethernet header`);
    if (packet.length > packetBufferSize - headroom + metadata) {
      const longest = packetBufferSize - headroom + metadata;
      refuseFragments(`${packet.length} bytes do not fit the ${longest} of the linear part`);
    }

    const base = makeContext(machine, contextSize, false);
    placePacket(machine, packet, headroom - metadata);
    const start = regionBias + headroom - metadata;
    const { view } = machine.memory;
    view.setUint32(base + offset.dataMeta, start, true);
    view.setUint32(base + offset.data, start + metadata, true);
    view.setUint32(base + offset.dataEnd, start + packet.length, true);
    view.setUint32(base + offset.ingressIfindex, value('ingress_ifindex') || loopback, true);
    view.setUint32(base + offset.rxQueueIndex, value('rx_queue_index'), true);
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
  if (metadata % 4 !== 0 || metadata > headroom - frameSize)
    refuse('EINVAL', `${metadata} bytes of metadata are not a multiple of 4 up to ${headroom - frameSize}`);
  if (end < packet.length) refuseFragments(`data_end is ${end}, the packet has ${packet.length} bytes`);
  if (value('egress_ifindex') !== 0) refuse('EINVAL', 'egress_ifindex of the context is not 0');
  const ifindex = value('ingress_ifindex');
  if (ifindex <= loopback && value('rx_queue_index') !== 0)
    refuse('EINVAL', `rx_queue_index ${value('rx_queue_index')} without a device that has several queues`);
}

function refuseFragments(reason: string): never {
  return raise(
    'unsupported-fragments',
    `${reason}: the kernel would make an XDP buffer with fragments, which this machine does not have`,
  );
}

function collect(machine: Machine): RunOutput {
  const { view } = machine.memory;
  const base = contextBase(machine);
  const meta = view.getUint32(base + offset.dataMeta, true);
  const data = view.getUint32(base + offset.data, true);
  const end = view.getUint32(base + offset.dataEnd, true);
  return {
    dataOut: packetBytes(machine, meta, end),
    ctxOut: {
      data: data - meta,
      data_end: end - meta,
      ingress_ifindex: view.getUint32(familyState.kept, true),
      rx_queue_index: view.getUint32(base + offset.rxQueueIndex, true),
    },
  };
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
