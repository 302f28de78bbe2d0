/** Bytes of an element whose key and value are given as bpftool prints them. */
export interface RawElement {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * Reads `{"key":["0x01",...],"value":["0x02",...]}` and what bpftool adds under `formatted`, which says the same: the
 * usual form, at a fraction of what reading JSON costs. False for everything else, be it right or wrong.
 */
export function readRawElement(text: Uint8Array, into: RawElement): boolean {
  return new RawReader(text).element(into);
}

const quote = 0x22;
const comma = 0x2c;
const open = 0x7b;
const close = 0x7d;
const openList = 0x5b;
const closeList = 0x5d;

const names = {
  key: bytesOf('"key"'),
  value: bytesOf('"value"'),
  formatted: bytesOf('"formatted"'),
};

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

class RawReader {
  readonly #text: Uint8Array;
  #at = 0;

  constructor(text: Uint8Array) {
    this.#text = text;
  }

  element({ key, value }: RawElement): boolean {
    return (
      this.#is(open) &&
      this.#member(names.key, key) &&
      this.#is(comma) &&
      this.#member(names.value, value) &&
      this.#ends()
    );
  }

  #ends(): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] === close) return this.#at + 1 === this.#text.length;
    return this.#is(comma) && this.#name(names.formatted);
  }

  #member(name: Uint8Array, into: Uint8Array): boolean {
    if (!this.#name(name) || !this.#is(openList)) return false;
    for (let i = 0; i < into.length; i++) {
      if (i > 0 && !this.#is(comma)) return false;
      const byte = this.#byte();
      if (byte < 0) return false;
      into[i] = byte;
    }
    return this.#is(closeList);
  }

  /** A member's name and the colon. */
  #name(name: Uint8Array): boolean {
    this.#skipSpace();
    for (const byte of name) if (this.#text[this.#at++] !== byte) return false;
    return this.#is(0x3a);
  }

  /** `"0x1f"`; negative for anything else. */
  #byte(): number {
    this.#skipSpace();
    const text = this.#text;
    const at = this.#at;
    this.#at += 6;
    const isByte =
      text[at] === quote && text[at + 1] === 0x30 && text[at + 2] === 0x78 && text[at + 5] === quote;
    return isByte ? (digit(text[at + 3] ?? 0) << 4) | digit(text[at + 4] ?? 0) : -1;
  }

  #is(byte: number): boolean {
    this.#skipSpace();
    return this.#text[this.#at++] === byte;
  }

  #skipSpace(): void {
    while ((this.#text[this.#at] ?? 0x21) <= 0x20) this.#at++;
  }
}

/** Negative, and so that it stays negative in a byte, for what is no hexadecimal digit. */
function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
