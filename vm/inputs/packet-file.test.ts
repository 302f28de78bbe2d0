import { describe, expect, it } from 'vitest';
import { toHex } from '../base/bytes.ts';
import { packetFromCapture } from './packet-file.ts';

type Word = readonly [size: 2 | 4, value: number] | Uint8Array;

function build(littleEndian: boolean, ...words: readonly Word[]): Uint8Array {
  const parts = words.map((word) => {
    if (word instanceof Uint8Array) return word;
    const bytes = new Uint8Array(word[0]);
    const view = new DataView(bytes.buffer);
    if (word[0] === 2) view.setUint16(0, word[1], littleEndian);
    else view.setUint32(0, word[1], littleEndian);
    return bytes;
  });
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

const u32 = (value: number): Word => [4, value];
const u16 = (value: number): Word => [2, value];
const packets = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6, 7, 8)];

function pcap(littleEndian: boolean, { magic = 0xa1b2c3d4, linkType = 1 } = {}): Uint8Array {
  const header = [u32(magic), u16(2), u16(4), u32(0), u32(0), u32(65535), u32(linkType)];
  const records = packets.flatMap((packet) => [
    u32(0),
    u32(0),
    u32(packet.length),
    u32(packet.length),
    packet,
  ]);
  return build(littleEndian, ...header, ...records);
}

function block(littleEndian: boolean, type: number, ...body: readonly Word[]): Uint8Array {
  const bytes = build(littleEndian, ...body);
  const padding = new Uint8Array((4 - (bytes.length % 4)) % 4);
  const length = bytes.length + padding.length + 12;
  return build(littleEndian, u32(type), u32(length), bytes, padding, u32(length));
}

function section(littleEndian: boolean, linkTypes: readonly number[]): Uint8Array[] {
  return [
    block(littleEndian, 0x0a0d0d0a, u32(0x1a2b3c4d), u16(1), u16(0), u32(0xffffffff), u32(0xffffffff)),
    ...linkTypes.map((linkType) => block(littleEndian, 1, u16(linkType), u16(0), u32(3))),
  ];
}

function enhanced(littleEndian: boolean, owner: number, packet: Uint8Array): Uint8Array {
  const { length } = packet;
  return block(littleEndian, 6, u32(owner), u32(0), u32(0), u32(length), u32(length), packet);
}

function packetOf(capture: Uint8Array, number: number): string {
  const result = packetFromCapture(capture, number, { file: 'c.pcap' });
  return result.ok ? toHex(result.value) : `${result.problem.code}: ${result.problem.message}`;
}

describe.each([true, false])('little-endian %s', (littleEndian) => {
  it.each([0xa1b2c3d4, 0xa1b23c4d])('pcap with magic %i', (magic) => {
    const capture = pcap(littleEndian, { magic });
    expect([1, 2].map((number) => packetOf(capture, number))).toEqual(['010203', '0405060708']);
    expect(packetOf(capture, 3)).toBe('no-such-packet: the capture has 2 packets, there is no packet 3');
  });

  it('pcapng: enhanced and simple packets, several sections and interfaces, blocks of other types', () => {
    const capture = build(
      true,
      ...section(littleEndian, [101, 1]),
      block(littleEndian, 5, u32(0)),
      enhanced(littleEndian, 1, packets[0]!),
      enhanced(littleEndian, 0, packets[0]!),
      ...section(!littleEndian, [1]),
      block(!littleEndian, 3, u32(5), packets[1]!.slice(0, 3)),
      enhanced(!littleEndian, 0, packets[1]!),
    );
    expect([1, 3, 4].map((number) => packetOf(capture, number))).toEqual(['010203', '040506', '0405060708']);
    expect(packetOf(capture, 2)).toBe(
      'unsupported-link-type: packet 2 is of link type 101 (raw IP), not Ethernet',
    );
  });
});

it.each([
  ['nothing', new Uint8Array(), 'truncated'],
  ['text', new TextEncoder().encode('not a capture at all, only text'), 'not-a-capture'],
  [
    'another link type',
    pcap(true, { linkType: 113 }),
    'unsupported-link-type: packet 1 is of link type 113 (Linux cooked)',
  ],
  ['a cut header', pcap(true).slice(0, 30), 'truncated'],
  ['a cut packet', pcap(true).slice(0, 41), 'truncated'],
  ['a block of length 0', build(true, ...section(true, [1]), u32(6), u32(0), u32(0)), 'bad-capture'],
  ['no interface', build(true, ...section(true, []), enhanced(true, 0, packets[0]!)), 'bad-capture'],
  [
    'a packet beyond its block',
    build(true, ...section(true, [1]), block(true, 6, u32(0), u32(0), u32(0), u32(99), u32(99))),
    'bad-capture',
  ],
])('refuses %s', (_, capture, message) => expect(packetOf(capture, 1)).toContain(message));

it('gives a packet or a problem for every prefix and every flipped byte', () => {
  const capture = build(
    true,
    ...section(true, [1]),
    enhanced(true, 0, packets[0]!),
    ...section(false, [1]),
    enhanced(false, 0, packets[1]!),
  );
  for (const original of [capture, pcap(true), pcap(false)]) {
    for (let i = 0; i < original.length; i++) {
      const flipped = original.slice();
      flipped[i] = ~(flipped[i] ?? 0);
      expect(packetOf(original.slice(0, i), 2)).toMatch(/^([0-9a-f]*$|[a-z-]+: )/);
      expect(packetOf(flipped, 2)).toMatch(/^([0-9a-f]*$|[a-z-]+: )/);
    }
  }
});
