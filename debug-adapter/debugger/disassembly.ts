import type { CodeMemory } from '../../vm/machine/code-memory.ts';
import type { CodeIndex } from './code-index.ts';
import type { SourcePlace } from './frame.ts';
import type { Places } from './places.ts';

export interface DisassemblyRow {
  readonly address: bigint;
  /** False: there is no instruction at this address; the row only fills up. */
  readonly valid: boolean;
  readonly bytes: Uint8Array;
  /** `(61) r2 = *(u32 *)(r1 +4)`; empty where not valid. */
  readonly text: string;
  /** `count_packets`, `count_packets+8` (bytes). */
  readonly symbol: string | undefined;
  /** Only on the first row of each source line. */
  readonly source: SourcePlace | undefined;
}

/** The instructions of a program one after the other, in the order of their addresses. */
export class Disassembly {
  readonly #code: CodeIndex;
  readonly #places: Places;
  readonly #memory: CodeMemory;
  readonly #text: (slot: number) => string;

  constructor(code: CodeIndex, places: Places, memory: CodeMemory, text: (slot: number) => string) {
    this.#code = code;
    this.#places = places;
    this.#memory = memory;
    this.#text = text;
  }

  /**
   * `count` rows, the first `instructionOffset` instructions after the one at `address`. Rows before the first and
   * after the last instruction have addresses that go on in steps of 8, so that all addresses differ and ascend.
   */
  rows(address: bigint, instructionOffset: number, count: number): readonly DisassemblyRow[] {
    const length = Math.max(count, 0);
    if (address < this.#firstAddress - far || address > this.#endAddress + far) {
      const start = address + 8n * BigInt(instructionOffset);
      return Array.from({ length }, (_, row) => emptyRow(start + 8n * BigInt(row)));
    }
    const first = this.#indexOf(address) + instructionOffset;
    return Array.from({ length }, (_, row) => this.#row(first + row));
  }

  #row(index: number): DisassemblyRow {
    const slot = this.#code.starts[index];
    if (slot === undefined) return emptyRow(this.#outside(index));
    return {
      address: this.#memory.addressOfSlot(slot),
      valid: true,
      bytes: this.#code.bytes(slot),
      text: this.#text(slot),
      symbol: this.#symbol(slot),
      source: this.#places.lines.startsLine(slot) ? this.#places.sourceOf(slot) : undefined,
    };
  }

  #symbol(slot: number): string | undefined {
    const linked = this.#code.functionOf(slot);
    if (linked === undefined) return undefined;
    const offset = (slot - linked.firstSlot) * 8;
    return offset === 0 ? linked.name : `${linked.name}+${offset}`;
  }

  /** Address of the row `index` before the first or after the last instruction. */
  #outside(index: number): bigint {
    const { starts } = this.#code;
    return index < 0
      ? this.#firstAddress + BigInt(index) * 8n
      : this.#endAddress + BigInt(index - starts.length) * 8n;
  }

  get #firstAddress(): bigint {
    return this.#memory.addressOfSlot(this.#code.starts[0] ?? 0);
  }

  /** One past the last instruction. */
  get #endAddress(): bigint {
    const last = this.#code.starts.at(-1) ?? 0;
    return this.#memory.addressOfSlot(last) + BigInt(this.#code.bytes(last).length);
  }

  /** Of the instruction at or next below an address; rows outside count on. */
  #indexOf(address: bigint): number {
    const { starts } = this.#code;
    if (address < this.#firstAddress) return Number((address - this.#firstAddress) / 8n);
    if (address >= this.#endAddress) return starts.length + Number((address - this.#endAddress) / 8n);
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#memory.addressOfSlot(starts[middle] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Beyond this distance an address has nothing to do with the code. */
const far = 1n << 32n;

function emptyRow(address: bigint): DisassemblyRow {
  return {
    address: BigInt.asUintN(64, address),
    valid: false,
    bytes: new Uint8Array(),
    text: '',
    symbol: undefined,
    source: undefined,
  };
}
