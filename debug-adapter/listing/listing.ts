import { toHexPairs } from './hex-pairs.ts';

/** What the listing shows of a program, without depending on where it comes from. */
export interface ListingProgram {
  readonly sections: readonly { readonly name: string; readonly firstSlot: number; readonly slots: number }[];
  /** Function that starts at a slot. */
  functionFrom(slot: number): string | undefined;
  /** The source line whose code starts at a slot. */
  lineFrom(slot: number): { readonly file: string; readonly line: number; readonly text: string } | undefined;
  /** Slot after the instruction at a slot. */
  next(slot: number): number;
  bytes(slot: number): Uint8Array;
  text(slot: number): string;
}

/** The whole program as a text document; lines count from 0. */
export interface Listing {
  readonly text: string;
  /** By line: slot of the instruction that it shows. */
  readonly slots: readonly (number | undefined)[];
  /** The line that shows the instruction at a slot. */
  lineOf(slot: number): number | undefined;
  /** The first instruction on or after a line of the same section: where a breakpoint on the line lands. */
  slotFrom(line: number): number | undefined;
}

/**
 * As llvm-objdump writes it, with slots that count from the start of the section:
 *
 *     Disassembly of section xdp:
 *
 *     count_packets:
 *     ; count.bpf.c:71  void *data_end = (void *)(long)ctx->data_end;
 *        0: 61 12 04 00 00 00 00 00  (61) r2 = *(u32 *)(r1 +4)
 */
export function writeListing(program: ListingProgram): Listing {
  const writer = new ListingWriter(program);
  for (const section of program.sections) writer.section(section);
  return writer;
}

class ListingWriter implements Listing {
  readonly #program: ListingProgram;
  readonly #lines: string[] = [];
  readonly slots: (number | undefined)[] = [];
  readonly #lineOfSlot = new Map<number, number>();

  constructor(program: ListingProgram) {
    this.#program = program;
  }

  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  lineOf(slot: number): number | undefined {
    return this.#lineOfSlot.get(slot);
  }

  slotFrom(line: number): number | undefined {
    const first = Math.max(line, 0);
    for (let at = first; at < this.slots.length; at++) {
      if (this.slots[at] !== undefined) return this.slots[at];
      if (at > first && this.#lines[at]?.startsWith(sectionTitle) === true) return undefined;
    }
    return undefined;
  }

  section({ name, firstSlot, slots }: ListingProgram['sections'][number]): void {
    if (this.#lines.length > 0) this.#push('');
    this.#push(`${sectionTitle}${name}:`);
    const digits = Math.max(String(slots).length, 3);
    for (let slot = firstSlot; slot < firstSlot + slots; slot = this.#program.next(slot)) {
      this.#instruction(slot, slot - firstSlot, digits);
    }
  }

  #instruction(slot: number, number: number, digits: number): void {
    const linked = this.#program.functionFrom(slot);
    if (linked !== undefined) {
      this.#push('');
      this.#push(`${linked}:`);
    }
    const line = this.#program.lineFrom(slot);
    if (line !== undefined)
      this.#push(`; ${line.file}:${line.line}${line.text === '' ? '' : `  ${line.text.trim()}`}`);
    this.#lineOfSlot.set(slot, this.#lines.length);
    const bytes = toHexPairs(this.#program.bytes(slot));
    this.#push(
      `${String(number).padStart(digits + 1)}: ${bytes.padEnd(23)}  ${this.#program.text(slot)}`,
      slot,
    );
  }

  #push(line: string, slot?: number): void {
    this.#lines.push(line);
    this.slots.push(slot);
  }
}

const sectionTitle = 'Disassembly of section ';
