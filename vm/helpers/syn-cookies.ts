import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { hashKey } from '../maps/jhash.ts';
import { isOfProgramType, memoryArgument, sizeArgument } from './arguments.ts';
import { isFull, socketArgument, stateOf } from './sockets.ts';

/**
 * SYN cookies (net/ipv4/syncookies.c, net/core/filter.c): form and checks are the kernel's. Its secret is random; here
 * the environment's seed of random numbers is it, and another hash is taken. A listener of the environment is never
 * short of memory: it gives no cookies and knows none.
 */

const types = ['xdp', 'sched_cls', 'sched_act'];

/** Offsets in struct tcphdr. */
const tcp = { ports: 0, sequence: 4, acknowledged: 8, dataOffset: 12, flags: 13, sizeOf: 20 } as const;
const tcpFlag = { fin: 1, syn: 2, rst: 4, ack: 16 } as const;

interface Family {
  readonly headerSize: number;
  /** Where source and destination address lie in the IP header, and their size together. */
  readonly addresses: number;
  readonly addressesSize: number;
  readonly defaultMss: number;
  /** msstab: what a cookie can say. */
  readonly sizes: readonly number[];
}

const ipv4: Family = {
  headerSize: 20,
  addresses: 12,
  addressesSize: 8,
  defaultMss: 536,
  sizes: [536, 1300, 1440, 1460],
};
const ipv6: Family = {
  headerSize: 40,
  addresses: 8,
  addressesSize: 32,
  defaultMss: 1220,
  sizes: [1220, 1420, 1440, 8940],
};

/** Bits of a cookie that are not its minute. */
const cookieBits = 24;
const cookieMask = 0xffffff;
const nsPerMinute = 60_000_000_000n;

function minute(machine: Machine): number {
  return Number(BigInt.asUintN(32, machine.timeNs / nsPerMinute));
}

/** cookie_hash over addresses, ports, a count and which of the two hashes it is. */
function cookieHash(
  machine: Machine,
  family: Family,
  ip: number,
  header: number,
  count: number,
  which: number,
): number {
  const { addresses, addressesSize } = family;
  const { bytes } = machine.memory;
  const input = new Uint8Array(addressesSize + 12);
  input.set(bytes.subarray(ip + addresses, ip + addresses + addressesSize));
  input.set(bytes.subarray(header + tcp.ports, header + tcp.ports + 4), addressesSize);
  const view = new DataView(input.buffer);
  view.setUint32(addressesSize + 4, count, true);
  view.setUint32(addressesSize + 8, which, true);
  return hashKey(view, 0, input.length, machine.environment.randomSeed);
}

function generate(machine: Machine, id: number, name: string, family: Family): Outcome {
  if (!isOfProgramType(machine, types, `${name}#${id}`)) return outcome.fault;
  const ip = memoryArgument(machine, 1, family.headerSize, 'read', 'memory');
  if (ip < 0) return outcome.fault;
  const size = sizeArgument(machine, 3, true);
  if (size < 0) return outcome.fault;
  const header = memoryArgument(machine, 2, size, 'read', 'memory');
  if (header < 0) return outcome.fault;
  const { view } = machine.memory;
  if (size < tcp.sizeOf || size !== headerLength(view, header)) return machine.answer(-errno.EINVAL);
  const wanted = mssOption(view, header, size) || family.defaultMss;
  const index = Math.max(
    0,
    family.sizes.findLastIndex((mss) => wanted >= mss),
  );
  const now = minute(machine);
  const cookie =
    cookieHash(machine, family, ip, header, 0, 0) +
    view.getUint32(header + tcp.sequence, false) +
    now * 2 ** cookieBits +
    ((cookieHash(machine, family, ip, header, now, 1) + index) & cookieMask);
  return machine.answer((BigInt(family.sizes[index] ?? 0) << 32n) | BigInt.asUintN(32, BigInt(cookie)));
}

function headerLength(view: DataView, header: number): number {
  return (view.getUint8(header + tcp.dataOffset) >> 4) * 4;
}

/** tcp_parse_mss_option: 0 where there is none. */
function mssOption(view: DataView, header: number, size: number): number {
  let mss = 0;
  for (let at = tcp.sizeOf; at < size;) {
    const kind = view.getUint8(header + at);
    if (kind === 0) break;
    if (kind === 1) {
      at++;
      continue;
    }
    const length = at + 1 < size ? view.getUint8(header + at + 1) : 0;
    if (length < 2 || at + length > size) break;
    if (kind === 2 && length === 4) mss = view.getUint16(header + at + 2, false) || mss;
    at += length;
  }
  return mss;
}

function check(machine: Machine, id: number, name: string, family: Family): Outcome {
  if (!isOfProgramType(machine, types, `${name}#${id}`)) return outcome.fault;
  const ip = memoryArgument(machine, 1, family.headerSize, 'read', 'memory');
  if (ip < 0) return outcome.fault;
  const header = memoryArgument(machine, 2, tcp.sizeOf, 'read', 'memory');
  if (header < 0) return outcome.fault;
  const { view } = machine.memory;
  const sequence = view.getUint32(header + tcp.sequence, false) - 1;
  const given = view.getUint32(header + tcp.acknowledged, false) - 1;
  const cookie = (given - cookieHash(machine, family, ip, header, 0, 0) - sequence) >>> 0;
  const now = minute(machine);
  const age = (now - (cookie >>> cookieBits)) & 0xff;
  if (age >= 2) return machine.answer(-errno.EACCES);
  const index = (cookie - cookieHash(machine, family, ip, header, now - age, 1)) & cookieMask;
  return machine.answer(index < family.sizes.length ? 0 : -errno.EACCES);
}

/** R1 a socket, R2 and R3 an IP header, R4 and R5 a TCP header. */
function headersOf(
  machine: Machine,
  label: string,
): { ipSize: number; header: number; tcpSize: number } | undefined {
  if (!isOfProgramType(machine, types, label) || socketArgument(machine, 1) === undefined) return undefined;
  const ipSize = sizeArgument(machine, 3, false);
  if (ipSize < 0 || memoryArgument(machine, 2, ipSize, 'read', 'memory') < 0) return undefined;
  const tcpSize = sizeArgument(machine, 5, false);
  const header = tcpSize < 0 ? -1 : memoryArgument(machine, 4, tcpSize, 'read', 'memory');
  return header < 0 ? undefined : { ipSize, header, tcpSize };
}

function isListener(machine: Machine): boolean {
  const socket = socketArgument(machine, 1)?.socket;
  return socket?.protocol === 'tcp' && isFull(socket) && stateOf(socket) === 'listen';
}

const noCookies = 'the listener has room for connections: it gives no SYN cookies';

function checkOfListener(machine: Machine): Outcome {
  const name = 'bpf_tcp_check_syncookie';
  const headers = headersOf(machine, `${name}#100`);
  if (headers === undefined) return outcome.fault;
  if (headers.tcpSize < tcp.sizeOf || !isListener(machine)) return machine.answer(-errno.EINVAL);
  const flags = machine.memory.view.getUint8(headers.header + tcp.flags);
  if ((flags & (tcpFlag.ack | tcpFlag.rst | tcpFlag.syn)) !== tcpFlag.ack)
    return machine.answer(-errno.ENOENT);
  if (headers.ipSize < ipv4.headerSize) return machine.answer(-errno.EINVAL);
  machine.emitNote(name, noCookies);
  return machine.answer(-errno.ENOENT);
}

function generateOfListener(machine: Machine): Outcome {
  const name = 'bpf_tcp_gen_syncookie';
  const headers = headersOf(machine, `${name}#110`);
  if (headers === undefined) return outcome.fault;
  const { view } = machine.memory;
  const { header, tcpSize, ipSize } = headers;
  if (tcpSize < tcp.sizeOf || tcpSize !== headerLength(view, header)) return machine.answer(-errno.EINVAL);
  const flags = view.getUint8(header + tcp.flags) & (tcpFlag.syn | tcpFlag.ack | tcpFlag.fin | tcpFlag.rst);
  if (!isListener(machine) || flags !== tcpFlag.syn || ipSize < ipv4.headerSize)
    return machine.answer(-errno.EINVAL);
  machine.emitNote(name, noCookies);
  return machine.answer(-errno.ENOENT);
}

function raw(
  id: number,
  name: string,
  family: Family,
  perform: (machine: Machine, id: number, name: string, family: Family) => Outcome,
): Helper {
  return { id, name, call: (machine) => perform(machine, id, name, family), answer: 'environment' };
}

export const synCookieHelpers: readonly Helper[] = [
  { id: 100, name: 'bpf_tcp_check_syncookie', call: checkOfListener, answer: 'environment' },
  { id: 110, name: 'bpf_tcp_gen_syncookie', call: generateOfListener, answer: 'environment' },
  raw(204, 'bpf_tcp_raw_gen_syncookie_ipv4', ipv4, generate),
  raw(205, 'bpf_tcp_raw_gen_syncookie_ipv6', ipv6, generate),
  raw(206, 'bpf_tcp_raw_check_syncookie_ipv4', ipv4, check),
  raw(207, 'bpf_tcp_raw_check_syncookie_ipv6', ipv6, check),
];
