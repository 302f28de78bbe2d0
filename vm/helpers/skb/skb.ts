import { alignUp } from '../../base/bytes.ts';
import { state } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import { regionBias, regionRow } from '../../memory/regions.ts';
import { networkState } from '../network-state.ts';
import { ethernetHeaderSize, skBuff } from './sk-buff.ts';

/** Linear offsets of what struct sk_buff has and struct __sk_buff does not show, u32 each. */
const own = {
  /** Places of the headers in the packet buffer, 16 bits. */
  macHeader: state.skb,
  networkHeader: state.skb + 4,
  /** `notSet`, or a place: the kernel moves it with the others even where it is not set, and it looks set from then on. */
  transportHeader: state.skb + 8,
  macLength: state.skb + 12,
  encapsulation: state.skb + 16,
  ipSummed: state.skb + 20,
  checksumLevel: state.skb + 24,
  /** Whether the hash was set, by software. */
  hashSet: state.skb + 28,
  gsoType: state.skb + 32,
  /** Linear offset of the tunnel's metadata (0: never made), and whether the packet has it. */
  tunnel: state.skb + 36,
  hasTunnel: state.skb + 40,
} as const;

export type SkbNumber = keyof typeof own;

const notSet = 0xffff;
/** CHECKSUM_* of include/linux/skbuff.h. */
export const ipSummed = { none: 0, unnecessary: 1 } as const;
/** Bytes between the addresses that a packet has before and after its pointers were invalidated. */
const addressStride = 0x10_0000;
const addressCycle = 2048;
/** A packet of more bytes, headroom included, does not fit between two sets of addresses. */
const largestBuffer = addressStride - 0x2_0000;
/** NET_SKB_PAD: room in front grows by multiples of it. */
const headroomUnit = 64;
/** What a grown buffer gets behind the packet, so that it does not grow at every call. */
const spareRoom = 512;

/**
 * The socket buffer of a run: bytes in one linear buffer with room in front of and behind them, headers by their place.
 * The context and the region of the packet follow every change.
 */
export class Skb {
  readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** Of a new run: the data begin at `data` bytes into the packet buffer, its network header behind an Ethernet header. */
  begin(macHeader: number): void {
    const { memory } = this.machine;
    for (const [name, at] of Object.entries(own)) {
      if (name !== 'tunnel') memory.view.setUint32(at, 0, true);
    }
    memory.view.setUint32(networkState.packetMoves, 0, true);
    this.set('macHeader', macHeader);
    this.set('networkHeader', macHeader + ethernetHeaderSize);
    this.set('transportHeader', notSet);
  }

  get(name: SkbNumber): number {
    return this.machine.memory.view.getUint32(own[name], true);
  }

  set(name: SkbNumber, value: number): void {
    this.machine.memory.view.setUint32(own[name], value, true);
  }

  /** A u32 of the context, by its offset. */
  field(offset: number): number {
    return this.machine.memory.view.getUint32(this.#context + offset, true);
  }

  setField(offset: number, value: number): void {
    this.machine.memory.view.setUint32(this.#context + offset, value, true);
  }

  setByteField(offset: number, value: number): void {
    this.machine.memory.view.setUint8(this.#context + offset, value);
  }

  setWideField(offset: number, value: bigint): void {
    this.machine.memory.view.setBigUint64(this.#context + offset, BigInt.asUintN(64, value), true);
  }

  get #context(): number {
    const { memory, regions } = this.machine;
    return memory.view.getUint32(
      regions.rowOf(memory.view.getUint32(state.ctxRegion, true)) + regionRow.base,
      true,
    );
  }

  get #buffer(): number {
    return this.machine.memory.view.getUint32(state.packetBuffer, true);
  }

  /** Linear offset of the first byte of the data. */
  get data(): number {
    return this.#row(regionRow.base);
  }

  get length(): number {
    return this.#row(regionRow.size);
  }

  /** Linear offset behind the last byte. */
  get end(): number {
    return this.data + this.length;
  }

  #row(field: number): number {
    return this.machine.memory.view.getUint32(this.machine.regions.rowOf(0) + field, true);
  }

  /** Linear offset. */
  get macHeader(): number {
    return this.#buffer + this.get('macHeader');
  }

  /** Linear offset. */
  get networkHeader(): number {
    return this.#buffer + this.get('networkHeader');
  }

  /** skb_network_offset: from the start of the data. */
  get networkOffset(): number {
    return this.networkHeader - this.data;
  }

  /** skb_mac_header_len. */
  get macHeaderLength(): number {
    return this.get('networkHeader') - this.get('macHeader');
  }

  /** From the start of the data; undefined where none was set. */
  get transportOffset(): number | undefined {
    const place = this.get('transportHeader');
    return place === notSet ? undefined : this.#buffer + place - this.data;
  }

  /** The header lies `offset` bytes from the start of the data. */
  setHeader(name: 'macHeader' | 'networkHeader' | 'transportHeader', offset: number): void {
    this.set(name, (this.data - this.#buffer + offset) & 0xffff);
  }

  /** Places have 16 bits. */
  moveHeader(name: 'macHeader' | 'networkHeader' | 'transportHeader', by: number): void {
    this.set(name, (this.get(name) + by) & 0xffff);
  }

  /** skb_reset_mac_len. */
  resetMacLength(): void {
    this.set('macLength', this.macHeaderLength & 0xffff);
  }

  get isGso(): boolean {
    return this.field(skBuff.gsoSize) !== 0;
  }

  /** Whether the machine has the room for a packet of `length` bytes. */
  static fits(length: number): boolean {
    return length + headroomUnit + spareRoom <= largestBuffer;
  }

  /** Puts `count` bytes in front of the data, of any content. */
  push(count: number): void {
    this.#reserve(count, 0);
    this.#place(this.data - count, this.length + count);
  }

  /** Takes `count` bytes from the front. */
  pull(count: number): void {
    this.#place(this.data + count, this.length - count);
  }

  /** New bytes at the end are zeros. */
  resize(length: number): void {
    const added = length - this.length;
    if (added > 0) {
      this.#reserve(0, added);
      this.clear(this.length, added);
    }
    this.#place(this.data, length);
  }

  /** Makes room in front and behind: the bytes move to a bigger buffer where theirs is too small. */
  #reserve(front: number, behind: number): void {
    const { memory } = this.machine;
    const buffer = this.#buffer;
    const size = memory.view.getUint32(state.packetBufferSize, true);
    const headroom = this.data - buffer;
    const more = Math.max(front - headroom, 0);
    if (more === 0 && this.end + behind <= buffer + size) return;
    const shift = alignUp(more, headroomUnit);
    const grown = shift + headroom + this.length + behind + spareRoom;
    const newSize = Math.max(grown, size + shift);
    const moved = memory.allocate(newSize);
    memory.bytes.copyWithin(moved + shift, buffer, buffer + size);
    memory.free(buffer, size);
    memory.view.setUint32(state.packetBuffer, moved, true);
    memory.view.setUint32(state.packetBufferSize, newSize, true);
    for (const name of ['macHeader', 'networkHeader', 'transportHeader'] as const) {
      this.moveHeader(name, shift);
    }
    this.#place(moved + shift + headroom, this.length);
  }

  /** The data are `length` bytes from a linear offset on. */
  #place(data: number, length: number): void {
    const { view } = this.machine.memory;
    const moves = view.getUint32(networkState.packetMoves, true) % addressCycle;
    const start = regionBias + moves * addressStride + data - this.#buffer;
    this.machine.regions.set(0, { kind: 'packet', base: data, start, size: length });
    this.setField(skBuff.len, length);
    this.setField(skBuff.data, start);
    this.setField(skBuff.dataMeta, start);
    this.setField(skBuff.dataEnd, start + length);
  }

  /** The pointers that the program has are no more: the packet lies at other addresses from now on. */
  invalidatePointers(): void {
    const { view } = this.machine.memory;
    view.setUint32(networkState.packetMoves, view.getUint32(networkState.packetMoves, true) + 1, true);
    this.#place(this.data, this.length);
  }

  /** Zeros `count` bytes `offset` bytes into the data. */
  clear(offset: number, count: number): void {
    const at = this.data + offset;
    if (count > 0) this.machine.accessListener?.(at, count, 'write');
    this.machine.memory.bytes.fill(0, at, at + count);
  }

  /** Moves `count` bytes within the data. */
  move(from: number, to: number, count: number): void {
    const { data } = this;
    if (count > 0) this.machine.accessListener?.(data + to, count, 'write');
    this.machine.memory.bytes.copyWithin(data + to, data + from, data + from + count);
  }

  clearHash(): void {
    this.setField(skBuff.hash, 0);
    this.set('hashSet', 0);
  }

  setHash(hash: number): void {
    this.setField(skBuff.hash, hash);
    this.set('hashSet', 1);
  }
}
