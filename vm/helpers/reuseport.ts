import type { NetworkSocket } from '../environment/network.ts';
import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { ReuseportSockArray } from '../maps/reuseport-sock-array.ts';
import { isSocketMap } from '../maps/sock-map.ts';
import { isInGroup } from '../maps/socket-values.ts';
import { regionRow } from '../memory/regions.ts';
import { contextArgument, isOfProgramType, mapArgument, memoryArgument } from './arguments.ts';
import { networkState } from './network-state.ts';
import { sameAddress } from './routes.ts';
import { socketsOf } from './sockets.ts';

/** Offsets in struct sk_reuseport_md of include/uapi/linux/bpf.h. */
export const reuseportContext = {
  data: 0,
  dataEnd: 8,
  length: 16,
  ethernetProtocol: 20,
  ipProtocol: 24,
  bindInAny: 28,
  hash: 32,
  socket: 40,
  sizeOf: 56,
} as const;

/** bpf_sk_select_reuseport(ctx, map, key, flags) of net/core/filter.c; flags have no meaning. */
function select(machine: Machine): Outcome {
  const helper = 'bpf_sk_select_reuseport#82';
  if (!isOfProgramType(machine, ['sk_reuseport'], helper) || !contextArgument(machine, 1))
    return outcome.fault;
  const map = mapArgument(machine, 2);
  if (map === undefined) return outcome.fault;
  const isArray = map instanceof ReuseportSockArray;
  if (!isArray && !isSocketMap(map)) {
    const message = `cannot pass map_type ${map.linked.definition.type} into func ${helper}`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  const key = memoryArgument(machine, 3, map.linked.definition.keySize, 'read', 'map');
  if (key < 0) return outcome.fault;
  const number = map.socketAt(key);
  const selected = number === undefined ? undefined : socketsOf(machine)[number];
  const own = ownSocket(machine);
  if (number === undefined || selected === undefined || own === undefined)
    return machine.answer(-errno.ENOENT);
  const error = isInGroup(selected) ? refusalOf(own, selected) : errno.EINVAL;
  if (error === 0) machine.memory.view.setUint32(networkState.selected, number, true);
  return machine.answer(-error);
}

/** 0 where the two sockets are of one group (reuseport_add_sock and what asks it: udp.c, inet_hashtables.c). */
function refusalOf(own: NetworkSocket, selected: NetworkSocket): number {
  if (own.protocol !== selected.protocol) return errno.EPROTOTYPE;
  if (own.local.length !== selected.local.length) return errno.EAFNOSUPPORT;
  const same =
    own.localPort === selected.localPort &&
    own.boundDevice === selected.boundDevice &&
    own.uid === selected.uid &&
    sameAddress(own.local, selected.local);
  return same ? 0 : errno.EBADFD;
}

/** The socket of the context. */
function ownSocket(machine: Machine): NetworkSocket | undefined {
  const { memory, regions } = machine;
  const row = regions.rowOf(memory.view.getUint32(state.ctxRegion, true));
  const context = memory.view.getUint32(row + regionRow.base, true);
  const address = memory.view.getBigUint64(context + reuseportContext.socket, true);
  return socketsOf(machine)[regions.locate(address)?.region.owner ?? -1];
}

export const reuseportHelpers: readonly Helper[] = [
  { id: 82, name: 'bpf_sk_select_reuseport', call: select, answer: 'environment' },
];
