import type { LinearMemory } from '../memory/linear-memory.ts';

/** BPF_RINGBUF_HDR_SZ: length with its two bits u32, page offset u32. */
export const recordHeaderSize = 8;
/** BPF_RINGBUF_BUSY_BIT, BPF_RINGBUF_DISCARD_BIT. */
export const recordBit = { busy: 0x8000_0000, discard: 0x4000_0000 } as const;

/** Offsets in the block of a ring: positions u64; where the data lie, bytes there are, whether it is being drained u32. */
const field = {
  consumer: 0,
  producer: 8,
  pending: 16,
  data: 24,
  allocated: 28,
  busy: 32,
  sizeOf: 40,
} as const;

const firstAllocation = 0x4000;

export interface RingRecord {
  /** Position of the header: bytes since the ring was made. */
  readonly position: number;
  readonly size: number;
  readonly state: 'busy' | 'discarded' | 'submitted';
  /** Linear offset of the bytes. */
  readonly linear: number;
}

/**
 * The bytes of a ring buffer as the kernel has them: records behind 8-byte headers, at positions that only grow. The
 * kernel maps the data twice, one behind the other, so that all records are in one piece; here the one record that
 * runs over the end continues in a second half, and is copied when it begins and ends. Memory grows with use.
 */
export class RingStorage {
  readonly #memory: LinearMemory;
  readonly #block: number;
  /** A power of two. */
  readonly size: number;
  /** Told when the data move: old and new linear offset. */
  readonly #onMove: (from: number, to: number, size: number) => void;

  constructor(memory: LinearMemory, size: number, onMove: (from: number, to: number, size: number) => void) {
    this.#memory = memory;
    this.size = size;
    this.#onMove = onMove;
    this.#block = memory.allocate(field.sizeOf);
  }

  #position(at: number): number {
    return Number(this.#memory.view.getBigUint64(this.#block + at, true));
  }

  #setPosition(at: number, value: number): void {
    this.#memory.view.setBigUint64(this.#block + at, BigInt(value), true);
  }

  get consumer(): number {
    return this.#position(field.consumer);
  }

  get producer(): number {
    return this.#position(field.producer);
  }

  /** Whether bpf_user_ringbuf_drain is at it. */
  get busy(): boolean {
    return this.#memory.view.getUint32(this.#block + field.busy, true) !== 0;
  }

  set busy(busy: boolean) {
    this.#memory.view.setUint32(this.#block + field.busy, busy ? 1 : 0, true);
  }

  /** Bytes that a record of `size` takes. */
  static space(size: number): number {
    return Math.ceil((size + recordHeaderSize) / 8) * 8;
  }

  /** As __bpf_ringbuf_reserve: position of the new record, which is busy; undefined where there is no room. */
  reserve(size: number): number | undefined {
    const length = RingStorage.space(size);
    if (length > this.size) return undefined;
    const { producer } = this;
    const pending = this.#pass();
    const end = producer + length;
    if (end - this.consumer > this.size - 1 || end - pending > this.size - 1) return undefined;
    this.append(size, recordBit.busy);
    return producer;
  }

  /** Moves the pending position to the oldest record that is busy. */
  #pass(): number {
    let pending = this.#position(field.pending);
    const { producer } = this;
    while (pending < producer) {
      const word = this.#word(pending);
      if (word >= recordBit.busy) break;
      pending += RingStorage.space(word & ~recordBit.discard);
    }
    this.#setPosition(field.pending, pending);
    return pending;
  }

  /** A record at the producer's position, whatever room there is. */
  append(size: number, bits: number): void {
    const { producer } = this;
    const start = producer % this.size;
    const length = RingStorage.space(size);
    this.#ensure(start + length);
    this.#mirror(producer, length, 'out');
    const { view } = this.#memory;
    const at = this.#linear(producer);
    view.setUint32(at, (size | bits) >>> 0, true);
    view.setUint32(at + 4, Math.floor(start / 4096) + metaPages, true);
    this.#setPosition(field.producer, producer + length);
  }

  /** The record is complete. */
  commit(position: number, discard: boolean): void {
    const size = this.sizeAt(position);
    const word = size | (discard ? recordBit.discard : 0);
    this.#memory.view.setUint32(this.#linear(position), word, true);
    this.#mirror(position, RingStorage.space(size), 'back');
  }

  /** Copies the part of a record that runs over the end to or from the second half. */
  #mirror(position: number, length: number, direction: 'out' | 'back'): void {
    const over = (position % this.size) + length - this.size;
    if (over <= 0) return;
    const data = this.#memory.view.getUint32(this.#block + field.data, true);
    const [to, from] = direction === 'out' ? [data + this.size, data] : [data, data + this.size];
    this.#memory.bytes.copyWithin(to, from, from + over);
  }

  #ensure(bytes: number): void {
    const { view } = this.#memory;
    const allocated = view.getUint32(this.#block + field.allocated, true);
    if (bytes <= allocated) return;
    let wanted = Math.max(firstAllocation, allocated);
    while (wanted < bytes) wanted *= 2;
    const old = view.getUint32(this.#block + field.data, true);
    const data = this.#memory.allocate(wanted);
    this.#memory.bytes.copyWithin(data, old, old + allocated);
    this.#memory.view.setUint32(this.#block + field.data, data, true);
    this.#memory.view.setUint32(this.#block + field.allocated, wanted, true);
    if (allocated > 0) {
      this.#memory.free(old, allocated);
      this.#onMove(old, data, allocated);
    }
  }

  #linear(position: number): number {
    return this.#memory.view.getUint32(this.#block + field.data, true) + (position % this.size);
  }

  #word(position: number): number {
    return this.#memory.view.getUint32(this.#linear(position), true);
  }

  /** Position of the record whose bytes begin at a linear offset. */
  positionOf(linear: number): number {
    const offset = linear - recordHeaderSize - this.#linear(0);
    const { producer } = this;
    const position = Math.floor(producer / this.size) * this.size + offset;
    return position < producer ? position : position - this.size;
  }

  /** Bytes of the record at a position. */
  sizeAt(position: number): number {
    return this.#word(position) & ~(recordBit.busy | recordBit.discard);
  }

  /** The record at a position, which there must be. */
  recordAt(position: number): RingRecord {
    const word = this.#word(position);
    const state =
      word >= recordBit.busy ? 'busy' : (word & recordBit.discard) !== 0 ? 'discarded' : 'submitted';
    return {
      position,
      size: this.sizeAt(position),
      state,
      linear: this.#linear(position) + recordHeaderSize,
    };
  }

  /** Records from the consumer's position on, oldest first. */
  *records(): Generator<RingRecord> {
    const { producer } = this;
    for (let position = this.consumer; position < producer;) {
      const record = this.recordAt(position);
      yield record;
      position += RingStorage.space(record.size);
    }
  }

  /** The consumer has taken the record at its position. */
  consume(): void {
    const { consumer } = this;
    this.#setPosition(field.consumer, consumer + RingStorage.space(this.sizeAt(consumer)));
  }
}

/** Pages in front of the data, as records count them: struct bpf_ringbuf and the two positions, on x86_64. */
const metaPages = 3;
