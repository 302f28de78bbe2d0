import { raise, type Place } from './problem.ts';

/** Bounds-checked little-endian reads at absolute offsets; a read outside raises `truncated` with its place. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly place: Place;
  readonly #view: DataView;
  /** Added to offsets in error places, where `bytes` is a part of something bigger. */
  readonly #origin: number;

  constructor(bytes: Uint8Array, place: Place = {}, origin = 0) {
    this.bytes = bytes;
    this.place = place;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#origin = origin;
  }

  get length(): number {
    return this.bytes.length;
  }

  /** Raises unless `size` bytes at `offset` are there; `what` names them in the message. */
  need(offset: number, size: number, what: string): void {
    if (offset >= 0 && size >= 0 && offset + size <= this.length) return;
    const whole = this.place.section === undefined ? 'file' : 'section';
    const end = `0x${(this.#origin + this.length).toString(16)}`;
    const bytes = `${size} ${size === 1 ? 'byte' : 'bytes'}`;
    raise('truncated', `${what} takes ${bytes}, but the ${whole} ends at ${end}`, this.at(offset));
  }

  at(offset: number): Place {
    return { ...this.place, offset: this.#origin + offset };
  }

  u8(offset: number, what = 'a u8'): number {
    this.need(offset, 1, what);
    return this.#view.getUint8(offset);
  }

  u16(offset: number, what = 'a u16'): number {
    this.need(offset, 2, what);
    return this.#view.getUint16(offset, true);
  }

  u32(offset: number, what = 'a u32'): number {
    this.need(offset, 4, what);
    return this.#view.getUint32(offset, true);
  }

  i32(offset: number, what = 'an s32'): number {
    this.need(offset, 4, what);
    return this.#view.getInt32(offset, true);
  }

  u64(offset: number, what = 'a u64'): bigint {
    this.need(offset, 8, what);
    return this.#view.getBigUint64(offset, true);
  }

  /** A u64 that has to fit a JavaScript number, as file offsets and sizes do. */
  size(offset: number, what = 'a size'): number {
    const value = this.u64(offset, what);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      raise('bad-size', `${what} is 0x${value.toString(16)}, more than any file holds`, this.at(offset));
    }
    return Number(value);
  }

  slice(offset: number, size: number, what: string): Uint8Array {
    this.need(offset, size, what);
    return this.bytes.subarray(offset, offset + size);
  }

  /** A NUL-terminated UTF-8 string. */
  cstring(offset: number, what = 'a string'): string {
    this.need(offset, 1, what);
    const end = this.bytes.indexOf(0, offset);
    if (end < 0) raise('truncated', `${what} has no terminating NUL`, this.at(offset));
    return decodeUtf8(this.bytes.subarray(offset, end));
  }
}

const decoder = new TextDecoder();

export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
