import {
  defaultNetwork,
  loopbackDevice,
  routeTypes,
  socketStates,
  type NetworkDevice,
  type NetworkEnvironment,
  type NetworkNeighbour,
  type NetworkRoute,
  type NetworkSocket,
} from '../environment/network.ts';
import { tcpSockMembers } from '../helpers/socket-layout.ts';
import {
  describe,
  integerOf,
  listOf,
  memberPath,
  membersOf,
  numberOf,
  optional,
  textOf,
  wrong,
} from './checked.ts';
import { ipAddress, ipPrefix, macAddress, socketAddress } from './ip-address.ts';

const u32 = numberOf(0, 0xffffffff);
const ifindex = numberOf(1, 0x7fffffff);
const networkMembers = ['devices', 'routes', 'neighbours', 'sockets', 'netnsCookie'];

/** `environment.network` of a scenario (`network-json.ts`). Raises `bad-scenario`. */
export function readNetwork(value: unknown, path: string): NetworkEnvironment {
  const members = membersOf(value, path, networkMembers);
  const list = <T>(name: string, read: (item: unknown, at: string, i: number) => T): readonly T[] =>
    optional(members, name, path, (items, at) =>
      listOf(items, at).map((item, i) => read(item, `${at}[${i}]`, i)),
    ) ?? [];
  const given = list('devices', readDevice);
  const devices = given.some((device) => device.ifindex === 1) ? given : [loopbackDevice, ...given];
  return {
    devices,
    routes: list('routes', readRoute),
    neighbours: list('neighbours', readNeighbour),
    sockets: list('sockets', readSocket),
    netnsCookie: optional(members, 'netnsCookie', path, u64) ?? defaultNetwork.netnsCookie,
  };
}

function u64(value: unknown, path: string): bigint {
  const integer = integerOf(value, path);
  if (integer < 0n || integer >= 1n << 64n) wrong(path, `${integer} does not fit 64 bits`);
  return integer;
}

function flagOf(value: unknown, path: string): boolean {
  return typeof value === 'boolean'
    ? value
    : wrong(path, `true or false was expected, found ${describe(value)}`);
}

function oneOf<T extends string>(names: readonly T[]): (value: unknown, path: string) => T {
  return (value, path) => {
    const text = textOf(value, path);
    return names.find((name) => name === text) ?? wrong(path, `"${text}" is none of ${names.join(', ')}`);
  };
}

const ip = (value: unknown, path: string): Uint8Array => ipAddress(textOf(value, path), path);
const mac = (value: unknown, path: string): Uint8Array => macAddress(textOf(value, path), path);

function readDevice(value: unknown, path: string): NetworkDevice {
  const members = membersOf(value, path, ['ifindex', 'name', 'mtu', 'up', 'mac', 'forwarding']);
  const index = ifindex(members['ifindex'], memberPath(path, 'ifindex'));
  const standard = index === 1 ? loopbackDevice : { ...loopbackDevice, name: `if${index}`, mtu: 1500 };
  return {
    ifindex: index,
    name: optional(members, 'name', path, textOf) ?? standard.name,
    mtu: optional(members, 'mtu', path, u32) ?? standard.mtu,
    up: optional(members, 'up', path, flagOf) ?? true,
    mac: optional(members, 'mac', path, mac) ?? standard.mac,
    forwarding: optional(members, 'forwarding', path, flagOf) ?? false,
  };
}

const leadsNowhere: readonly string[] = ['blackhole', 'unreachable', 'prohibit'];

function readRoute(value: unknown, path: string): NetworkRoute {
  const names = ['to', 'type', 'device', 'via', 'source', 'mtu', 'metric', 'table'];
  const members = membersOf(value, path, names);
  const toPath = memberPath(path, 'to');
  const { address, length } = ipPrefix(textOf(members['to'], toPath), toPath);
  const type = optional(members, 'type', path, oneOf(routeTypes)) ?? 'unicast';
  const device = optional(members, 'device', path, ifindex);
  if (device === undefined && !leadsNowhere.includes(type))
    wrong(path, `a route of type ${type} needs a device`);
  const local = type === 'local' || type === 'broadcast';
  return {
    destination: address,
    prefixLength: length,
    type,
    device,
    gateway: optional(members, 'via', path, ip),
    source: optional(members, 'source', path, ip),
    mtu: optional(members, 'mtu', path, u32),
    metric: optional(members, 'metric', path, u32) ?? (address.length === 16 ? 1024 : 0),
    table: optional(members, 'table', path, u32) ?? (local ? 255 : 254),
  };
}

function readNeighbour(value: unknown, path: string): NetworkNeighbour {
  const members = membersOf(value, path, ['address', 'device', 'mac']);
  return {
    address: ip(members['address'], memberPath(path, 'address')),
    device: ifindex(members['device'], memberPath(path, 'device')),
    mac: optional(members, 'mac', path, mac),
  };
}

const socketMembers = [
  'protocol',
  'local',
  'remote',
  'state',
  'boundDevice',
  'mark',
  'priority',
  'cookie',
  'uid',
  'cgroupIds',
  'rxQueue',
  'reuseport',
  'tcp',
];

function readSocket(value: unknown, path: string, number: number): NetworkSocket {
  const members = membersOf(value, path, socketMembers);
  const end = (name: string): { address: Uint8Array; port: number } | undefined =>
    optional(members, name, path, (text, at) => socketAddress(textOf(text, at), at));
  const protocol = oneOf(['tcp', 'udp'])(members['protocol'], memberPath(path, 'protocol'));
  const local = end('local') ?? wrong(memberPath(path, 'local'), 'the address is missing');
  const remote = end('remote');
  if (remote !== undefined && remote.address.length !== local.address.length)
    wrong(path, 'local and remote address are of different families');
  const unconnected = protocol === 'tcp' ? 'listen' : 'close';
  return {
    protocol,
    local: local.address,
    localPort: local.port,
    remote: remote?.address ?? new Uint8Array(local.address.length),
    remotePort: remote?.port ?? 0,
    state: optional(members, 'state', path, oneOf(socketStates)) ?? (remote ? 'established' : unconnected),
    boundDevice: optional(members, 'boundDevice', path, u32) ?? 0,
    mark: optional(members, 'mark', path, u32) ?? 0,
    priority: optional(members, 'priority', path, u32) ?? 0,
    cookie: optional(members, 'cookie', path, u64) ?? BigInt(number + 1),
    uid: optional(members, 'uid', path, u32) ?? 0,
    cgroupIds:
      optional(members, 'cgroupIds', path, (ids, at) =>
        listOf(ids, at).map((id, i) => u64(id, `${at}[${i}]`)),
      ) ?? [],
    rxQueue: optional(members, 'rxQueue', path, numberOf(-1, 0x7fffffff)) ?? -1,
    reuseport: optional(members, 'reuseport', path, flagOf) ?? false,
    tcp: optional(members, 'tcp', path, readTcp) ?? {},
  };
}

function readTcp(value: unknown, path: string): Readonly<Record<string, bigint>> {
  const members = membersOf(value, path, Object.keys(tcpSockMembers));
  return Object.fromEntries(
    Object.entries(members).map(([name, number]) => [name, u64(number, memberPath(path, name))]),
  );
}
