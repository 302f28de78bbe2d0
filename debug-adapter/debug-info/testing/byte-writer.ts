import { writeInteger } from '../../../vm/base/bytes.ts';

/** Little-endian bytes, one after the other; for tests. */
export class ByteWriter {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  bytes(bytes: Iterable<number>): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  number(value: number | bigint, size: number): this {
    return this.bytes(writeInteger(BigInt(value), size));
  }

  u8(value: number): this {
    return this.number(value, 1);
  }

  uleb(value: number | bigint): this {
    let rest = BigInt(value);
    while (rest >= 0x80n) {
      this.#bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    return this.u8(Number(rest));
  }

  sleb(value: number | bigint): this {
    let rest = BigInt(value);
    while (rest < -0x40n || rest >= 0x40n) {
      this.#bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    return this.u8(Number(rest & 0x7fn));
  }

  text(text: string): this {
    return this.bytes(new TextEncoder().encode(`${text}\0`));
  }

  /** Overwrites what was written at an offset. */
  patch(offset: number, value: number, size: number): this {
    writeInteger(BigInt(value), size).forEach((byte, i) => (this.#bytes[offset + i] = byte));
    return this;
  }

  /** What `write` writes, behind its length. */
  measured(size: number, write: (inner: ByteWriter) => void): this {
    const inner = new ByteWriter();
    write(inner);
    return this.number(inner.length, size).bytes(inner.#bytes);
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
