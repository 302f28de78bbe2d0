import { outcome, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import type { SocketMap } from '../maps/sock-map.ts';
import { acquireSocket, isFull, noSocketNumber, socketArgument } from './sockets.ts';

/** Helpers of map contents on SOCKMAP and SOCKHASH: values are sockets (net/core/sock_map.c). Keys are linear offsets. */

export function lookUpSocket(machine: Machine, map: SocketMap, key: number): Outcome {
  const number = map.socketAt(key);
  return machine.answer(number === undefined ? 0 : acquireSocket(machine, number));
}

/** may_update_sockmap of kernel/bpf/verifier.c. */
const updaters: readonly string[] = [
  'socket_filter',
  'sched_cls',
  'sched_act',
  'xdp',
  'sk_reuseport',
  'flow_dissector',
  'sk_lookup',
];

/** Whether programs of the type that runs may change maps of sockets; false with a fault. `helper` is as in `bpf_map_update_elem#2`. */
export function mayChangeSockets(machine: Machine, map: SocketMap, helper: string): boolean {
  if (updaters.includes(machine.programType)) return true;
  const message = `cannot pass map_type ${map.linked.definition.type} into func ${helper}`;
  machine.fail({ kind: 'refused-by-kernel', message });
  return false;
}

export function updateSocket(machine: Machine, map: SocketMap, key: number): Outcome {
  const pointer = socketArgument(machine, 3);
  if (pointer === undefined) return outcome.fault;
  if (!isFull(pointer.socket)) return machine.answer(-errno.EINVAL);
  if (pointer.number === noSocketNumber) return machine.answer(-errno.EOPNOTSUPP);
  return machine.answer(map.put(key, pointer.number, machine.register(4)));
}
