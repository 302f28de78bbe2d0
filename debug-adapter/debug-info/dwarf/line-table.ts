import type { DebugLine, DebugLines } from '../debug-info.ts';
import { DW_LNE, DW_LNS } from './constants.ts';
import { Cursor } from './cursor.ts';
import type { LineHeader, LineParameters } from './line-header.ts';
import type { Sections } from './sections.ts';

/** The rows of the line number programs of all units. */
export class LineTable implements DebugLines {
  readonly #sections: Sections;
  readonly #headers: () => readonly LineHeader[];
  #rows: readonly DebugLine[] | undefined;
  #checksums: ReadonlyMap<string, Uint8Array> | undefined;

  constructor(sections: Sections, headers: () => readonly LineHeader[]) {
    this.#sections = sections;
    this.#headers = headers;
  }

  get rows(): readonly DebugLine[] {
    return (this.#rows ??= this.#read());
  }

  checksum(file: string): Uint8Array | undefined {
    this.#checksums ??= new Map(
      this.#headers().flatMap(({ files }) =>
        files.flatMap((source) => (source?.md5 === undefined ? [] : [[source.name, source.md5] as const])),
      ),
    );
    return this.#checksums.get(file);
  }

  #read(): readonly DebugLine[] {
    const sequences: DebugLine[][] = [];
    const programs = new Map(this.#headers().map((header) => [header.programAt, header]));
    for (const header of programs.values()) {
      this.#sections.warnings.attempt(() => readProgram(this.#sections, header, sequences), undefined);
    }
    // Ends of sequences come before the starts of those that follow them.
    const first = (rows: DebugLine[]): number => rows[0]?.address ?? 0;
    const last = (rows: DebugLine[]): number => rows.at(-1)?.address ?? 0;
    sequences.sort((a, b) => first(a) - first(b) || last(a) - last(b));
    return sequences.flat().sort((a, b) => a.address - b.address);
  }
}

interface Registers {
  address: number;
  file: number;
  line: number;
  column: number;
  isStatement: boolean;
  prologueEnd: boolean;
}

function startOf({ defaultIsStatement }: LineParameters): Registers {
  return { address: 0, file: 1, line: 1, column: 0, isStatement: defaultIsStatement, prologueEnd: false };
}

/** Appends the sequences of one program; those before a damaged place are kept. */
function readProgram(sections: Sections, header: LineHeader, sequences: DebugLine[][]): void {
  const { parameters } = header;
  if (parameters === undefined) return;
  const cursor = new Cursor(sections.bytes('.debug_line'), '.debug_line', header.programAt, header.end);
  const program = new LineProgram(header, parameters, cursor);
  while (!cursor.done) {
    if (!program.step()) continue;
    sequences.push(program.rows);
    program.restart();
  }
}

/** The state machine of DWARF 5, section 6.2.2. */
class LineProgram {
  rows: DebugLine[] = [];
  readonly #header: LineHeader;
  readonly #parameters: LineParameters;
  readonly #cursor: Cursor;
  #state: Registers;

  constructor(header: LineHeader, parameters: LineParameters, cursor: Cursor) {
    this.#header = header;
    this.#parameters = parameters;
    this.#cursor = cursor;
    this.#state = startOf(parameters);
  }

  restart(): void {
    this.rows = [];
    this.#state = startOf(this.#parameters);
  }

  /** Performs one opcode; true where it ends the sequence. */
  step(): boolean {
    const { opcodeBase } = this.#parameters;
    const opcode = this.#cursor.u8();
    if (opcode >= opcodeBase) this.#special(opcode - opcodeBase);
    else if (opcode === 0) return this.#extended();
    else this.#standard(opcode);
    return false;
  }

  #row(endSequence: boolean): void {
    const { address, file, line, column, isStatement, prologueEnd } = this.#state;
    const name = this.#header.files[file]?.name ?? '';
    this.rows.push({ address, file: name, line, column, isStatement, prologueEnd, endSequence });
    this.#state.prologueEnd = false;
  }

  #advance(operations: number): void {
    this.#state.address += operations * this.#parameters.minInstructionLength;
  }

  #special(adjusted: number): void {
    const { lineBase, lineRange } = this.#parameters;
    this.#advance(Math.floor(adjusted / lineRange));
    this.#state.line += lineBase + (adjusted % lineRange);
    this.#row(false);
  }

  #extended(): boolean {
    const cursor = this.#cursor;
    const length = cursor.uleb();
    const end = cursor.offset + length;
    if (length === 0) return false;
    const opcode = cursor.u8();
    if (opcode === DW_LNE.set_address) this.#state.address = cursor.u64();
    else if (opcode === DW_LNE.end_sequence) this.#row(true);
    cursor.offset = end;
    return opcode === DW_LNE.end_sequence;
  }

  #standard(opcode: number): void {
    const cursor = this.#cursor;
    const state = this.#state;
    const { opcodeBase, lineRange, operandCounts } = this.#parameters;
    switch (opcode) {
      case DW_LNS.copy:
        return this.#row(false);
      case DW_LNS.advance_pc:
        return this.#advance(cursor.uleb());
      case DW_LNS.advance_line:
        state.line += cursor.sleb();
        return;
      case DW_LNS.set_file:
        state.file = cursor.uleb();
        return;
      case DW_LNS.set_column:
        state.column = cursor.uleb();
        return;
      case DW_LNS.negate_stmt:
        state.isStatement = !state.isStatement;
        return;
      case DW_LNS.const_add_pc:
        return this.#advance(Math.floor((255 - opcodeBase) / lineRange));
      case DW_LNS.fixed_advance_pc:
        state.address += cursor.u16();
        return;
      case DW_LNS.set_prologue_end:
        state.prologueEnd = true;
        return;
      default:
        for (let i = operandCounts[opcode - 1] ?? 0; i > 0; i--) cursor.skipLeb();
    }
  }
}
