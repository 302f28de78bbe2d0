import { decodeUtf8 } from '../../../vm/base/byte-reader.ts';
import { raise } from '../../../vm/base/problem.ts';

const highBits = 2 ** 32;

/** Reads a debug section from a place onwards, little-endian; a read beyond the end raises `truncated`. */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly section: string;
  readonly end: number;
  offset: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, section: string, offset = 0, end = bytes.length) {
    this.bytes = bytes;
    this.section = section;
    this.offset = offset;
    this.end = Math.min(end, bytes.length);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!(offset >= 0 && offset <= this.end)) this.damaged('this is outside of the section');
  }

  get done(): boolean {
    return this.offset >= this.end;
  }

  damaged(message: string, offset = this.offset): never {
    return raise('dwarf', message, { section: this.section, offset });
  }

  #take(size: number): number {
    const { offset } = this;
    // Written so that NaN fails too.
    if (!(size >= 0 && offset + size <= this.end)) this.damaged(`${size} bytes go beyond the end`);
    this.offset = offset + size;
    return offset;
  }

  skip(size: number): void {
    this.#take(size);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  i8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u24(): number {
    const at = this.#take(3);
    return this.#view.getUint16(at, true) + this.#view.getUint8(at + 2) * 0x10000;
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** Exact below 2⁵³, as addresses and offsets are. */
  u64(): number {
    const at = this.#take(8);
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * highBits;
  }

  bigU64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** 4 or 8 bytes: an offset of 32-bit or 64-bit DWARF. */
  sized(size: 4 | 8): number {
    return size === 4 ? this.u32() : this.u64();
  }

  /** Exact below 2⁵³. */
  uleb(): number {
    const first = this.u8();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let scale = 0x80;
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  sleb(): number {
    const first = this.u8();
    if (first < 0x80) return first < 0x40 ? first : first - 0x80;
    let value = first & 0x7f;
    let scale = 0x80;
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
      if (byte < 0x80) return byte < 0x40 ? value : value - scale;
    }
  }

  /** The low 64 bits; of a longer number the rest is dropped. */
  bigUleb(): bigint {
    return BigInt.asUintN(64, this.#bigLeb().value);
  }

  bigSleb(): bigint {
    const { value, bits, negative } = this.#bigLeb();
    return BigInt.asIntN(64, negative ? value - (1n << bits) : value);
  }

  #bigLeb(): { value: bigint; bits: bigint; negative: boolean } {
    let value = 0n;
    let bits = 0n;
    for (;;) {
      const byte = this.u8();
      if (bits < 70n) value |= BigInt(byte & 0x7f) << bits;
      if (bits < 70n) bits += 7n;
      if (byte < 0x80) return { value, bits, negative: byte >= 0x40 };
    }
  }

  skipLeb(): void {
    while (this.u8() >= 0x80);
  }

  take(size: number): Uint8Array {
    const at = this.#take(size);
    return this.bytes.subarray(at, at + size);
  }

  cstring(): string {
    const at = this.offset;
    this.skipString();
    return decodeUtf8(this.bytes.subarray(at, this.offset - 1));
  }

  skipString(): void {
    const nul = this.bytes.indexOf(0, this.offset);
    if (nul < 0 || nul >= this.end) this.damaged('this string does not end');
    this.offset = nul + 1;
  }
}
