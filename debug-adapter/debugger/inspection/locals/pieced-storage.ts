import { writeInteger } from '../../../../vm/base/bytes.ts';
import { ok, type Result } from '../../../../vm/base/problem.ts';
import { optimisedOut, type Piece, type Whereabouts } from '../../../debug-info/location/evaluate.ts';
import type { Storage } from '../value.ts';

/** Registers of a frame. */
export interface Registers {
  /** Undefined where the machine no longer has it. */
  read(number: number): bigint | undefined;
  /** Undefined: they cannot be changed. */
  readonly write: ((number: number, value: bigint) => void) | undefined;
}

interface Surroundings {
  readonly registers: Registers;
  memory(address: bigint): Storage;
}

/** What stands for a register that an outer frame has no longer. */
const notSaved = '<not saved>';

/** A piece with its place in the variable, in bits. */
interface PlacedPiece {
  readonly place: Whereabouts;
  readonly firstBit: number;
  readonly start: number;
  readonly end: number;
}

/** The bytes of a variable of `size` bytes that lies in pieces; some may be missing. */
export function piecedStorage(pieces: readonly Piece[], size: number, around: Surroundings): Storage {
  const [first] = pieces;
  if (pieces.length === 1 && first?.place.kind === 'memory' && first.bits === undefined)
    return around.memory(first.place.address);
  const parts = placed(pieces, size * 8);
  const together = addressOfAll(parts, size * 8);
  if (together !== undefined) return around.memory(together);
  const storage = new PiecedStorage(parts, around);
  return {
    address: undefined,
    read: (offset, count) => storage.read(offset, count),
    gap: (offset, count) => storage.gap(offset, count),
    write: storage.isWritable ? (offset, bytes) => storage.write(offset, bytes) : undefined,
  };
}

function placed(pieces: readonly Piece[], bits: number): readonly PlacedPiece[] {
  let start = 0;
  return pieces.map(({ place, firstBit, bits: own = bits }) => {
    const piece = { place, firstBit, start, end: start + own };
    start += own;
    return piece;
  });
}

/** Of pieces that lie in memory one behind the other, as clang describes a struct whose members it looks at. */
function addressOfAll(pieces: readonly PlacedPiece[], bits: number): bigint | undefined {
  const [first] = pieces;
  if (first?.place.kind !== 'memory' || pieces.at(-1)?.end !== bits) return undefined;
  const { address } = first.place;
  const inOrder = pieces.every(
    ({ place, firstBit, start }) =>
      place.kind === 'memory' &&
      firstBit === 0 &&
      start % 8 === 0 &&
      place.address === address + BigInt(start / 8),
  );
  return inOrder ? address : undefined;
}

class PiecedStorage {
  readonly #pieces: readonly PlacedPiece[];
  readonly #around: Surroundings;

  constructor(pieces: readonly PlacedPiece[], around: Surroundings) {
    this.#pieces = pieces;
    this.#around = around;
  }

  get isWritable(): boolean {
    return this.#pieces.every(({ place, firstBit, start, end }) => {
      if (firstBit % 8 !== 0 || start % 8 !== 0 || end % 8 !== 0) return false;
      if (place.kind === 'memory') return true;
      return place.kind === 'register' && place.register < 10 && this.#around.registers.write !== undefined;
    });
  }

  read(offset: number, size: number): Uint8Array | undefined {
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i++) {
      const byte = this.#byte((offset + i) * 8);
      if (byte === undefined) return undefined;
      bytes[i] = byte;
    }
    return bytes;
  }

  /** Why a byte is missing; of several the first. */
  gap(offset: number, size: number): string | undefined {
    for (let bit = offset * 8; bit < (offset + size) * 8; bit += 8) {
      if (this.#byte(bit) !== undefined) continue;
      const piece = this.#pieces.find(({ start, end }) => bit + 8 > start && bit < end);
      if (piece?.place.kind === 'unknown') return piece.place.reason;
      return piece?.place.kind === 'register' ? notSaved : optimisedOut;
    }
    return undefined;
  }

  #byte(bit: number): number | undefined {
    const whole = this.#pieces.find(({ start, end }) => bit >= start && bit + 8 <= end);
    if (whole !== undefined && (whole.firstBit + bit - whole.start) % 8 === 0)
      return this.#contents(whole, whole.firstBit + bit - whole.start);
    let byte = 0;
    for (let i = 0; i < 8; i++) {
      const piece = this.#pieces.find(({ start, end }) => bit + i >= start && bit + i < end);
      const at = piece === undefined ? 0 : piece.firstBit + bit + i - piece.start;
      const contents = piece && this.#contents(piece, at - (at % 8));
      if (contents === undefined) return undefined;
      byte |= ((contents >> (at % 8)) & 1) << i;
    }
    return byte;
  }

  /** A byte of the place of a piece. */
  #contents({ place }: PlacedPiece, bit: number): number | undefined {
    const offset = bit / 8;
    switch (place.kind) {
      case 'register': {
        const value = this.#around.registers.read(place.register);
        return value === undefined || offset >= 8 ? undefined : writeInteger(value, 8)[offset];
      }
      case 'memory':
        return this.#around.memory(place.address).read(offset, 1)?.[0];
      case 'value':
        return place.bytes[offset];
      case 'unknown':
        return undefined;
    }
  }

  write(offset: number, bytes: Uint8Array): Result<void> {
    for (const { place, firstBit, start, end } of this.#pieces) {
      const from = Math.max(start / 8, offset);
      const to = Math.min(end / 8, offset + bytes.length);
      if (from >= to) continue;
      const part = bytes.subarray(from - offset, to - offset);
      const inPlace = from - start / 8 + firstBit / 8;
      if (place.kind === 'register') this.#writeRegister(place.register, inPlace, part);
      if (place.kind === 'memory') {
        const written = this.#around.memory(place.address + BigInt(inPlace)).write?.(0, part);
        if (written?.ok === false) return written;
      }
    }
    return ok(undefined);
  }

  /** A narrow number that fills its register with its sign goes on doing so. */
  #writeRegister(number: number, offset: number, part: Uint8Array): void {
    const { registers } = this.#around;
    const before = registers.read(number) ?? 0n;
    const bytes = writeInteger(before, 8);
    bytes.set(part.subarray(0, 8 - offset), offset);
    const whole = new DataView(bytes.buffer).getBigUint64(0, true);
    const width = 8 * part.length;
    const filled = offset === 0 && BigInt.asIntN(64, before) < 0n;
    const extended = filled && BigInt.asIntN(64, before) === BigInt.asIntN(width, before);
    registers.write?.(number, extended ? BigInt.asIntN(width, whole) : whole);
  }
}
