import { noSocketNumber } from '../helpers/sockets.ts';
import type { Machine } from '../machine/machine.ts';
import { familyState } from './context.ts';

export interface SocketAddresses {
  readonly family: number;
  /** 4 or 16 bytes, or none. */
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
}

/** Offsets in struct bpf_sock of include/uapi/linux/bpf.h. */
const offset = {
  family: 4,
  sourceIp4: 24,
  sourceIp6: 28,
  destinationIp4: 52,
  destinationIp6: 56,
  state: 72,
  rxQueueMapping: 76,
  sizeOf: 80,
} as const;
/** TCP_CLOSE: what a new socket has. */
const closed = 7;

/** Makes the socket of test_run, a read-only struct bpf_sock without type, protocol and ports, and stores its address at `pointer`. */
export function placeSocket(machine: Machine, pointer: number, addresses: SocketAddresses): void {
  const { memory, regions } = machine;
  let region = memory.view.getUint32(familyState.socketRegion, true);
  if (region === 0) {
    const allocated = memory.allocate(offset.sizeOf);
    region = regions.add({
      kind: 'sock',
      owner: noSocketNumber,
      base: allocated,
      size: offset.sizeOf,
      writeLimit: 0,
    });
    memory.view.setUint32(familyState.socketRegion, region, true);
    memory.view.setUint32(familyState.socketBase, allocated, true);
  }
  const base = memory.view.getUint32(familyState.socketBase, true);
  memory.bytes.fill(0, base, base + offset.sizeOf);
  const four = addresses.local.length === 4;
  memory.view.setUint32(base + offset.family, addresses.family, true);
  memory.bytes.set(addresses.local, base + (four ? offset.sourceIp4 : offset.sourceIp6));
  memory.bytes.set(addresses.remote, base + (four ? offset.destinationIp4 : offset.destinationIp6));
  memory.view.setUint32(base + offset.state, closed, true);
  memory.view.setInt32(base + offset.rxQueueMapping, -1, true);
  memory.view.setBigUint64(pointer, regions.addressOf(region), true);
}
