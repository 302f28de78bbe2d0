import { readUnsigned } from '../base/bytes.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { errno } from './errno.ts';
import { narrowFlags, updateFlag } from './flags.ts';
import { checkReuseportArray } from './redirect-definition.ts';
import { SlotMap, type SlotUpdate } from './slot-map.ts';
import { isInGroup, socketNumber, socketOf, socketValue } from './socket-values.ts';

/** REUSEPORT_SOCKARRAY (kernel/bpf/reuseport_array.c): sockets of groups of SO_REUSEPORT, each in one slot of all such maps at most. */
export class ReuseportSockArray extends SlotMap {
  constructor(machine: Machine, linked: LinkedMap, index: number) {
    checkReuseportArray(linked.definition);
    super(machine, linked, index);
  }

  /** Number of the socket for the key at a linear offset; undefined where there is none. */
  socketAt(key: number): number | undefined {
    const index = this.memory.view.getUint32(key, true);
    return this.isUsed(index) ? this.firstWord(index) : undefined;
  }

  /** As reuseport_array_update_check. */
  protected accept(_index: number, value: Uint8Array): SlotUpdate {
    const number = this.#numberOf(value);
    if (number < 0) return number;
    const socket = socketOf(this.machine, number);
    if (socket === undefined || !isInGroup(socket)) return -errno.EINVAL;
    const taken = this.machine.maps.some((map) => map instanceof ReuseportSockArray && map.#holds(number));
    return taken || this.#holds(number) ? -errno.EBUSY : socketValue(number, this.valueSize);
  }

  /** A value of 4 bytes is an int here, and no descriptor where it is negative. */
  #numberOf(value: Uint8Array): number {
    const number = socketNumber(this.machine, value);
    return number === -errno.EINVAL && value.length === 4 ? -errno.EBADF : number;
  }

  #holds(socket: number): boolean {
    for (let index = 0; index < this.entries; index++)
      if (this.isUsed(index) && this.firstWord(index) === socket) return true;
    return false;
  }

  override userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    const [value] = values;
    if (key.length !== 4 || value?.length !== this.valueSize || values.length !== 1) return -errno.EINVAL;
    const narrow = narrowFlags(flags);
    if (narrow > updateFlag.exist) return -errno.EINVAL;
    const index = Number(readUnsigned(key));
    if (index >= this.entries) return -errno.E2BIG;
    const socket = this.#numberOf(value);
    if (socket < 0) return socket;
    if (narrow === updateFlag.noExist && this.isUsed(index)) return -errno.EEXIST;
    if (narrow === updateFlag.exist && !this.isUsed(index)) return -errno.ENOENT;
    const accepted = this.accept(index, value);
    if (typeof accepted === 'number') return accepted;
    this.set(index, accepted);
    return 0;
  }

  override userRemove(key: Uint8Array): number {
    if (key.length !== 4) return -errno.EINVAL;
    const index = Number(readUnsigned(key));
    if (index >= this.entries) return -errno.E2BIG;
    if (!this.isUsed(index)) return -errno.ENOENT;
    this.set(index, undefined);
    return 0;
  }
}
