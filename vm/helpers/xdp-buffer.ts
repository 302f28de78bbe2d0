import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { regionBias, regionRow } from '../memory/regions.ts';
import { networkState } from './network-state.ts';

/**
 * The buffer of an XDP program (struct xdp_buff of include/net/xdp.h): a linear part with metadata in front, and
 * fragments of a page each behind it. Programs see the linear part as the packet.
 */

/** XDP_PACKET_HEADROOM of include/uapi/linux/bpf.h. */
export const xdpHeadroom = 256;
/** sizeof(struct xdp_frame) on x86-64: it lies at the start of the headroom, data may not reach it. */
export const xdpFrameSize = 40;
export const ethernetHeaderSize = 14;
export const fragmentSize = 4096;
/** MAX_SKB_FRAGS. */
export const maximumFragments = 17;
/** In front of the fragments: the size of each (u32). */
const fragmentTable = 128;
/** Bytes between the addresses that a packet has before and after its pointers were invalidated. */
const addressStride = 0x2000;
const addressCycle = Math.floor((0x1_0000_0000 - 2 * regionBias) / addressStride);

/** Offsets in struct xdp_md. */
export const xdpMd = { data: 0, dataEnd: 4, dataMeta: 8, ingressIfindex: 12, rxQueueIndex: 16 } as const;

/** Offsets from the start of the packet buffer. */
export interface XdpPlaces {
  readonly meta: number;
  readonly data: number;
  readonly end: number;
}

function context(machine: Machine): number {
  const { view } = machine.memory;
  return view.getUint32(machine.regions.rowOf(view.getUint32(state.ctxRegion, true)) + regionRow.base, true);
}

/** Address of the first byte of the packet buffer, as the program sees it now. */
function bufferAddress(machine: Machine): number {
  const moves = machine.memory.view.getUint32(networkState.packetMoves, true) % addressCycle;
  return regionBias + moves * addressStride;
}

export function xdpPlaces(machine: Machine): XdpPlaces {
  const { view } = machine.memory;
  const base = context(machine);
  const start = bufferAddress(machine);
  const at = (field: number): number => view.getUint32(base + field, true) - start;
  return { meta: at(xdpMd.dataMeta), data: at(xdpMd.data), end: at(xdpMd.dataEnd) };
}

/** Linear offset of the first byte of the packet buffer. */
export function xdpBufferBase(machine: Machine): number {
  return machine.memory.view.getUint32(state.packetBuffer, true);
}

/** End of the linear part at the most: a page, less what skb_shared_info takes at its end on x86-64. */
export const xdpHardEnd = 4096 - 320;

/** The places of a new run's packet, and its fragments. */
export function beginXdp(machine: Machine, places: XdpPlaces, rest: Uint8Array): void {
  machine.memory.view.setUint32(networkState.packetMoves, 0, true);
  placeFragments(machine, rest);
  show(machine, places);
}

/** The pointers that the program has are no more: the packet lies at other addresses from now on, as `places` says. */
export function moveXdp(machine: Machine, places: XdpPlaces): void {
  const { view } = machine.memory;
  const moves = view.getUint32(networkState.packetMoves, true);
  view.setUint32(networkState.packetMoves, moves + 1, true);
  show(machine, places);
}

function show(machine: Machine, { meta, data, end }: XdpPlaces): void {
  const { view } = machine.memory;
  const base = context(machine);
  const start = bufferAddress(machine);
  view.setUint32(base + xdpMd.dataMeta, start + meta, true);
  view.setUint32(base + xdpMd.data, start + data, true);
  view.setUint32(base + xdpMd.dataEnd, start + end, true);
  machine.regions.set(0, {
    kind: 'packet',
    base: xdpBufferBase(machine) + meta,
    start: start + meta,
    size: end - meta,
  });
}

function placeFragments(machine: Machine, rest: Uint8Array): void {
  const { memory } = machine;
  memory.view.setUint32(networkState.fragmentCount, 0, true);
  if (rest.length === 0) return;
  let block = memory.view.getUint32(networkState.fragments, true);
  const size = fragmentTable + maximumFragments * fragmentSize;
  if (block === 0) {
    block = memory.allocate(size);
    memory.view.setUint32(networkState.fragments, block, true);
  }
  memory.bytes.fill(0, block, block + size);
  memory.bytes.set(rest, block + fragmentTable);
  const count = Math.ceil(rest.length / fragmentSize);
  for (let i = 0; i < count; i++) {
    const bytes = Math.min(fragmentSize, rest.length - i * fragmentSize);
    memory.view.setUint32(block + 4 * i, bytes, true);
  }
  memory.view.setUint32(networkState.fragmentCount, count, true);
}

/** A part of the buffer in linear memory. */
export interface Piece {
  readonly at: number;
  readonly size: number;
}

/** The fragments; sizes change with `resizeFragment`. */
export function xdpFragments(machine: Machine): readonly Piece[] {
  const { view } = machine.memory;
  const block = view.getUint32(networkState.fragments, true);
  return Array.from({ length: view.getUint32(networkState.fragmentCount, true) }, (_, i) => ({
    at: block + fragmentTable + i * fragmentSize,
    size: view.getUint32(block + 4 * i, true),
  }));
}

/** Fragments of size 0 at the end are freed. */
export function resizeFragment(machine: Machine, index: number, size: number): void {
  const { view } = machine.memory;
  view.setUint32(view.getUint32(networkState.fragments, true) + 4 * index, size, true);
  if (size === 0) view.setUint32(networkState.fragmentCount, index, true);
}

/** xdp_get_buff_len. */
export function xdpLength(machine: Machine): number {
  const { data, end } = xdpPlaces(machine);
  return xdpFragments(machine).reduce((sum, { size }) => sum + size, end - data);
}

/** Where `length` bytes at `offset` of the data lie: they have to be there. */
export function xdpPieces(machine: Machine, offset: number, length: number): Piece[] {
  const { data, end } = xdpPlaces(machine);
  const pieces: Piece[] = [];
  let from = offset;
  let left = length;
  for (const { at, size } of [
    { at: xdpBufferBase(machine) + data, size: end - data },
    ...xdpFragments(machine),
  ]) {
    const taken = Math.min(Math.max(size - from, 0), left);
    if (taken > 0) pieces.push({ at: at + from, size: taken });
    left -= taken;
    from = Math.max(from - size, 0);
  }
  return pieces;
}
