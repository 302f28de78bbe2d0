import type { CodeIndex } from '../debugger/code-index.ts';
import type { LineIndex } from '../debugger/line-index.ts';
import { baseName } from '../debugger/paths.ts';
import { writeListing, type Listing } from './listing.ts';

/** The listing of a linked program; `text` prints the instruction at a slot. */
export function listProgram(code: CodeIndex, lines: LineIndex, text: (slot: number) => string): Listing {
  return writeListing({
    sections: code.program.sections,
    functionFrom: (slot) => code.functionFrom(slot)?.name,
    lineFrom: (slot) => {
      const row = lines.startsLine(slot) ? lines.rowAt(slot) : undefined;
      return row && { file: baseName(row.file), line: row.line, text: row.text };
    },
    next: (slot) => code.next(slot),
    bytes: (slot) => code.bytes(slot),
    text,
  });
}
