import { defaultNetwork, type NetworkSocket } from '../environment/network.ts';
import { readUnsigned } from '../base/bytes.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from './errno.ts';

/** Values of maps of sockets: users give the number of a socket, its place in the environment's list from 0; the kernel takes a descriptor. */

const largestDescriptor = 0x7fffffffn;

export function socketOf(machine: Machine, number: number): NetworkSocket | undefined {
  return (machine.environment.network ?? defaultNetwork).sockets[number];
}

/** Number of the socket that a user's value names: -EINVAL above the numbers of descriptors, -EBADF where there is none. */
export function socketNumber(machine: Machine, value: Uint8Array): number {
  const descriptor = readUnsigned(value);
  if (descriptor > largestDescriptor) return -errno.EINVAL;
  const number = Number(descriptor);
  return socketOf(machine, number) === undefined ? -errno.EBADF : number;
}

/** sock_map_sk_state_allowed of net/core/sock_map.c: TCP connections and listeners, and sockets of UDP that have a port. */
export function checkState(machine: Machine, number: number): number {
  const socket = socketOf(machine, number);
  if (socket === undefined) return -errno.EBADF;
  const allowed =
    socket.protocol === 'udp'
      ? socket.localPort !== 0
      : socket.state === 'established' || socket.state === 'listen';
  return allowed ? 0 : -errno.EOPNOTSUPP;
}

/** `number` as a value of `size` bytes. */
export function socketValue(number: number, size: number): Uint8Array {
  const value = new Uint8Array(size);
  new DataView(value.buffer).setUint32(0, number, true);
  return value;
}

/** Whether a socket is in a group of SO_REUSEPORT (sk_reuseport_cb): listeners of TCP and sockets of UDP that have an address. */
export function isInGroup(socket: NetworkSocket): boolean {
  const bound = socket.protocol === 'udp' ? socket.localPort !== 0 : socket.state === 'listen';
  return socket.reuseport && bound;
}
