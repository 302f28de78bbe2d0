import type { ByteReader } from '../../base/byte-reader.ts';
import { nameOffsetAt } from './wire.ts';

/** Hash chains over the bytes of the names, so that no string is decoded to find one. */
export class NameIndex {
  readonly #types: ByteReader;
  readonly #strings: ByteReader;
  readonly #offsets: Uint32Array;
  readonly #heads: Int32Array;
  readonly #next: Int32Array;

  constructor(types: ByteReader, strings: ByteReader, offsets: Uint32Array) {
    this.#types = types;
    this.#strings = strings;
    this.#offsets = offsets;
    let buckets = 16;
    while (buckets < offsets.length) buckets *= 2;
    this.#heads = new Int32Array(buckets);
    this.#next = new Int32Array(offsets.length);
    for (let id = offsets.length - 1; id > 0; id--) {
      const bucket = this.#bucket(strings.bytes, this.#nameOffset(id));
      this.#next[id] = this.#heads[bucket] ?? 0;
      this.#heads[bucket] = id;
    }
  }

  find(name: string): number[] {
    const wanted = new TextEncoder().encode(`${name}\0`);
    const ids: number[] = [];
    for (let id = this.#heads[this.#bucket(wanted, 0)] ?? 0; id !== 0; id = this.#next[id] ?? 0) {
      const start = this.#nameOffset(id);
      if (wanted.every((byte, i) => this.#strings.bytes[start + i] === byte)) ids.push(id);
    }
    return ids;
  }

  #nameOffset(id: number): number {
    return nameOffsetAt(this.#types, this.#offsets[id] ?? 0);
  }

  /** FNV-1a up to the NUL; outside the strings counts as NUL. */
  #bucket(bytes: Uint8Array, start: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; ; i++) {
      const byte = bytes[i] ?? 0;
      if (byte === 0) return (hash >>> 0) & (this.#heads.length - 1);
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
  }
}
