import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';

/** Memory that programs reach by probing: the machine's own, the kernel's and the current process's. */

/** First address that is not the process's: TASK_SIZE_MAX of x86-64. */
export const endOfUser = 0x7fff_ffff_f000n;
const pageSize = 4096n;

export interface Found {
  readonly linear: number;
  readonly available: number;
}

/** `machine`: as an address of the kernel, where the program's own memory is. */
export type Space = 'kernel' | 'user';

/** What lies at `address`; the machine's own regions are kernel memory, at addresses that look like a process's. */
export function findOutside(machine: Machine, space: Space, address: bigint): Found | undefined {
  if (space === 'user') return machine.userMemory.find(address);
  return ownMemory(machine, address) ?? machine.kernelMemory.find(address);
}

/** Pointers to an arena are the process's addresses, and the process has not mapped it. */
function ownMemory(machine: Machine, address: bigint): Found | undefined {
  return machine.regions.locate(address)?.region.kind === 'arena' ? undefined : machine.regions.peek(address);
}

/** What a read from `address` gives where nothing lies there: copy_from_kernel_nofault_allowed tells two kinds apart. */
export function missing(space: Space, address: bigint): number {
  if (space === 'user') return -errno.EFAULT;
  const canonical = address >= 0xffff_8000_0000_0000n;
  return address < endOfUser + pageSize || !canonical ? -errno.ERANGE : -errno.EFAULT;
}

/** Which memory a helper means that takes both kinds of addresses (bpf_probe_read). */
export function spaceOf(machine: Machine, address: bigint): Space {
  if (machine.userMemory.find(address) !== undefined) return 'user';
  return address < endOfUser && ownMemory(machine, address) === undefined ? 'user' : 'kernel';
}

/** Calls `take` with the pieces that make up `size` bytes at `address`, in order; false where a byte is missing. */
function pieces(
  machine: Machine,
  space: Space,
  address: bigint,
  size: number,
  take: (linear: number, at: number, length: number) => boolean,
): boolean {
  for (let at = 0; at < size;) {
    const found = findOutside(machine, space, BigInt.asUintN(64, address + BigInt(at)));
    if (found === undefined) return false;
    const length = Math.min(found.available, size - at);
    if (!take(found.linear, at, length)) return true;
    at += length;
  }
  return true;
}

/** Copies `size` bytes to the linear offset `to`; 0, or a negative errno and zeros. */
export function readOutside(
  machine: Machine,
  space: Space,
  address: bigint,
  to: number,
  size: number,
): number {
  const { bytes } = machine.memory;
  const copy = new Uint8Array(size);
  const whole = pieces(machine, space, address, size, (linear, at, length) => {
    machine.accessListener?.(linear, length, 'read');
    copy.set(bytes.subarray(linear, linear + length), at);
    return true;
  });
  if (whole) {
    bytes.set(copy, to);
    return size === 0 && findOutside(machine, space, address) === undefined ? emptyRead(space, address) : 0;
  }
  bytes.fill(0, to, to + size);
  return missing(space, address);
}

/** Reading nothing checks the address all the same. */
function emptyRead(space: Space, address: bigint): number {
  if (space === 'user') return address > endOfUser ? -errno.EFAULT : 0;
  return missing('kernel', address) === -errno.ERANGE ? -errno.ERANGE : 0;
}

/** Copies text up to its NUL, at most `size` bytes with it; its length with the NUL, or a negative errno and zeros. */
export function readText(machine: Machine, space: Space, address: bigint, to: number, size: number): number {
  if (size === 0) return 0;
  const { bytes } = machine.memory;
  const text: number[] = [];
  let ended = false;
  const whole = pieces(machine, space, address, size, (linear, _at, length) => {
    const part = bytes.subarray(linear, linear + length);
    const end = part.indexOf(0);
    ended = end >= 0;
    text.push(...(ended ? part.subarray(0, end) : part));
    machine.accessListener?.(linear, ended ? end + 1 : length, 'read');
    return !ended;
  });
  if (!whole) {
    bytes.fill(0, to, to + size);
    return missing(space, address);
  }
  const length = Math.min(text.length, size - 1);
  bytes.set(text.slice(0, length), to);
  bytes[to + length] = 0;
  return length + 1;
}

/** Notes, once a call, that the environment has nothing at an address. */
export function noteMissing(machine: Machine, helper: string, space: Space, address: bigint): void {
  const member = space === 'user' ? 'userMemory' : 'kernelMemory';
  machine.emitNote(
    helper,
    `nothing is known at 0x${address.toString(16)}: environment.${member} says what is there`,
  );
}
