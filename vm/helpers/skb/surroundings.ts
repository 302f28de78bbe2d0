import type { SkbEnvironment } from '../../environment/skb.ts';
import { outcome, type Helper, type Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { CgroupArrayMap } from '../../maps/cgroup-array.ts';
import { lowHalf } from '../arguments.ts';
import { mapOfType } from '../map-of-type.ts';
import { socketArgument } from '../sockets.ts';
import { programTypes, skbHelper } from './skb-helper.ts';

/** The packet's socket, its user and cgroups, and its route: the environment says what they are, 0 is the kernel's answer for none. */

type NumberOf = Exclude<keyof SkbEnvironment, 'cgroupIds' | 'hash'>;

function answerOf(helper: string, member: NumberOf): (skb: unknown, machine: Machine) => Outcome {
  return (_skb, machine) => {
    const value = machine.environment.skb?.[member];
    if (value === undefined) note(machine, helper, `skb.${member}`);
    return machine.answer(BigInt(value ?? 0));
  };
}

function note(machine: Machine, helper: string, member: string): void {
  machine.emitNote(helper, `the environment gives no ${member}: the answer is 0`);
}

/** The id of the ancestor at a level, as bpf_skb_ancestor_cgroup_id; of the cgroup itself without one. */
function cgroupId(machine: Machine, helper: string, level?: number): Outcome {
  const ids = cgroupIds(machine);
  if (ids === undefined) {
    note(machine, helper, 'skb.cgroupIds');
    return machine.answer(0n);
  }
  return machine.answer(ids[level ?? ids.length - 1] ?? 0n);
}

/** Whether the socket's cgroup is the one in a slot of a CGROUP_ARRAY, or below it. */
function underCgroup(_skb: unknown, machine: Machine): Outcome {
  const map = mapOfType(machine, 2, CgroupArrayMap, 'bpf_skb_under_cgroup#33');
  if (map === undefined) return outcome.fault;
  const index = lowHalf(machine, 3);
  if (index >= map.linked.definition.maxEntries) return machine.answer(-errno.E2BIG);
  const cgroup = map.idAt(index);
  if (cgroup === 0) return machine.answer(-errno.EAGAIN);
  const ids = cgroupIds(machine);
  if (ids === undefined) note(machine, 'bpf_skb_under_cgroup', 'skb.cgroupIds');
  return machine.answer(ids?.includes(BigInt(cgroup)) === true ? 1 : 0);
}

function cgroupIds({ environment: { skb, task } }: Machine): readonly bigint[] | undefined {
  return skb?.cgroupIds ?? task?.cgroupIds;
}

function member(id: number, name: string, types: readonly string[], of: NumberOf): Helper {
  return skbHelper({ id, name, types, call: answerOf(name, of), answer: 'environment' });
}

const contextCookie = member(46, 'bpf_get_socket_cookie', programTypes.filters, 'socketCookie');

/** bpf_get_socket_ptr_cookie: sk_reuseport programs give a socket in place of the context. */
function socketCookie(machine: Machine): Outcome {
  if (machine.programType !== 'sk_reuseport') return contextCookie.call(machine);
  if (machine.register(1) === 0n) return machine.answer(0n);
  const pointer = socketArgument(machine, 1);
  return pointer === undefined ? outcome.fault : machine.answer(pointer.socket?.cookie ?? 0n);
}

export const surroundingsHelpers: readonly Helper[] = [
  skbHelper({
    id: 33,
    name: 'bpf_skb_under_cgroup',
    types: programTypes.tcAndLwt,
    call: underCgroup,
    answer: 'environment',
  }),
  member(17, 'bpf_get_cgroup_classid', programTypes.tcAndLwt, 'cgroupClassid'),
  member(24, 'bpf_get_route_realm', programTypes.tcAndLwt, 'routeRealm'),
  { ...contextCookie, call: socketCookie },
  member(47, 'bpf_get_socket_uid', programTypes.filters, 'socketUid'),
  member(151, 'bpf_skb_cgroup_classid', programTypes.tc, 'socketClassid'),
  skbHelper({
    id: 79,
    name: 'bpf_skb_cgroup_id',
    types: programTypes.tcAndCgroup,
    call: (_skb, machine) => cgroupId(machine, 'bpf_skb_cgroup_id'),
    answer: 'environment',
  }),
  skbHelper({
    id: 83,
    name: 'bpf_skb_ancestor_cgroup_id',
    types: programTypes.tcAndCgroup,
    call: (_skb, machine) => cgroupId(machine, 'bpf_skb_ancestor_cgroup_id', lowHalf(machine, 2) | 0),
    answer: 'environment',
  }),
];
