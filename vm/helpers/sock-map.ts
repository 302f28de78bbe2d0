import { outcome, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import type { SockMap } from '../maps/sock-map.ts';
import { acquireSocket, isFull, noSocketNumber, socketArgument } from './sockets.ts';

/** bpf_map_lookup_elem and bpf_map_update_elem on a SOCKMAP: values are sockets (net/core/sock_map.c). */

export function lookUpSocket(machine: Machine, map: SockMap, key: number): Outcome {
  const number = map.socketAt(machine.memory.view.getUint32(key, true));
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

export function updateSocket(machine: Machine, map: SockMap, key: number): Outcome {
  if (!updaters.includes(machine.programType)) {
    const message = `cannot pass map_type ${map.linked.definition.type} into func bpf_map_update_elem#2`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  const pointer = socketArgument(machine, 3);
  if (pointer === undefined) return outcome.fault;
  if (!isFull(pointer.socket)) return machine.answer(-errno.EINVAL);
  if (pointer.number === noSocketNumber) return machine.answer(-errno.EOPNOTSUPP);
  const index = machine.memory.view.getUint32(key, true);
  return machine.answer(map.put(index, pointer.number, machine.register(4)));
}
