import type {
  IpAddress,
  NetworkDevice,
  NetworkEnvironment,
  NetworkNeighbour,
  NetworkRoute,
} from '../environment/network.ts';
import { defaultNetwork } from '../environment/network.ts';
import type { Machine } from '../machine/machine.ts';

/** The network of the environment; a note where it says nothing. */
export function networkOf(machine: Machine, helper: string): NetworkEnvironment {
  const { network } = machine.environment;
  if (network === undefined)
    machine.emitNote(helper, 'the environment has no network: there is only the loopback device');
  return network ?? defaultNetwork;
}

export function deviceOf(network: NetworkEnvironment, ifindex: number): NetworkDevice | undefined {
  return network.devices.find((device) => device.ifindex === ifindex);
}

export function sameAddress(a: IpAddress, b: IpAddress): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function neighbourOf(
  network: NetworkEnvironment,
  address: IpAddress,
  ifindex: number,
): NetworkNeighbour | undefined {
  return network.neighbours.find(
    (neighbour) => neighbour.device === ifindex && sameAddress(neighbour.address, address),
  );
}

function covers({ destination, prefixLength }: NetworkRoute, address: IpAddress): boolean {
  if (destination.length !== address.length) return false;
  const whole = prefixLength >> 3;
  const mask = 0xff00 >> (prefixLength & 7);
  return address.every((byte, i) => {
    if (i < whole) return byte === destination[i];
    return i > whole || ((byte ^ (destination[i] ?? 0)) & mask & 0xff) === 0;
  });
}

/** RT_TABLE_LOCAL, RT_TABLE_MAIN and RT_TABLE_DEFAULT. */
const tableId = { local: 255, main: 254, default: 253 } as const;

/**
 * What is searched, one after the other, for a table or (undefined) as the rules have it that nobody has changed: until
 * then local and main table of IPv4 are one (fib_trie_table of net/ipv4/fib_trie.c).
 */
function searches(table: number | undefined, ipv4: boolean): readonly (readonly number[])[] {
  const merged = [tableId.local, tableId.main];
  if (table === undefined) return [...(ipv4 ? [merged] : merged.map((one) => [one])), [tableId.default]];
  return [ipv4 && merged.some((one) => one === table) ? merged : [table]];
}

/**
 * The route to an address: the longest prefix, then the local table, then the least metric. `output`: only routes
 * through this interface.
 */
export function routeTo(
  { routes }: NetworkEnvironment,
  address: IpAddress,
  table: number | undefined,
  output: number | undefined,
): NetworkRoute | undefined {
  for (const tables of searches(table, address.length === 4)) {
    const [best] = routes
      .filter((route) => tables.includes(route.table) && covers(route, address))
      .filter(({ device }) => output === undefined || device === undefined || device === output)
      .sort((a, b) => b.prefixLength - a.prefixLength || b.table - a.table || a.metric - b.metric);
    if (best !== undefined) return best;
  }
  return undefined;
}
