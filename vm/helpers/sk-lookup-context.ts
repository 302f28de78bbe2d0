import { outcome, type Outcome } from '../machine/helper.ts';
import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { regionRow } from '../memory/regions.ts';
import { contextArgument } from './arguments.ts';
import { networkState } from './network-state.ts';
import { noSocketNumber, socketArgument, type SocketPointer } from './sockets.ts';

/** Offsets in struct bpf_sk_lookup of include/uapi/linux/bpf.h. */
export const skLookup = { sk: 0, family: 8, protocol: 12, sizeOf: 72 } as const;

const replace = 1n;
const withoutReuseport = 2n;
const protocols = { tcp: 6, udp: 17 } as const;

/** bpf_sk_assign of an sk_lookup program (bpf_sk_lookup_assign of net/core/filter.c). R2: a socket or NULL. */
export function assignLookup(machine: Machine): Outcome {
  if (!contextArgument(machine, 1)) return outcome.fault;
  const given = machine.register(2) !== 0n;
  const pointer = given ? socketArgument(machine, 2) : undefined;
  if (given && pointer === undefined) return outcome.fault;
  const { view } = machine.memory;
  const context = view.getUint32(
    machine.regions.rowOf(view.getUint32(state.ctxRegion, true)) + regionRow.base,
    true,
  );
  const flags = machine.register(3);
  if ((flags & ~(replace | withoutReuseport)) !== 0n) return machine.answer(-errno.EINVAL);
  const error = pointer === undefined ? 0 : refusalOf(machine, context, pointer);
  if (error !== 0) return machine.answer(error);
  if (view.getBigUint64(context + skLookup.sk, true) !== 0n && (flags & replace) === 0n)
    return machine.answer(-errno.EEXIST);
  view.setBigUint64(context + skLookup.sk, pointer?.address ?? 0n, true);
  view.setUint32(networkState.selected, pointer?.number ?? noSocketNumber, true);
  return machine.answer(0);
}

/** Only listeners and unconnected sockets of UDP, of the protocol and family that are looked up. */
function refusalOf(machine: Machine, context: number, { socket }: SocketPointer): number {
  const { view } = machine.memory;
  if (socket === undefined) return -errno.ESOCKTNOSUPPORT;
  if (socket.state !== (socket.protocol === 'tcp' ? 'listen' : 'close')) return -errno.ESOCKTNOSUPPORT;
  if (protocols[socket.protocol] !== view.getUint32(context + skLookup.protocol, true))
    return -errno.EPROTOTYPE;
  const family = socket.local.length === 4 ? 2 : 10;
  return family === 2 && view.getUint32(context + skLookup.family, true) !== family ? -errno.EAFNOSUPPORT : 0;
}
