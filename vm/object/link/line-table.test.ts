import { describe, expect, test } from 'vitest';
import { LineTable, type LinkedLine } from './line-table.ts';

const row = (slot: number, line: number, file = 'a.c'): LinkedLine => ({
  slot,
  line,
  file,
  column: 1,
  text: '',
});

describe('LineTable', () => {
  const table = new LineTable(
    [row(2, 10), row(3, 10), row(4, 12), row(6, 0), row(7, 10), row(10, 10), row(11, 3, 'b.h'), row(13, 20)],
    [
      { firstSlot: 2, slots: 7 },
      { firstSlot: 10, slots: 4 },
      { firstSlot: 15, slots: 2 },
    ],
  );

  test.each([
    [1, undefined],
    [2, 10],
    [3, 10],
    [5, 12],
    [6, 0],
    [8, 10],
    [9, undefined],
    [10, 10],
    [12, 3],
    [13, 20],
    [14, undefined],
    [15, undefined],
    [99, undefined],
  ])('slot %i belongs to line %s', (slot, line) => expect(table.rowAt(slot)?.line).toBe(line));

  test('a line has one slot for each of its runs', () => {
    expect(table.slotsOfLine('a.c', 10)).toEqual([2, 7, 10]);
    expect(table.slotsOfLine('a.c', 12)).toEqual([4]);
    expect(table.slotsOfLine('a.c', 0)).toEqual([]);
    expect(table.slotsOfLine('c.c', 10)).toEqual([]);
  });

  test.each([
    ['a.c', 1, 10],
    ['a.c', 10, 10],
    ['a.c', 11, 12],
    ['a.c', 13, 20],
    ['a.c', 21, undefined],
    ['b.h', 1, 3],
    ['c.c', 1, undefined],
  ])('a breakpoint on %s:%i lands on %s', (file, line, nearest) =>
    expect(table.nearestLine(file, line)?.line).toBe(nearest),
  );

  test('files and their lines', () => {
    expect(table.files).toEqual(['a.c', 'b.h']);
    expect(table.linesOfFile('a.c')).toEqual([10, 12, 20]);
  });
});
