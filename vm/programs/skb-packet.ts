/** What eth_type_trans of net/ethernet/eth.c and test_run find out about a frame. */
export interface FrameFacts {
  /** skb->protocol as the program reads it: network byte order in a little-endian u16. */
  readonly protocol: number;
  /** PACKET_HOST 0, PACKET_BROADCAST 1, PACKET_MULTICAST 2, PACKET_OTHERHOST 3. */
  readonly packetType: number;
  /** AF_INET 2, AF_INET6 10, else 0. */
  readonly family: number;
  /** Source and destination address, 4 or 16 bytes; empty without a family. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}

export const ethernetHeader = 14;
const ethP8023Min = 0x600;
const ethP8023 = 0x0001;
const ethP8022 = 0x0004;
const ethPIp = 0x0800;
const ethPIpv6 = 0x86dd;

/** Bytes of the network header that test_run asks for. */
export function networkHeaderSize(etherType: number): number {
  if (etherType === ethPIp) return 20;
  return etherType === ethPIpv6 ? 40 : 0;
}

/** `loopback`: the device is lo, whose address and broadcast address are zeros. */
export function frameFacts(frame: Uint8Array, loopback: boolean): FrameFacts {
  const type = etherType(frame);
  const network = frame.subarray(ethernetHeader);
  const facts = { protocol: swap16(type), packetType: packetType(frame, loopback) };
  if (type === ethPIp)
    return { ...facts, family: 2, source: network.slice(12, 16), destination: network.slice(16, 20) };
  if (type === ethPIpv6)
    return { ...facts, family: 10, source: network.slice(8, 24), destination: network.slice(24, 40) };
  return { ...facts, family: 0, source: new Uint8Array(), destination: new Uint8Array() };
}

/** As eth_type_trans: below 0x600 it is a length, and the frame is 802.3 (raw IPX: starts with ffff) or 802.2. */
export function etherType(frame: Uint8Array): number {
  const type = big16(frame, 12);
  if (type >= ethP8023Min) return type;
  return frame.length >= ethernetHeader + 2 && big16(frame, ethernetHeader) === 0xffff ? ethP8023 : ethP8022;
}

function packetType(frame: Uint8Array, loopback: boolean): number {
  const address = frame.subarray(0, 6);
  if (((address[0] ?? 0) & 1) === 1) return !loopback && address.every((byte) => byte === 0xff) ? 1 : 2;
  return loopback && address.every((byte) => byte === 0) ? 0 : 3;
}

function big16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}
