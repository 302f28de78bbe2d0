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
  /** Written anew each time: it is long, and asked for when somebody opens it. */
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
  return new ProgramListing(program);
}

type Section = ListingProgram['sections'][number];

/** What a line shows. */
type Line =
  | { readonly kind: 'blank' }
  | { readonly kind: 'section'; readonly section: Section }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'source'; readonly line: NonNullable<ReturnType<ListingProgram['lineFrom']>> }
  | { readonly kind: 'instruction'; readonly slot: number; readonly section: Section };

const blank: Line = { kind: 'blank' };

/** Keeps which line shows which slot, and writes the text when it is asked for. */
class ProgramListing implements Listing {
  readonly #program: ListingProgram;
  /** By line: the slot, `none` or `title`. */
  readonly #slots: Int32Array;
  /** By slot: line + 1, 0 where the slot is the second of an instruction. */
  readonly #lines: Int32Array;

  constructor(program: ListingProgram) {
    this.#program = program;
    const slots: number[] = [];
    const last = program.sections.at(-1);
    this.#lines = new Int32Array(last === undefined ? 0 : last.firstSlot + last.slots);
    for (const line of linesOf(program)) {
      if (line.kind === 'instruction') this.#lines[line.slot] = slots.length + 1;
      slots.push(line.kind === 'instruction' ? line.slot : line.kind === 'section' ? title : none);
    }
    this.#slots = Int32Array.from(slots);
  }

  get text(): string {
    let text = '';
    for (const line of linesOf(this.#program)) text += `${textOf(this.#program, line)}\n`;
    return text;
  }

  get slots(): readonly (number | undefined)[] {
    return Array.from(this.#slots, (slot) => (slot < 0 ? undefined : slot));
  }

  lineOf(slot: number): number | undefined {
    const line = this.#lines[slot] ?? 0;
    return line === 0 ? undefined : line - 1;
  }

  slotFrom(line: number): number | undefined {
    const first = Math.max(line, 0);
    for (let at = first; at < this.#slots.length; at++) {
      const slot = this.#slots[at] ?? none;
      if (slot >= 0) return slot;
      if (at > first && slot === title) return undefined;
    }
    return undefined;
  }
}

const none = -1;
const title = -2;

function* linesOf(program: ListingProgram): Generator<Line> {
  for (const [index, section] of program.sections.entries()) {
    if (index > 0) yield blank;
    yield { kind: 'section', section };
    const { firstSlot, slots } = section;
    for (let slot = firstSlot; slot < firstSlot + slots; slot = program.next(slot)) {
      const name = program.functionFrom(slot);
      if (name !== undefined) {
        yield blank;
        yield { kind: 'function', name };
      }
      const line = program.lineFrom(slot);
      if (line !== undefined) yield { kind: 'source', line };
      yield { kind: 'instruction', slot, section };
    }
  }
}

function textOf(program: ListingProgram, shown: Line): string {
  switch (shown.kind) {
    case 'blank':
      return '';
    case 'section':
      return `Disassembly of section ${shown.section.name}:`;
    case 'function':
      return `${shown.name}:`;
    case 'source': {
      const { file, line, text } = shown.line;
      return `; ${file}:${line}${text === '' ? '' : `  ${text.trim()}`}`;
    }
    case 'instruction': {
      const { slot, section } = shown;
      const digits = Math.max(String(section.slots).length, 3);
      const bytes = toHexPairs(program.bytes(slot));
      const number = String(slot - section.firstSlot).padStart(digits + 1);
      return `${number}: ${bytes.padEnd(23)}  ${program.text(slot)}`;
    }
  }
}
