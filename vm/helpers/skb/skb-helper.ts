import { outcome, type Helper, type Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { contextArgument, isOfProgramType, memoryArgument, sizeArgument, typeName } from '../arguments.ts';
import { Skb } from './skb.ts';

/** Program types by what the *_func_proto of net/core/filter.c let them call. */
export const programTypes = {
  tc: ['sched_cls', 'sched_act'],
  tcAndXmit: ['sched_cls', 'sched_act', 'lwt_xmit'],
  tcAndLwt: ['sched_cls', 'sched_act', 'lwt_in', 'lwt_out', 'lwt_xmit'],
  tcAndCgroup: ['sched_cls', 'sched_act', 'cgroup_skb'],
  filters: ['sched_cls', 'sched_act', 'cgroup_skb', 'socket_filter'],
  all: ['sched_cls', 'sched_act', 'cgroup_skb', 'socket_filter', 'lwt_in', 'lwt_out', 'lwt_xmit'],
  csumDiff: ['sched_cls', 'sched_act', 'lwt_in', 'lwt_out', 'lwt_xmit', 'xdp'],
  encap: ['lwt_in', 'lwt_xmit'],
} as const;

export interface SkbHelper {
  readonly id: number;
  readonly name: string;
  readonly types: readonly string[];
  readonly call: (skb: Skb, machine: Machine) => Outcome;
  /** As bpf_helper_changes_pkt_data says: after it, no pointer into the packet is valid, whatever it returns. */
  readonly changesPacket?: boolean;
  readonly answer?: 'environment';
}

/** A helper whose first argument is the context of a program on an sk_buff. */
export function skbHelper({ id, name, types, call, changesPacket = false, answer }: SkbHelper): Helper {
  const label = `${name}#${id}`;
  const run = (machine: Machine): Outcome => {
    if (!isOfProgramType(machine, types, label) || !contextArgument(machine, 1)) return outcome.fault;
    const skb = new Skb(machine);
    const result = call(skb, machine);
    if (changesPacket && result !== outcome.fault) skb.invalidatePointers();
    return result;
  };
  return { id, name, call: run, ...(answer && { answer }) };
}

/**
 * Linear offset of the memory at the pointer in `register` and its size, which is in the next one: never the packet's
 * own. Undefined with a fault.
 */
export function bufferArgument(
  machine: Machine,
  register: number,
  access: 'read' | 'write',
): { readonly at: number; readonly size: number } | undefined {
  const size = sizeArgument(machine, register + 1, false);
  if (size < 0) return undefined;
  if (typeName(machine, machine.register(register)) === 'pkt') {
    machine.fail({ kind: 'refused-by-kernel', message: 'helper access to the packet is not allowed' });
    return undefined;
  }
  const at = memoryArgument(machine, register, size, access, 'memory');
  return at < 0 ? undefined : { at, size };
}
