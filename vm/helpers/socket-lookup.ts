import type { NetworkSocket } from '../environment/network.ts';
import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { contextArgument, isOfProgramType, lowHalf, memoryArgument, sizeArgument } from './arguments.ts';
import { networkOf } from './routes.ts';
import { assignLookup } from './sk-lookup-context.ts';
import { Skb } from './skb/skb.ts';
import { skBuff } from './skb/sk-buff.ts';
import {
  acquireSocket,
  findSocket,
  isFull,
  noSocketNumber,
  releaseSocket,
  socketArgument,
  socketsOf,
  stateOf,
  tcpSocket,
} from './sockets.ts';

/** Sockets that programs look up and what they ask about them (net/core/filter.c: bpf_sk_*, bpf_skc_*). */

const lookupTypes = ['xdp', 'sched_cls', 'sched_act', 'cgroup_skb'];
/** Programs of other types that find sockets in maps cannot release them: the kernel refuses those that find any. */
const releaseTypes = [...lookupTypes, 'sk_lookup', 'sk_skb'];
const skbTypes = ['sched_cls', 'sched_act', 'cgroup_skb'];

/** sizeof the members of struct bpf_sock_tuple. */
const tupleSizes: Readonly<Record<number, 4 | 16>> = { 12: 4, 36: 16 };

interface LookupHelper {
  readonly id: number;
  readonly name: string;
  readonly protocol: 'tcp' | 'udp';
  /** A sock_common, which may be of a connection that is not a whole socket. */
  readonly common: boolean;
}

function lookupOf({ id, name, protocol, common }: LookupHelper): Helper {
  const call = (machine: Machine): Outcome => {
    if (!isOfProgramType(machine, lookupTypes, `${name}#${id}`) || !contextArgument(machine, 1))
      return outcome.fault;
    const size = sizeArgument(machine, 3, false);
    if (size < 0) return outcome.fault;
    const tuple = memoryArgument(machine, 2, size, 'read', 'memory');
    if (tuple < 0) return outcome.fault;
    const number = lookUp(machine, name, tuple, size, protocol);
    const found = common ? number : fullSocket(machine, number);
    return machine.answer(found < 0 ? 0 : acquireSocket(machine, found));
  };
  return { id, name, call, answer: 'environment' };
}

/** __bpf_skc_lookup: number of the socket, -1 for none. */
function lookUp(
  machine: Machine,
  name: string,
  tuple: number,
  size: number,
  protocol: 'tcp' | 'udp',
): number {
  const addressSize = tupleSizes[size];
  const netns = machine.register(4);
  const own = (Number(netns & 0xffffffffn) | 0) < 0;
  if (addressSize === undefined || machine.register(5) !== 0n || (!own && netns > 0x7fffffffn)) return -1;
  networkOf(machine, name);
  if (!own) {
    machine.emitNote(name, `the environment has no network namespace ${netns}`);
    return -1;
  }
  const { view, bytes } = machine.memory;
  const ports = tuple + 2 * addressSize;
  return findSocket(machine, {
    protocol,
    source: bytes.slice(tuple, tuple + addressSize),
    destination: bytes.slice(tuple + addressSize, ports),
    sourcePort: view.getUint16(ports, false),
    destinationPort: view.getUint16(ports + 2, false),
    device: new Skb(machine).field(machine.programType === 'xdp' ? 12 : skBuff.ifindex),
  });
}

/** sk_to_full_sk: of a request that is its listener; nothing of a connection that is over. */
function fullSocket(machine: Machine, number: number): number {
  const socket = socketsOf(machine)[number];
  if (socket === undefined || isFull(socket)) return number;
  return socket.state === 'new_syn_recv' ? listenerOf(machine, socket) : -1;
}

function listenerOf(machine: Machine, request: NetworkSocket): number {
  return findSocket(machine, {
    protocol: 'tcp',
    source: request.remote,
    // No connection has this port.
    sourcePort: -1,
    destination: request.local,
    destinationPort: request.localPort,
    device: request.boundDevice,
  });
}

function release(machine: Machine): Outcome {
  if (!isOfProgramType(machine, releaseTypes, 'bpf_sk_release#86')) return outcome.fault;
  const pointer = socketArgument(machine, 1);
  if (pointer === undefined) return outcome.fault;
  if (pointer.number === noSocketNumber || !releaseSocket(machine, pointer)) {
    const message = 'R1 must be referenced when passed to release function';
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  return machine.answer(0);
}

/** A helper on one socket. */
function ofSocket(
  id: number,
  name: string,
  types: readonly string[],
  answer: (machine: Machine, socket: NetworkSocket | undefined, number: number, address: bigint) => bigint,
): Helper {
  const call = (machine: Machine): Outcome => {
    if (!isOfProgramType(machine, types, `${name}#${id}`)) return outcome.fault;
    const pointer = socketArgument(machine, 1);
    if (pointer === undefined) return outcome.fault;
    return machine.answer(answer(machine, pointer.socket, pointer.number, pointer.address));
  };
  return { id, name, call, answer: 'environment' };
}

const fullSock = ofSocket(95, 'bpf_sk_fullsock', skbTypes, (_machine, socket, _number, address) =>
  isFull(socket) ? address : 0n,
);

const tcpSock = ofSocket(96, 'bpf_tcp_sock', skbTypes, (machine, socket, number) =>
  socket?.protocol === 'tcp' && isFull(socket) ? tcpSocket(machine, number, socket) : 0n,
);

const listenerSock = ofSocket(98, 'bpf_get_listener_sock', skbTypes, (_machine, socket, _number, address) =>
  stateOf(socket) === 'listen' ? address : 0n,
);

function cgroupIdOf(
  machine: Machine,
  socket: NetworkSocket | undefined,
  name: string,
  level?: number,
): bigint {
  if (socket === undefined || socket.cgroupIds.length === 0)
    machine.emitNote(name, 'the environment gives the socket no cgroupIds: the answer is 0');
  const ids = socket?.cgroupIds ?? [];
  return ids[level ?? ids.length - 1] ?? 0n;
}

const cgroupId = ofSocket(128, 'bpf_sk_cgroup_id', ['cgroup_skb'], (machine, socket) =>
  cgroupIdOf(machine, socket, 'bpf_sk_cgroup_id'),
);

const ancestorCgroupId = ofSocket(129, 'bpf_sk_ancestor_cgroup_id', ['cgroup_skb'], (machine, socket) =>
  cgroupIdOf(machine, socket, 'bpf_sk_ancestor_cgroup_id', lowHalf(machine, 2) | 0),
);

/** bpf_sk_assign of a classifier: BPF_PROG_TEST_RUN is not the ingress hook that it works at. */
function assign(machine: Machine): Outcome {
  if (machine.programType === 'sk_lookup') return assignLookup(machine);
  const types = ['sched_cls', 'sched_act'];
  if (!isOfProgramType(machine, types, 'bpf_sk_assign#124') || !contextArgument(machine, 1))
    return outcome.fault;
  if (machine.register(2) !== 0n && socketArgument(machine, 2) === undefined) return outcome.fault;
  const given = machine.register(2) !== 0n && machine.register(3) === 0n;
  return machine.answer(given ? -errno.EOPNOTSUPP : -errno.EINVAL);
}

/** Without a context it is the cookie of the first namespace. */
function netnsCookie(machine: Machine): Outcome {
  const helper = 'bpf_get_netns_cookie';
  if (!isOfProgramType(machine, [...skbTypes, 'socket_filter'], `${helper}#122`)) return outcome.fault;
  if (machine.register(1) !== 0n && !contextArgument(machine, 1)) return outcome.fault;
  return machine.answer(networkOf(machine, helper).netnsCookie);
}

/**
 * bpf_skc_to_*: the kernel's own struct of a socket, whose contents the environment does not know: NULL. So it is for a
 * socket of another kind.
 */
function castOf(id: number, name: string, fits: (socket: NetworkSocket) => boolean): Helper {
  return ofSocket(id, name, [...skbTypes, 'xdp', 'socket_filter'], (machine, socket) => {
    if (socket !== undefined && fits(socket))
      machine.emitNote(name, 'what the kernel keeps of a socket is not known here: the answer is NULL');
    return 0n;
  });
}

const isTcp = (socket: NetworkSocket): boolean => socket.protocol === 'tcp' && isFull(socket);
const isIpv6 = ({ local }: NetworkSocket): boolean => local.length === 16;

export const socketHelpers: readonly Helper[] = [
  lookupOf({ id: 84, name: 'bpf_sk_lookup_tcp', protocol: 'tcp', common: false }),
  lookupOf({ id: 85, name: 'bpf_sk_lookup_udp', protocol: 'udp', common: false }),
  lookupOf({ id: 99, name: 'bpf_skc_lookup_tcp', protocol: 'tcp', common: true }),
  { id: 86, name: 'bpf_sk_release', call: release },
  fullSock,
  tcpSock,
  listenerSock,
  cgroupId,
  ancestorCgroupId,
  { id: 124, name: 'bpf_sk_assign', call: assign },
  { id: 122, name: 'bpf_get_netns_cookie', call: netnsCookie, answer: 'environment' },
  castOf(136, 'bpf_skc_to_tcp6_sock', (socket) => isTcp(socket) && isIpv6(socket)),
  castOf(137, 'bpf_skc_to_tcp_sock', isTcp),
  castOf(138, 'bpf_skc_to_tcp_timewait_sock', ({ state }) => state === 'time_wait'),
  castOf(139, 'bpf_skc_to_tcp_request_sock', ({ state }) => state === 'new_syn_recv'),
  castOf(140, 'bpf_skc_to_udp6_sock', (socket) => socket.protocol === 'udp' && isIpv6(socket)),
  castOf(178, 'bpf_skc_to_unix_sock', () => false),
  castOf(196, 'bpf_skc_to_mptcp_sock', () => false),
];
