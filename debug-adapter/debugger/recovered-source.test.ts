import { expect, it } from 'vitest';
import { nameOfRecovered, recoveredUri, recoverText } from './recovered-source.ts';

it('puts each line that is known at its number', () => {
  const rows = [
    { line: 4, text: '\treturn 0;' },
    { line: 2, text: 'int f(void)' },
    { line: 0, text: 'nowhere' },
    { line: 5, text: '' },
  ];
  expect(recoverText('/src/a.c', rows)).toBe(
    '// a.c was not found: these are the lines that have code, from .BTF.ext.\nint f(void)\n\n\treturn 0;\n',
  );
});

it('keeps the first line where it is known', () => {
  expect(recoverText('a.c', [{ line: 1, text: 'int x;' }])).toBe('int x;\n');
});

it('is nothing where no text is known', () => {
  expect(recoverText('a.c', [{ line: 3, text: '' }])).toBeUndefined();
});

it('has a name that is no path', () => {
  expect(nameOfRecovered(recoveredUri('C:\\a.c'))).toBe('C:\\a.c');
  expect(nameOfRecovered('/a.c')).toBeUndefined();
});
