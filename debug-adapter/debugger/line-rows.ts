import type { LinkedLine } from '../../vm/object/link/line-table.ts';
import type { CodeIndex } from './code-index.ts';
import type { CodeScopes } from './code-scopes.ts';

/** A row of the line table as stepping and breakpoints need it. */
export interface LineRow extends LinkedLine {
  /** Whether a statement begins here: where a user may stop. */
  readonly statement: boolean;
  /** Whether the function is set up here and its parameters are in place. */
  readonly prologueEnd: boolean;
}

/** The jump over the second branch of an `if` has this line, on which no statement stands. */
const onlyElse = /^\s*\}?\s*else\s*\{?\s*$/;

/**
 * Rows ascending by slot, at most one a slot, those of line 0 too: from DWARF, and from .BTF.ext for functions that
 * DWARF does not know. .BTF.ext has the text of each line, and only rows where statements begin.
 */
export function lineRows(code: CodeIndex, scopes: CodeScopes): readonly LineRow[] {
  const own = code.program.lines.rows;
  const rows = new Map<number, LineRow>();
  const known = new Set<number>();
  const texts = new Map(own.map(({ file, line, text }) => [`${file}:${line}`, text]));
  for (const { address, endSequence, isStatement, ...row } of scopes.info?.lines.rows ?? []) {
    const slot = endSequence ? undefined : scopes.slotOf(address);
    if (slot === undefined) continue;
    const { file, line, column } = row;
    const prologueEnd = row.prologueEnd || rows.get(slot)?.prologueEnd === true;
    const text = texts.get(`${file}:${line}`) ?? '';
    const statement = isStatement && !onlyElse.test(text);
    rows.set(slot, { slot, file, line, column, text, statement, prologueEnd });
    const linked = code.functionOf(slot);
    if (linked !== undefined) known.add(linked.firstSlot);
  }
  for (const row of own) {
    if (known.has(code.functionOf(row.slot)?.firstSlot ?? -1)) continue;
    rows.set(row.slot, { ...row, statement: !onlyElse.test(row.text), prologueEnd: false });
  }
  return [...rows.values()].sort((a, b) => a.slot - b.slot);
}
