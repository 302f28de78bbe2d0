import { attempt, raise } from '../base/problem.ts';
import type { NetworkSocket } from '../environment/network.ts';
import { networkState } from '../helpers/network-state.ts';
import { reuseportContext as layout } from '../helpers/reuseport.ts';
import { lendSocket, noSocketNumber, socketsOf } from '../helpers/sockets.ts';
import { Skb } from '../helpers/skb/skb.ts';
import type { Machine } from '../machine/machine.ts';
import { isInGroup } from '../maps/socket-values.ts';
import { regionBias } from '../memory/regions.ts';
import {
  contextInput,
  fieldMap,
  makeContext,
  packetBufferSize,
  placePacket,
  plainNumber,
} from './context.ts';
import type { ContextField, ProgramFamily, RunInput, RunOutput } from './family.ts';

const field = (name: string, offset: number, size = 4): ContextField => {
  return { name, offset, size, count: 1, writable: false };
};

/** struct sk_reuseport_md. */
const contextFields: readonly ContextField[] = [
  field('data', layout.data, 8),
  field('data_end', layout.dataEnd, 8),
  field('len', layout.length),
  field('eth_protocol', layout.ethernetProtocol),
  field('ip_protocol', layout.ipProtocol),
  field('bind_inany', layout.bindInAny),
  field('hash', layout.hash),
  field('sk', layout.socket, 8),
  field('migrating_sk', layout.socket + 8, 8),
];
const fields = fieldMap(contextFields);
const given = ['sk', 'hash'];

/** ETH_P_IP and ETH_P_IPV6 in network byte order. */
const ethernetProtocol = { 4: 0x0008, 16: 0xdd86 } as const;
const ipProtocol = { tcp: 6, udp: 17 } as const;

/**
 * As bpf_run_sk_reuseport of net/core/filter.c, which BPF_PROG_TEST_RUN does not run. The packet begins with its TCP or
 * UDP header. `sk` of the context that is given is the place of a socket of the group in the environment's list.
 */
function prepare(machine: Machine, input: RunInput): void {
  const packet = input.dataIn ?? new Uint8Array(64);
  if (packet.length > packetBufferSize)
    raise('refused-input', `the packet has ${packet.length} bytes, more than ${packetBufferSize}`);
  const values = contextInput('sk_reuseport_md', fields, input.ctxIn ?? {});
  for (const name of values.keys())
    if (!given.includes(name)) raise('bad-context', `${name} cannot be given (only ${given.join(', ')})`);
  const { number, socket } = socketOfGroup(machine, values.get('sk')?.[0]);
  const { view } = machine.memory;
  const base = makeContext(machine, layout.sizeOf, false);
  placePacket(machine, packet, 0);
  // Programs of the type read packets only.
  const packetRegion = machine.regions.get(0);
  if (packetRegion !== undefined) machine.regions.set(0, { ...packetRegion, writeLimit: 0 });
  new Skb(machine).begin(0);
  view.setBigUint64(base + layout.data, BigInt(regionBias), true);
  view.setBigUint64(base + layout.dataEnd, BigInt(regionBias + packet.length), true);
  const set = (offset: number, value: number): void => view.setUint32(base + offset, value, true);
  set(layout.length, packet.length);
  set(layout.ethernetProtocol, ethernetProtocol[socket.local.length === 4 ? 4 : 16]);
  set(layout.ipProtocol, ipProtocol[socket.protocol]);
  set(layout.bindInAny, socket.local.every((byte) => byte === 0) ? 1 : 0);
  set(layout.hash, Number(values.get('hash')?.[0] ?? 0n));
  view.setBigUint64(base + layout.socket, lendSocket(machine, number), true);
  view.setUint32(networkState.selected, noSocketNumber, true);
  machine.contextStore = () => false;
}

function socketOfGroup(
  machine: Machine,
  value: bigint | undefined,
): { readonly number: number; readonly socket: NetworkSocket } {
  const number = Number(value ?? -1n);
  const socket = socketsOf(machine)[number];
  if (socket !== undefined && isInGroup(socket)) return { number, socket };
  return raise(
    'bad-context',
    value === undefined ? 'the context needs sk' : `sk ${value} is no socket of a group of SO_REUSEPORT`,
    undefined,
    'sk is the place of a socket in environment.network.sockets, from 0; it has "reuseport": true and an address.',
  );
}

/** `cookie` is that of the socket that was selected; 0: the kernel takes one by the packet's hash. */
function collect(machine: Machine): RunOutput {
  const { view } = machine.memory;
  const selected = socketsOf(machine)[view.getUint32(networkState.selected, true)];
  return { ctxOut: { cookie: plainNumber(selected?.cookie ?? 0n) } };
}

const verdicts = ['SK_DROP', 'SK_PASS'];

export const skReuseport: ProgramFamily = {
  name: 'sk_reuseport',
  contextStruct: 'sk_reuseport_md',
  contextFields,
  takesPacket: true,
  prepare: (machine, input) => attempt(() => prepare(machine, input)),
  collect,
  returnName: (retval) => verdicts[retval],
};
