import { defaultNetwork } from '../environment/network.ts';
import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { CpuMap } from '../maps/cpu-map.ts';
import { DevMapHash } from '../maps/dev-map-hash.ts';
import { DevMap } from '../maps/dev-map.ts';
import { XskMap } from '../maps/xsk-map.ts';
import { isOfProgramType, lowHalf, mapArgument, memoryArgument, sizeArgument } from './arguments.ts';
import { networkState } from './network-state.ts';

/**
 * Redirects (net/core/filter.c, kernel/bpf/devmap.c): the helper remembers where the packet is to go, the program
 * returns what the helper returned. BPF_PROG_TEST_RUN sends nothing, nor does the machine: the decision is an output.
 */

export const redirectKinds = ['none', 'interface', 'map', 'neighbour', 'peer'] as const;

const xdpAborted = 0;
const xdpRedirect = 4;
/** What a failed bpf_redirect_map may return: XDP_ABORTED to XDP_TX, the low bits of its flags. */
const actionMask = 3n;
const broadcast = 1n << 3n;
const excludeIngress = 1n << 4n;
const tcActShot = 2;
const tcActRedirect = 7;
/** BPF_F_INGRESS */
const ingress = 1n;

interface Decision {
  readonly kind: (typeof redirectKinds)[number];
  readonly target: number;
  readonly map: number;
  readonly flags: bigint;
}

function decide(machine: Machine, helper: string, decision: Decision, text: string): void {
  const { view } = machine.memory;
  view.setUint32(networkState.redirectKind, redirectKinds.indexOf(decision.kind), true);
  view.setUint32(networkState.redirectTarget, decision.target, true);
  view.setUint32(networkState.redirectMap, decision.map, true);
  view.setBigUint64(networkState.redirectFlags, decision.flags, true);
  machine.emitOutput(helper, text);
}

const noMap = 0xffffffff;

function toInterface(
  machine: Machine,
  helper: string,
  kind: 'interface' | 'neighbour' | 'peer',
  flags: bigint,
): void {
  const target = lowHalf(machine, 1);
  const suffix = (flags & ingress) === 0n ? '' : ', as if it came in there';
  decide(
    machine,
    helper,
    { kind, target, map: noMap, flags },
    `to ${interfaceName(machine, target)}${suffix}`,
  );
}

function interfaceName(machine: Machine, ifindex: number): string {
  const { devices } = machine.environment.network ?? defaultNetwork;
  const device = devices.find((candidate) => candidate.ifindex === ifindex);
  return device === undefined ? `interface ${ifindex}` : `interface ${ifindex} (${device.name})`;
}

const skbTypes = ['sched_cls', 'sched_act', 'lwt_xmit'];
const tcTypes = ['sched_cls', 'sched_act'];

function redirect(machine: Machine): Outcome {
  if (!isOfProgramType(machine, ['xdp', ...skbTypes], 'bpf_redirect#23')) return outcome.fault;
  const flags = machine.register(2);
  const xdp = machine.programType === 'xdp';
  if ((xdp ? flags : flags & ~ingress) !== 0n) return machine.answer(xdp ? xdpAborted : tcActShot);
  toInterface(machine, 'bpf_redirect', 'interface', flags);
  return machine.answer(xdp ? xdpRedirect : tcActRedirect);
}

function redirectPeer(machine: Machine): Outcome {
  if (!isOfProgramType(machine, tcTypes, 'bpf_redirect_peer#155')) return outcome.fault;
  if (machine.register(2) !== 0n) return machine.answer(tcActShot);
  toInterface(machine, 'bpf_redirect_peer', 'peer', 0n);
  return machine.answer(tcActRedirect);
}

/** sizeof(struct bpf_redir_neigh) */
const neighbourSize = 20;

function redirectNeighbour(machine: Machine): Outcome {
  if (!isOfProgramType(machine, tcTypes, 'bpf_redirect_neigh#152')) return outcome.fault;
  const size = sizeArgument(machine, 3, true);
  if (size < 0) return outcome.fault;
  const given = machine.register(2) !== 0n || size > 0;
  if (given && memoryArgument(machine, 2, size, 'read', 'memory') < 0) return outcome.fault;
  if ((size > 0 && size < neighbourSize) || machine.register(4) !== 0n) return machine.answer(tcActShot);
  toInterface(machine, 'bpf_redirect_neigh', 'neighbour', 0n);
  return machine.answer(tcActRedirect);
}

type RedirectMap = DevMap | DevMapHash | CpuMap | XskMap;

/** What a slot leads to. */
function targetText(machine: Machine, map: RedirectMap, key: number): string {
  const word = map.firstWord(key);
  if (map instanceof CpuMap) return `CPU ${key}, queue of ${word}`;
  return map instanceof XskMap ? `the AF_XDP socket of queue ${word}` : interfaceName(machine, word);
}

function redirectMap(machine: Machine): Outcome {
  if (!isOfProgramType(machine, ['xdp'], 'bpf_redirect_map#51')) return outcome.fault;
  const map = mapArgument(machine, 1);
  if (map === undefined) return outcome.fault;
  const devices = map instanceof DevMap || map instanceof DevMapHash;
  if (!devices && !(map instanceof CpuMap) && !(map instanceof XskMap)) {
    const message = `cannot pass map_type ${map.linked.definition.type} into func bpf_redirect_map#51`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  const flags = machine.register(3);
  const known = actionMask | (devices ? broadcast | excludeIngress : 0n);
  if ((flags & ~known) !== 0n) return machine.answer(xdpAborted);
  const key = lowHalf(machine, 2);
  const toAll = (flags & broadcast) !== 0n;
  if (!toAll && !map.isUsed(key)) {
    machine.memory.view.setUint32(networkState.redirectKind, 0, true);
    return machine.answer(Number(flags & actionMask));
  }
  const but = (flags & excludeIngress) === 0n ? '' : ' but the one it came from';
  const text = toAll
    ? `to all of ${map.name}${but}`
    : `${map.name}[${key}]: to ${targetText(machine, map, key)}`;
  decide(machine, 'bpf_redirect_map', { kind: 'map', target: key, map: map.index, flags }, text);
  return machine.answer(xdpRedirect);
}

export const redirectHelpers: readonly Helper[] = [
  { id: 23, name: 'bpf_redirect', call: redirect },
  { id: 51, name: 'bpf_redirect_map', call: redirectMap },
  { id: 152, name: 'bpf_redirect_neigh', call: redirectNeighbour },
  { id: 155, name: 'bpf_redirect_peer', call: redirectPeer },
];
