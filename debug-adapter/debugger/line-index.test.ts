import { describe, expect, it } from 'vitest';
import { LineTable } from '../../vm/object/link/line-table.ts';
import { CodeIndex } from './code-index.ts';
import { CodeScopes } from './code-scopes.ts';
import { LineIndex } from './line-index.ts';
import { assembleProgram } from './testing.ts';

/** `rows`: slot, line, column. */
function index(source: string, rows: readonly (readonly [number, number, number])[]): LineIndex {
  const program = assembleProgram(source);
  const lines = rows.map(([slot, line, column]) => ({ slot, line, column, file: 'main.c', text: '' }));
  const code = new CodeIndex({ ...program, lines: new LineTable(lines, program.functions) });
  return new LineIndex(code, new CodeScopes(code, undefined));
}

const straight = 'r1 = 1\nr2 = 2\nr3 = 3\nr4 = 4\nr0 = 0\nexit\n';
const looping = 'r1 = 1\nr2 = 2\nr1 += 1\nif r1 != 3 goto -2\nr0 = 0\nexit\n';
const branching = 'r1 = 1\nif r1 == 0 goto +2\nr2 = 2\ngoto +1\nr3 = 3\nr0 = 0\nexit\n';

describe('entries of a line', () => {
  it('are the runs of its rows', () => {
    const lines = index(straight, [
      [0, 1, 5],
      [1, 1, 9],
      [2, 2, 1],
      [4, 3, 1],
    ]);
    expect(lines.entriesOf('main.c', 1)).toEqual([0]);
    expect(lines.entriesOf('main.c', 2)).toEqual([2]);
    expect(lines.entriesOf('main.c', 9)).toEqual([]);
    expect(lines.entriesOf('other.c', 1)).toEqual([]);
  });

  it('leave out parts that only continue the line', () => {
    const lines = index(straight, [
      [0, 1, 5],
      [1, 2, 1],
      [2, 1, 9],
      [4, 3, 1],
    ]);
    expect(lines.entriesOf('main.c', 1)).toEqual([0]);
  });

  it('keep copies: they repeat columns', () => {
    const lines = index(straight, [
      [0, 1, 5],
      [1, 2, 1],
      [2, 1, 5],
      [3, 2, 1],
    ]);
    expect(lines.entriesOf('main.c', 1)).toEqual([0, 2]);
    expect(lines.entriesOf('main.c', 2)).toEqual([1, 3]);
  });

  it('keep the end of a loop on the line of its head', () => {
    const lines = index(looping, [
      [0, 1, 5],
      [1, 2, 1],
      [2, 2, 5],
      [3, 1, 9],
      [4, 3, 1],
    ]);
    expect(lines.entriesOf('main.c', 1)).toEqual([0, 3]);
  });

  it('keep what other ways lead to', () => {
    const lines = index(branching, [
      [0, 2, 1],
      [2, 1, 5],
      [3, 2, 9],
      [4, 1, 9],
      [5, 3, 1],
    ]);
    expect(lines.entriesOf('main.c', 1)).toEqual([2, 4]);
  });
});

describe('rows', () => {
  const lines = index(straight, [
    [1, 7, 1],
    [2, 0, 0],
    [4, 8, 1],
  ]);

  it('cover what follows them; line 0 has no row of its own', () => {
    expect([0, 1, 2, 3, 4, 5].map((slot) => lines.rowAt(slot)?.line)).toEqual([undefined, 7, 7, 7, 8, 8]);
    expect([1, 2, 4].map((slot) => lines.startsRow(slot))).toEqual([true, false, true]);
    expect(lines.linesOf('main.c')).toEqual([7, 8]);
  });

  it('are found by column', () => {
    const columns = index(straight, [
      [0, 1, 5],
      [1, 1, 9],
      [2, 2, 1],
      [3, 1, 9],
    ]);
    expect([1, 5, 6, 9, 10].map((column) => columns.slotsAtColumn('main.c', 1, column))).toEqual([
      [0],
      [0],
      [1, 3],
      [1, 3],
      [],
    ]);
  });
});
