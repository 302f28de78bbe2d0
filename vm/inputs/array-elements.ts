import { raise } from '../base/problem.ts';

const code = {
  quote: 0x22,
  comma: 0x2c,
  openList: 0x5b,
  backslash: 0x5c,
  closeList: 0x5d,
  open: 0x7b,
  close: 0x7d,
} as const;
const newLine = 0x0a;

/** A piece of the text of a JSON document. */
export interface JsonPiece {
  readonly bytes: Uint8Array;
  /** Line of its first byte, from 1. */
  readonly line: number;
}

/**
 * Cuts the text of a JSON list of objects, given in pieces as a file is read, into those objects: a list may be longer
 * than memory has room for. Only brackets and strings are looked at; whoever parses the objects finds what is wrong in
 * them. Raises `bad-json` where the text is no list of objects.
 */
export class ArrayElements {
  /** 0: before the list, 1: in the list, more: in an object. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  #ended = false;
  #line = 1;
  /** What an object began with in the pieces before. */
  #begun: Uint8Array = new Uint8Array(0);
  #begunLine = 1;

  /** Gives `take` the objects that end in this piece; their bytes are good until the next call. */
  push(piece: Uint8Array, take: (element: JsonPiece) => void): void {
    for (let at = 0; at < piece.length;) {
      if (this.#depth <= 1) {
        at = this.#findObject(piece, at);
        if (at === piece.length) return;
      }
      const end = this.#findEnd(piece, at);
      if (this.#depth > 1) {
        this.#begun = this.#joined(piece.subarray(at).slice());
        return;
      }
      take({ bytes: this.#joined(piece.subarray(at, end)), line: this.#begunLine });
      at = end;
    }
  }

  /** The text has ended. */
  end(): void {
    if (!this.#ended) this.#refuse('the list does not end');
  }

  /** Where the next object begins; the length of the piece where none does. */
  #findObject(piece: Uint8Array, from: number): number {
    for (let at = from; at < piece.length; at++) {
      const byte = piece[at] ?? 0;
      if (byte === newLine) this.#line++;
      if (!this.#opens(byte)) continue;
      this.#begunLine = this.#line;
      return at;
    }
    return piece.length;
  }

  /** Behind the end of the object that `from` lies in or begins; the length of the piece where it goes on. */
  #findEnd(piece: Uint8Array, from: number): number {
    let depth = this.#depth;
    let inString = this.#inString;
    let escaped = this.#escaped;
    let at = from;
    do {
      const byte = piece[at] ?? 0;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === code.backslash) escaped = true;
        else if (byte === code.quote) inString = false;
      } else if (byte === code.quote) inString = true;
      else if (byte === code.open || byte === code.openList) depth++;
      else if (byte === code.close || byte === code.closeList) depth--;
      if (byte === newLine) this.#line++;
      at++;
    } while (at < piece.length && depth > 1);
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    return at;
  }

  /** Outside of objects; whether one begins here. */
  #opens(byte: number): boolean {
    if (byte <= 0x20) return false;
    if (this.#depth === 0) {
      if (byte !== code.openList || this.#ended) this.#refuse('a list of elements was expected');
      this.#depth = 1;
    } else if (byte === code.closeList) {
      this.#depth = 0;
      this.#ended = true;
    } else if (byte === code.open) {
      return true;
    } else if (byte !== code.comma) {
      this.#refuse('an element, which is an object, was expected');
    }
    return false;
  }

  #joined(rest: Uint8Array): Uint8Array {
    const begun = this.#begun;
    if (begun.length === 0) return rest;
    this.#begun = new Uint8Array(0);
    const whole = new Uint8Array(begun.length + rest.length);
    whole.set(begun);
    whole.set(rest, begun.length);
    return whole;
  }

  #refuse(message: string): never {
    raise('bad-json', message, { line: this.#line });
  }
}
