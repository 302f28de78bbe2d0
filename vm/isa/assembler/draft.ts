/** An instruction as one line gives it: complete except for the distance to a label. */
import type { Operands } from '../encode.ts';
import type { InstructionRow } from '../row.ts';
import { findRow } from '../table.ts';
import { type LineReader, ranges } from './line-reader.ts';

export interface Draft {
  readonly row: InstructionRow;
  readonly operands: Operands;
  readonly target?: LabelTarget;
}

/** The distance from the next slot to `label` goes into `field`. */
export interface LabelTarget {
  readonly label: string;
  readonly field: 'off' | 'imm';
}

export function draft(name: string, operands: Operands = {}, target?: LabelTarget): Draft {
  const row = findRow(name);
  // Names are made by the parsers from what the table holds; another one is an error of theirs.
  if (row === undefined) throw new Error(`no instruction ${name}`);
  return { row, operands, ...(target && { target }) };
}

/** An instruction whose `field` is a distance: `+3`, `pc+3` or a label. */
export function withTarget(
  reader: LineReader,
  name: string,
  field: LabelTarget['field'],
  operands: Operands = {},
): Draft {
  const token = reader.peek();
  if (token.kind === 'word' && !(token.text === 'pc' && reader.peek(1).kind === 'operator')) {
    return draft(name, operands, { label: reader.next().text, field });
  }
  reader.accept('pc');
  const distance = reader.integer32(field === 'off' ? ranges.off : ranges.s32, 'a distance');
  return draft(name, { ...operands, [field]: distance });
}
