import { defaultNetwork } from '../environment/network.ts';
import { readUnsigned } from '../base/bytes.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { errno } from './errno.ts';
import { narrowFlags, updateFlag } from './flags.ts';
import { checkSockArray } from './redirect-definition.ts';
import { SlotMap, type SlotUpdate } from './slot-map.ts';

/**
 * SOCKMAP (net/core/sock_map.c): sockets. A value is the number of a socket, its place in the environment's list from
 * 0; the kernel takes a descriptor. What a lookup by a program finds is the socket, which the program has to release.
 */
export class SockMap extends SlotMap {
  constructor(machine: Machine, linked: LinkedMap, index: number) {
    checkSockArray(linked.definition);
    super(machine, linked, index);
  }

  /** Number of the socket in a slot; undefined where it is empty. */
  socketAt(index: number): number | undefined {
    return this.isUsed(index) ? this.firstWord(index) : undefined;
  }

  /** As sock_map_update_elem: what a socket is accepted for its state and the flags for the slot. */
  put(index: number, socket: number, flags: bigint): number {
    const error = this.#checkSocket(socket);
    if (error !== 0) return error;
    const narrow = narrowFlags(flags);
    if (narrow > updateFlag.exist) return -errno.EINVAL;
    if (index >= this.entries) return -errno.E2BIG;
    if (narrow === updateFlag.noExist && this.isUsed(index)) return -errno.EEXIST;
    if (narrow === updateFlag.exist && !this.isUsed(index)) return -errno.ENOENT;
    this.set(index, this.#valueOf(socket));
    return 0;
  }

  #valueOf(socket: number): Uint8Array {
    const value = new Uint8Array(this.valueSize);
    new DataView(value.buffer).setUint32(0, socket, true);
    return value;
  }

  /** sock_map_sk_state_allowed: of TCP connections and listeners. */
  #checkSocket(number: number): number {
    const { sockets } = this.machine.environment.network ?? defaultNetwork;
    const socket = sockets[number];
    if (socket === undefined) return -errno.EBADF;
    if (socket.protocol === 'udp') return 0;
    return socket.state === 'established' || socket.state === 'listen' ? 0 : -errno.EOPNOTSUPP;
  }

  protected accept(_index: number, value: Uint8Array): SlotUpdate {
    return value;
  }

  override userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    const [value] = values;
    if (key.length !== 4 || value?.length !== this.valueSize || values.length !== 1) return -errno.EINVAL;
    return this.put(Number(readUnsigned(key)), Number(readUnsigned(value)), flags);
  }

  override userRemove(key: Uint8Array): number {
    return key.length === 4 ? this.take(Number(readUnsigned(key))) : -errno.EINVAL;
  }

  override readonly remove = (key: number): number => this.take(this.memory.view.getUint32(key, true));

  /** __sock_map_delete. */
  take(index: number): number {
    if (!this.isUsed(index)) return -errno.EINVAL;
    this.set(index, undefined);
    return 0;
  }
}
