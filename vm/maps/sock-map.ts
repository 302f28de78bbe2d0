import { readUnsigned } from '../base/bytes.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { errno } from './errno.ts';
import { narrowFlags, updateFlag } from './flags.ts';
import { checkSockArray } from './redirect-definition.ts';
import { SlotMap, type SlotUpdate } from './slot-map.ts';
import { SockHash } from './sock-hash.ts';
import { checkState, socketNumber, socketValue } from './socket-values.ts';

/** SOCKMAP and SOCKHASH: what a lookup by a program finds is the socket, which the program has to release. */
export type SocketMap = SockMap | SockHash;

export function isSocketMap(map: KernelMap): map is SocketMap {
  return map instanceof SockMap || map instanceof SockHash;
}

/** SOCKMAP (net/core/sock_map.c): sockets by index. */
export class SockMap extends SlotMap {
  constructor(machine: Machine, linked: LinkedMap, index: number) {
    checkSockArray(linked.definition);
    super(machine, linked, index);
  }

  /** Number of the socket for the key at a linear offset; undefined where there is none. */
  socketAt(key: number): number | undefined {
    return this.socketOfIndex(this.memory.view.getUint32(key, true));
  }

  socketOfIndex(index: number): number | undefined {
    return this.isUsed(index) ? this.firstWord(index) : undefined;
  }

  /** As sock_map_update_elem; the key is at a linear offset. */
  put(key: number, socket: number, flags: bigint): number {
    return this.#put(this.memory.view.getUint32(key, true), socket, flags);
  }

  /** What a socket is accepted for: its state, and the flags for the slot. */
  #put(index: number, socket: number, flags: bigint): number {
    const error = checkState(this.machine, socket);
    if (error !== 0) return error;
    const narrow = narrowFlags(flags);
    if (narrow > updateFlag.exist) return -errno.EINVAL;
    if (index >= this.entries) return -errno.E2BIG;
    if (narrow === updateFlag.noExist && this.isUsed(index)) return -errno.EEXIST;
    if (narrow === updateFlag.exist && !this.isUsed(index)) return -errno.ENOENT;
    this.set(index, socketValue(socket, this.valueSize));
    return 0;
  }

  protected accept(_index: number, value: Uint8Array): SlotUpdate {
    return value;
  }

  override userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    const [value] = values;
    if (key.length !== 4 || value?.length !== this.valueSize || values.length !== 1) return -errno.EINVAL;
    const socket = socketNumber(this.machine, value);
    return socket < 0 ? socket : this.#put(Number(readUnsigned(key)), socket, flags);
  }

  override userRemove(key: Uint8Array): number {
    return key.length === 4 ? this.#take(Number(readUnsigned(key))) : -errno.EINVAL;
  }

  override readonly remove = (key: number): number => this.#take(this.memory.view.getUint32(key, true));

  /** __sock_map_delete. */
  #take(index: number): number {
    if (!this.isUsed(index)) return -errno.EINVAL;
    this.set(index, undefined);
    return 0;
  }
}
