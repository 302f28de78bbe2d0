import type { IpAddress, NetworkDevice, NetworkEnvironment, NetworkRoute } from '../environment/network.ts';
import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { contextArgument, isOfProgramType, memoryArgument, sizeArgument } from './arguments.ts';
import { deviceOf, neighbourOf, networkOf, routeTo } from './routes.ts';
import { Skb } from './skb/skb.ts';
import { skBuff } from './skb/sk-buff.ts';

/** bpf_fib_lookup (net/core/filter.c) on the devices, routes and neighbours of the environment. */

/** Offsets in struct bpf_fib_lookup. */
const fib = {
  family: 0,
  /** Given: the packet's length; given back: the MTU of the route. */
  totalLength: 6,
  ifindex: 8,
  metric: 12,
  source: 16,
  destination: 32,
  vlanProtocol: 48,
  vlanTci: 50,
  table: 48,
  sourceMac: 52,
  destinationMac: 58,
  sizeOf: 64,
} as const;

const flag = { direct: 1, output: 2, skipNeighbour: 4, table: 8, source: 16, mark: 32 } as const;
const knownFlags = 0x3fn;

/** BPF_FIB_LKUP_RET_* */
const answer = {
  success: 0,
  blackhole: 1,
  unreachable: 2,
  prohibit: 3,
  notForwarded: 4,
  forwardingDisabled: 5,
  noNeighbour: 7,
  fragmentationNeeded: 8,
  noSourceAddress: 9,
} as const;

const ipv4 = 2;
const ipv6 = 10;
const mainTable = 254;
/** Bytes of header in front of what an MTU counts; of a VLAN tag besides. */
const linkHeader = 14;
const vlanHeader = 4;

interface Query {
  readonly machine: Machine;
  readonly network: NetworkEnvironment;
  /** Linear offset of struct bpf_fib_lookup. */
  readonly at: number;
  readonly flags: number;
  readonly addressSize: 4 | 16;
  readonly checksMtu: boolean;
}

const name = 'bpf_fib_lookup';
const types = ['xdp', 'sched_cls', 'sched_act'];

function call(machine: Machine): Outcome {
  if (!isOfProgramType(machine, types, `${name}#69`) || !contextArgument(machine, 1)) return outcome.fault;
  const size = sizeArgument(machine, 3, false);
  if (size < 0) return outcome.fault;
  const at = memoryArgument(machine, 2, size, 'write', 'memory');
  if (at < 0) return outcome.fault;
  const flags = machine.register(4);
  if (size < fib.sizeOf || (flags & ~knownFlags) !== 0n) return machine.answer(-errno.EINVAL);
  const { view } = machine.memory;
  const family = view.getUint8(at + fib.family);
  if (family !== ipv4 && family !== ipv6) return machine.answer(-errno.EAFNOSUPPORT);
  const isXdp = machine.programType === 'xdp';
  const query: Query = {
    machine,
    network: networkOf(machine, name),
    at,
    flags: Number(flags),
    addressSize: family === ipv4 ? 4 : 16,
    checksMtu: isXdp || view.getUint16(at + fib.totalLength, true) !== 0,
  };
  const result = lookUp(query);
  return machine.answer(result === answer.success && !query.checksMtu ? checkSkb(query) : result);
}

function lookUp(query: Query): number {
  const { machine, network, at, flags, addressSize } = query;
  const { view } = machine.memory;
  const source = addressAt(query, fib.source);
  const destination = addressAt(query, fib.destination);
  if (addressSize === 16 && (isStrict(destination) || isStrict(source))) return answer.notForwarded;
  const ifindex = view.getUint32(at + fib.ifindex, true);
  const device = deviceOf(network, ifindex);
  if (device === undefined) return -errno.ENODEV;
  if (!device.forwarding) return answer.forwardingDisabled;
  const output = (flags & flag.output) === 0 ? undefined : ifindex;
  const route = routeTo(network, destination, tableOf(query), output);
  const target = route?.device === undefined ? undefined : deviceOf(network, route.device);
  switch (route?.type) {
    case 'blackhole':
      return answer.blackhole;
    case 'unreachable':
      return answer.unreachable;
    case 'prohibit':
      return answer.prohibit;
    case 'unicast':
      return target === undefined ? answer.notForwarded : forward(query, route, target, destination);
    default:
      return answer.notForwarded;
  }
}

/** rt6_need_strict: multicast, link-local and loopback addresses are not forwarded. */
function isStrict(address: IpAddress): boolean {
  const [first = 0, second = 0] = address;
  if (first === 0xff || (first === 0xfe && (second & 0xc0) === 0x80)) return true;
  return address.every((byte, i) => byte === (i === 15 ? 1 : 0));
}

function addressAt({ machine, at, addressSize }: Query, offset: number): IpAddress {
  return machine.memory.bytes.slice(at + offset, at + offset + addressSize);
}

/** BPF_FIB_LOOKUP_DIRECT skips the rules; undefined: the tables as the rules have them. */
function tableOf({ machine, at, flags }: Query): number | undefined {
  if ((flags & flag.direct) === 0) return undefined;
  if ((flags & flag.table) === 0) return mainTable;
  const { view } = machine.memory;
  const table = view.getUint32(at + fib.table, true);
  view.setUint32(at + fib.table, 0, true);
  return table;
}

function forward(query: Query, route: NetworkRoute, target: NetworkDevice, destination: IpAddress): number {
  const { machine, network, at, flags } = query;
  const { view, bytes } = machine.memory;
  const mtu = query.checksMtu ? (route.mtu ?? target.mtu) : 0;
  if (mtu > 0 && view.getUint16(at + fib.totalLength, true) > mtu) {
    view.setUint16(at + fib.totalLength, mtu, true);
    return answer.fragmentationNeeded;
  }
  view.setUint32(at + fib.metric, route.metric, true);
  view.setUint32(at + fib.ifindex, target.ifindex, true);
  const next = route.gateway ?? destination;
  if ((flags & flag.source) !== 0 && query.addressSize === 4) storeSource(query, route);
  placeNextHop(query, next);
  if ((flags & flag.source) !== 0 && query.addressSize === 16 && !storeSource(query, route))
    return answer.noSourceAddress;
  if ((flags & flag.skipNeighbour) === 0) {
    const neighbour = neighbourOf(network, next, target.ifindex);
    if (neighbour?.mac === undefined) return answer.noNeighbour;
    bytes.set(neighbour.mac, at + fib.destinationMac);
    bytes.set(target.mac, at + fib.sourceMac);
  }
  view.setUint16(at + fib.vlanProtocol, 0, true);
  view.setUint16(at + fib.vlanTci, 0, true);
  if (mtu > 0) view.setUint16(at + fib.totalLength, mtu, true);
  return answer.success;
}

function placeNextHop({ machine, at, addressSize }: Query, next: IpAddress): void {
  // The next hop of an IPv4 route may have an IPv6 address.
  if (next.length > addressSize) machine.memory.view.setUint8(at + fib.family, ipv6);
  machine.memory.bytes.set(next, at + fib.destination);
}

/** The route's preferred source address: without one an IPv4 lookup gives 0.0.0.0, one of IPv6 fails. */
function storeSource({ machine, at, addressSize }: Query, { source }: NetworkRoute): boolean {
  machine.memory.bytes.set(source ?? new Uint8Array(addressSize), at + fib.source);
  if (source !== undefined) return true;
  machine.emitNote(name, 'the environment gives the route no source address');
  return false;
}

/** is_skb_forwardable: without a length it is the packet that has to fit the device. */
function checkSkb({ machine, network, at }: Query): number {
  const { view } = machine.memory;
  const device = deviceOf(network, view.getUint32(at + fib.ifindex, true));
  if (device === undefined) return -errno.ENODEV;
  const skb = new Skb(machine);
  const fits = skb.field(skBuff.len) <= device.mtu + linkHeader + vlanHeader || skb.field(skBuff.gsoSize) > 0;
  view.setUint16(at + fib.totalLength, device.mtu & 0xffff, true);
  return device.up && fits ? answer.success : answer.fragmentationNeeded;
}

/** BPF_MTU_CHK_RET_FRAG_NEEDED, BPF_MTU_CHK_RET_SEGS_TOOBIG and BPF_MTU_CHK_SEGS */
const tooLong = 1;
const segmentsTooLong = 2;
const checkSegments = 1n;

/** bpf_check_mtu: whether the packet, longer by R4 bytes, fits the device. */
function checkMtu(machine: Machine): Outcome {
  const helper = 'bpf_check_mtu';
  if (!isOfProgramType(machine, types, `${helper}#163`) || !contextArgument(machine, 1)) return outcome.fault;
  const at = memoryArgument(machine, 3, 4, 'write', 'memory');
  if (at < 0) return outcome.fault;
  const { view } = machine.memory;
  const isXdp = machine.programType === 'xdp';
  const flags = machine.register(5);
  const given = view.getUint32(at, true);
  const change = Number(BigInt.asIntN(32, machine.register(4)));
  const segments = flags === checkSegments && !isXdp;
  if (flags !== 0n && !segments) return machine.answer(-errno.EINVAL);
  if (segments && (change !== 0 || given !== 0)) return machine.answer(-errno.EINVAL);
  const ifindex = Number(machine.register(2) & 0xffffffffn);
  const context = packetOf(machine);
  const device = deviceOf(networkOf(machine, helper), ifindex === 0 ? context.ifindex : ifindex);
  if (device === undefined) return machine.answer(-errno.ENODEV);
  const length = ((given === 0 ? context.length : given + linkHeader) + change) | 0;
  view.setUint32(at, device.mtu, true);
  if (length <= device.mtu + linkHeader) return machine.answer(0);
  if (isXdp || context.segment === 0) return machine.answer(tooLong);
  return machine.answer(segments && context.segment > device.mtu ? segmentsTooLong : 0);
}

interface PacketFacts {
  readonly length: number;
  readonly ifindex: number;
  /** gso_size; 0 for a packet that is none of many segments. */
  readonly segment: number;
}

function packetOf(machine: Machine): PacketFacts {
  const skb = new Skb(machine);
  // struct xdp_md: data, data_end, data_meta, ingress_ifindex.
  if (machine.programType === 'xdp')
    return { length: skb.field(4) - skb.field(0), ifindex: skb.field(12), segment: 0 };
  return {
    length: skb.field(skBuff.len),
    ifindex: skb.field(skBuff.ifindex),
    segment: skb.field(skBuff.gsoSize),
  };
}

export const routeHelpers: readonly Helper[] = [
  { id: 69, name, call, answer: 'environment' },
  { id: 163, name: 'bpf_check_mtu', call: checkMtu, answer: 'environment' },
];
