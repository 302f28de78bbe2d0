import { ByteReader } from '../base/byte-reader.ts';
import { attempt, raise, type Place, type Result } from '../base/problem.ts';

/** LINKTYPE_ETHERNET of the pcap formats. */
const ethernet = 1;
/** Other link types that are met often, by name. */
const linkTypes: Readonly<Record<number, string>> = {
  0: 'BSD loopback',
  101: 'raw IP',
  105: 'IEEE 802.11',
  113: 'Linux cooked',
  127: 'IEEE 802.11 radiotap',
  228: 'raw IPv4',
  229: 'raw IPv6',
  276: 'Linux cooked v2',
};

const pcapMagic = { microseconds: 0xa1b2c3d4, nanoseconds: 0xa1b23c4d } as const;
const sectionHeader = 0x0a0d0d0a;
const byteOrderMagic = 0x1a2b3c4d;
const block = { interface: 1, simplePacket: 3, enhancedPacket: 6 } as const;

/**
 * One packet of a capture file, counted from 1 as Wireshark and tcpdump do. pcap in both byte orders and pcapng;
 * Ethernet only.
 */
export function packetFromCapture(bytes: Uint8Array, number: number, place: Place = {}): Result<Uint8Array> {
  return attempt(() => {
    const input = new CaptureReader(bytes, place);
    let count = 0;
    for (const packet of isPcapng(bytes) ? pcapngPackets(input) : pcapPackets(input)) {
      count++;
      if (count < number) continue;
      if (packet.linkType !== ethernet) {
        const name = linkTypes[packet.linkType] ?? 'unknown';
        raise(
          'unsupported-link-type',
          `packet ${number} is of link type ${packet.linkType} (${name}), not Ethernet`,
          place,
        );
      }
      return packet.bytes;
    }
    return raise('no-such-packet', `the capture has ${count} packets, there is no packet ${number}`, place);
  }, place);
}

interface CapturedPacket {
  readonly linkType: number;
  readonly bytes: Uint8Array;
}

/** Reads in the byte order of the file, which may change from section to section. */
class CaptureReader {
  readonly #reader: ByteReader;
  bigEndian = false;

  constructor(bytes: Uint8Array, place: Place) {
    this.#reader = new ByteReader(bytes, place);
  }

  get length(): number {
    return this.#reader.length;
  }

  u16(offset: number, what: string): number {
    const value = this.#reader.u16(offset, what);
    return this.bigEndian ? ((value & 0xff) << 8) | (value >> 8) : value;
  }

  u32(offset: number, what: string): number {
    const value = this.#reader.u32(offset, what);
    return this.bigEndian ? swap32(value) : value;
  }

  slice(offset: number, size: number, what: string): Uint8Array {
    return this.#reader.slice(offset, size, what);
  }

  wrong(code: string, message: string, offset: number): never {
    return raise(code, message, this.#reader.at(offset));
  }
}

function swap32(value: number): number {
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}

function isPcapng(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === sectionHeader
  );
}

/** A header of 24 bytes, then packets with headers of 16 bytes. */
function* pcapPackets(input: CaptureReader): Generator<CapturedPacket> {
  const magic = input.u32(0, 'a capture file');
  input.bigEndian = magic === swap32(pcapMagic.microseconds) || magic === swap32(pcapMagic.nanoseconds);
  const known = Object.values<number>(pcapMagic);
  if (!known.includes(magic) && !input.bigEndian)
    input.wrong('not-a-capture', 'the file is neither pcap nor pcapng', 0);
  const linkType = input.u32(20, 'the pcap header') & 0xffff;
  for (let at = 24; at < input.length;) {
    const size = input.u32(at + 8, 'a packet header');
    input.u32(at + 12, 'a packet header');
    yield { linkType, bytes: input.slice(at + 16, size, 'a packet') };
    at += 16 + size;
  }
}

/** Blocks of type, length, body, length again: draft-ietf-opsawg-pcapng. */
function* pcapngPackets(input: CaptureReader): Generator<CapturedPacket> {
  let interfaces: { readonly linkType: number; readonly snapLength: number }[] = [];
  for (let at = 0; at < input.length;) {
    if (input.u32(at, 'a block') === sectionHeader) {
      input.bigEndian = false;
      const order = input.u32(at + 8, 'a section header');
      input.bigEndian = order === swap32(byteOrderMagic);
      if (!input.bigEndian && order !== byteOrderMagic)
        input.wrong('bad-capture', 'the section header has no byte-order magic', at + 8);
      interfaces = [];
    }
    const type = input.u32(at, 'a block');
    const length = input.u32(at + 4, 'a block');
    if (length < 12 || length % 4 !== 0) input.wrong('bad-capture', `a block has length ${length}`, at + 4);
    input.slice(at, length, 'a block');
    const bodySize = length - 12;
    if (type === block.interface) {
      interfaces.push({
        linkType: input.u16(at + 8, 'an interface description'),
        snapLength: input.u32(at + 12, 'an interface description'),
      });
    }
    const packet = packetBlock(input, type, at, bodySize);
    if (packet !== undefined) {
      const owner = interfaces[packet.owner];
      if (owner === undefined)
        input.wrong('bad-capture', `a packet is of interface ${packet.owner}, which is not described`, at);
      const snapped =
        packet.snapped && owner.snapLength > 0 ? Math.min(packet.size, owner.snapLength) : packet.size;
      if (snapped > bodySize - packet.header)
        input.wrong('bad-capture', 'a packet is longer than its block', at);
      yield { linkType: owner.linkType, bytes: input.slice(at + 8 + packet.header, snapped, 'a packet') };
    }
    at += length;
  }
}

interface PacketBlock {
  readonly owner: number;
  readonly header: number;
  readonly size: number;
  /** The size is that on the wire: the interface's snap length cuts it. */
  readonly snapped: boolean;
}

function packetBlock(
  input: CaptureReader,
  type: number,
  at: number,
  bodySize: number,
): PacketBlock | undefined {
  if (type === block.enhancedPacket && bodySize >= 20) {
    const owner = input.u32(at + 8, 'a packet block');
    return { owner, header: 20, size: input.u32(at + 20, 'a packet block'), snapped: false };
  }
  if (type === block.simplePacket && bodySize >= 4)
    return { owner: 0, header: 4, size: input.u32(at + 8, 'a packet block'), snapped: true };
  return undefined;
}
