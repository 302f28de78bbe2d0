import { defaultNetwork, socketStates, type IpAddress, type NetworkSocket } from '../environment/network.ts';
import type { Machine } from '../machine/machine.ts';
import { regionRow } from '../memory/regions.ts';
import { typeName } from './arguments.ts';
import { networkState } from './network-state.ts';
import { sameAddress } from './routes.ts';
import { bpfSock, tcpSockMembers, tcpSockSize } from './socket-layout.ts';

/**
 * Sockets as programs have them: read-only regions of kind `sock` with the layout of struct bpf_sock, or bpf_tcp_sock.
 * The region's owner is the number of the socket in the environment. One that is looked up is a reference: it can be
 * read until as many releases as lookups were made of it.
 */

/** Owner of the region of a socket that the environment does not have: the one of BPF_PROG_TEST_RUN. */
export const noSocketNumber = 0xffff;

/** Region ids of a socket's structs (u32 each), 0 before they were made. */
const record = { sock: 0, tcpSock: 4, sizeOf: 8 } as const;

const protocolNumber = { tcp: 6, udp: 17 } as const;
const socketType = { tcp: 1, udp: 2 } as const;
/** TCP_CLOSE: what the socket of BPF_PROG_TEST_RUN is in. */
const closed = 'close';

export function socketsOf(machine: Machine): readonly NetworkSocket[] {
  return (machine.environment.network ?? defaultNetwork).sockets;
}

/** Linear offset of the record of socket `number`. */
function recordOf(machine: Machine, number: number): number {
  const { memory } = machine;
  let table = memory.view.getUint32(networkState.sockets, true);
  if (table === 0) {
    table = memory.allocate(socketsOf(machine).length * record.sizeOf);
    memory.view.setUint32(networkState.sockets, table, true);
  }
  return table + number * record.sizeOf;
}

function regionAt(machine: Machine, field: number, number: number, size: number): number {
  const { memory, regions } = machine;
  const found = memory.view.getUint32(field, true);
  if (found !== 0) return found;
  const base = memory.allocate(size);
  const id = regions.add({ kind: 'sock', owner: number, base, size, readLimit: 0 });
  memory.view.setUint32(field, id, true);
  return id;
}

function setReadable(machine: Machine, id: number, size: number): void {
  machine.memory.view.setUint32(machine.regions.rowOf(id) + regionRow.readLimit, size, true);
}

/** Address of socket `number`, which the program holds from now on. */
export function acquireSocket(machine: Machine, number: number): bigint {
  const address = lendSocket(machine, number);
  machine.references.acquire(address, machine.slot);
  return address;
}

/** Address of socket `number`, which the program can read and does not hold. */
export function lendSocket(machine: Machine, number: number): bigint {
  const id = regionAt(machine, recordOf(machine, number) + record.sock, number, bpfSock.sizeOf);
  const base = machine.regions.get(id)?.base ?? 0;
  const socket = socketsOf(machine)[number];
  if (socket !== undefined) writeSocket(machine, base, socket);
  setReadable(machine, id, bpfSock.sizeOf);
  return machine.regions.addressOf(id);
}

/** False where the program does not hold the socket at `address`. */
export function releaseSocket(machine: Machine, { address, number }: SocketPointer): boolean {
  if (!machine.references.release(address)) return false;
  if (machine.references.has(address)) return true;
  const at = recordOf(machine, number);
  for (const field of [record.sock, record.tcpSock]) {
    const id = machine.memory.view.getUint32(at + field, true);
    if (id !== 0) setReadable(machine, id, 0);
  }
  return true;
}

/** LOOPBACK4_IPV6: what stands where an IPv4 address would, in sockets of IPv6. */
const standIn = Uint8Array.of(127, 0, 0, 6);

function writeSocket(machine: Machine, base: number, socket: NetworkSocket): void {
  const { view, bytes } = machine.memory;
  const set = (offset: number, value: number): void => view.setUint32(base + offset, value >>> 0, true);
  const four = socket.local.length === 4;
  set(bpfSock.boundDevice, socket.boundDevice);
  set(bpfSock.family, four ? 2 : 10);
  set(bpfSock.type, socketType[socket.protocol]);
  set(bpfSock.protocol, protocolNumber[socket.protocol]);
  set(bpfSock.mark, socket.mark);
  set(bpfSock.priority, socket.priority);
  if (!four && !isAny(socket.local)) bytes.set(standIn, base + bpfSock.sourceIp4);
  if (!four && !isAny(socket.remote)) bytes.set(standIn, base + bpfSock.destinationIp4);
  bytes.set(socket.local, base + (four ? bpfSock.sourceIp4 : bpfSock.sourceIp6));
  set(bpfSock.sourcePort, socket.localPort);
  view.setUint16(base + bpfSock.destinationPort, socket.remotePort, false);
  bytes.set(socket.remote, base + (four ? bpfSock.destinationIp4 : bpfSock.destinationIp6));
  set(bpfSock.state, socketStates.indexOf(socket.state) + 1);
  set(bpfSock.rxQueueMapping, socket.rxQueue);
}

/** Address of the struct bpf_tcp_sock of a socket that the program holds. */
export function tcpSocket(machine: Machine, number: number, socket: NetworkSocket): bigint {
  const id = regionAt(machine, recordOf(machine, number) + record.tcpSock, number, tcpSockSize);
  const base = machine.regions.get(id)?.base ?? 0;
  const { view } = machine.memory;
  for (const [name, value] of Object.entries(socket.tcp)) {
    const member = tcpSockMembers[name];
    if (member?.size === 8) view.setBigUint64(base + member.offset, value, true);
    else if (member !== undefined) view.setUint32(base + member.offset, Number(value & 0xffffffffn), true);
  }
  setReadable(machine, id, tcpSockSize);
  return machine.regions.addressOf(id);
}

/** A socket that a register points to. */
export interface SocketPointer {
  readonly address: bigint;
  /** Its number in the environment; `noSocketNumber` for the one of BPF_PROG_TEST_RUN. */
  readonly number: number;
  /** Undefined: the one of BPF_PROG_TEST_RUN, closed and of no protocol. */
  readonly socket: NetworkSocket | undefined;
}

const expected = 'sock_common, sock, tcp_sock, xdp_sock, ptr_, trusted_ptr_';

/** The socket in `register`; undefined with a fault. */
export function socketArgument(machine: Machine, register: number): SocketPointer | undefined {
  const address = machine.register(register);
  const place = machine.regions.locate(address);
  if (place?.region.kind === 'sock' && place.offset === 0 && place.region.readLimit > 0) {
    const number = place.region.owner;
    return { address, number, socket: socketsOf(machine)[number] };
  }
  const message = `R${register} type=${typeName(machine, address)} expected=${expected}`;
  machine.fail({ kind: address === 0n ? 'null-pointer' : 'helper-argument', message });
  return undefined;
}

export function stateOf(socket: NetworkSocket | undefined): string {
  return socket?.state ?? closed;
}

/** sk_fullsock. */
export function isFull(socket: NetworkSocket | undefined): boolean {
  return stateOf(socket) !== 'time_wait' && stateOf(socket) !== 'new_syn_recv';
}

export interface SocketQuery {
  readonly protocol: 'tcp' | 'udp';
  /** Of the packet: the remote end of the socket. */
  readonly source: IpAddress;
  readonly sourcePort: number;
  readonly destination: IpAddress;
  readonly destinationPort: number;
  /** Interface that the packet came in at. */
  readonly device: number;
}

/** Number of the socket that a packet is for; -1 for none. TCP: a connection, then a listener; UDP: the best score. */
export function findSocket(machine: Machine, query: SocketQuery): number {
  const scores = socketsOf(machine).map((socket) => scoreOf(socket, query));
  const best = Math.max(0, ...scores);
  return best === 0 ? -1 : scores.indexOf(best);
}

/** compute_score of net/ipv4/inet_hashtables.c and udp.c: 0 where the packet is not for the socket. */
function scoreOf(socket: NetworkSocket, query: SocketQuery): number {
  if (socket.protocol !== query.protocol || socket.localPort !== query.destinationPort) return 0;
  if (socket.boundDevice !== 0 && socket.boundDevice !== query.device) return 0;
  const bound = socket.boundDevice === 0 ? 0 : 4;
  const local = sameAddress(socket.local, query.destination);
  if (!local && !(isAny(socket.local) && takesFamily(socket, query))) return 0;
  const connected = socket.remotePort !== 0;
  const remote = socket.remotePort === query.sourcePort && sameAddress(socket.remote, query.source);
  if (connected !== remote) return 0;
  if (socket.protocol === 'tcp' && !connected && socket.state !== 'listen') return 0;
  return 1 + (local ? 2 : 0) + bound + (connected ? 8 : 0) + (isSameFamily(socket, query) ? 1 : 0);
}

function isAny(address: IpAddress): boolean {
  return address.every((byte) => byte === 0);
}

function isSameFamily(socket: NetworkSocket, query: SocketQuery): boolean {
  return socket.local.length === query.destination.length;
}

/** A socket of IPv6 that is bound to no address takes IPv4 packets too. */
function takesFamily(socket: NetworkSocket, query: SocketQuery): boolean {
  return isSameFamily(socket, query) || socket.local.length === 16;
}
