import { describe, expect, it } from 'vitest';
import { md5 } from '../../vm/base/md5.ts';
import { failed, ok } from '../../vm/base/problem.ts';
import type { LinkedLine } from '../../vm/object/link/line-table.ts';
import type { FileAccessor } from './file-accessor.ts';
import { Sources, type SourceSettings } from './sources.ts';

type Files = Readonly<Record<string, { readonly text: string; readonly modified?: number }>>;

function accessor(files: Files): FileAccessor {
  return {
    readFile: (path) => {
      const file = files[path];
      return Promise.resolve(
        file ? ok(new TextEncoder().encode(file.text)) : failed({ code: 'file-not-found', message: path }),
      );
    },
    modified: (path) => Promise.resolve(files[path] && (files[path].modified ?? 0)),
  };
}

function row(file: string, line = 1, text = ''): LinkedLine {
  return { slot: 0, file, line, column: 1, text };
}

function find(
  rows: readonly LinkedLine[],
  files: Files,
  settings: Partial<SourceSettings> = {},
): Promise<Sources> {
  const defaults = { objectPath: '/o/a.o', cwd: '/w', sourceMap: {} };
  return Sources.find(rows, { ...defaults, ...settings }, accessor(files));
}

describe('finding sources', () => {
  it.each([
    ['/src/a.c', '/src/a.c', {}],
    ['/build/x/a.c', '/here/x/a.c', { sourceMap: { '/build': '/here' } }],
    ['./x/a.c', '/w/x/a.c', {}],
    ['./x/a.c', '/o/x/a.c', {}],
    ['./x/a.c', '/o/a.c', {}],
    ['/gone/a.c', '/o/a.c', {}],
    ['C:\\b\\a.c', '/o/a.c', {}],
    ['x/a.c', '/o/x/a.c', { cwd: undefined }],
  ] as const)('%s at %s', async (name, path, settings) => {
    const sources = await find([row(name)], { [path]: { text: '' } }, settings);
    expect(sources.file(name)?.path).toBe(path);
    expect(sources.warnings).toEqual([]);
    expect(sources.namesOf(path)).toEqual([name]);
  });

  it('trusts what the user says most', async () => {
    const files = { '/build/a.c': { text: '' }, '/here/a.c': { text: '' }, '/o/a.c': { text: '' } };
    const sources = await find([row('/build/a.c')], files, { sourceMap: { '/build': '/here' } });
    expect(sources.file('/build/a.c')?.path).toBe('/here/a.c');
  });

  it('prefers what was compiled to what has the same name', async () => {
    const files = { '/w/a.c': { text: 'other' }, '/o/a.c': { text: 'x = 1;' } };
    const sources = await find([row('a.c', 1, 'x = 1;')], files);
    expect(sources.file('a.c')?.path).toBe('/o/a.c');
  });

  it('says what is missing, and takes it where the client has it', async () => {
    const sources = await find([row('x/a.c'), row('x/b.c')], { '/w/x/b.c': { text: '' } });
    expect(sources.warnings.map(({ code }) => code)).toEqual(['source-missing']);
    expect(sources.namesOf('/other/b.c')).toEqual([]);
    expect(sources.namesOf('/other/a.c')).toEqual(['x/a.c']);
    expect(sources.file('x/a.c')?.path).toBe('/other/a.c');
  });

  it('knows a file by all its names', async () => {
    const sources = await find([row('./a.c'), row('a.c')], { '/w/a.c': { text: '' } });
    expect(sources.namesOf('/w/a.c')).toEqual(['./a.c', 'a.c']);
  });
});

describe('stale objects', () => {
  it.each([
    ['nothing', '\tx = 1;\n', 100, undefined],
    ['another text', '\n\tx = 1;\n', 100, 'source-changed'],
    ['another text, though older', 'x = 2;\n', 0, 'source-changed'],
    ['a later change', '\tx = 1;\r\n', 9000, 'object-older'],
    ['a check-out that took a second', 'x = 1;', 1100, undefined],
  ])('%s', async (_, text, modified, code) => {
    const files = { '/o/a.o': { text: '', modified: 100 }, '/w/a.c': { text, modified } };
    const sources = await find([row('a.c', 1, 'x = 1;')], files);
    expect(sources.warnings.map((warning) => warning.code)).toEqual(code === undefined ? [] : [code]);
  });
});

describe('checksums', () => {
  const text = '// A comment.\n\tx = 1;\n';
  const checksum = (): Uint8Array => md5(new TextEncoder().encode(text));

  it.each([
    ['what was compiled, though touched since', text, undefined],
    ['other ends of lines', text.replaceAll('\n', '\r\n'), undefined],
    ['an edit where no code is', '// Another.\n\tx = 1;\n', 'object-older'],
    ['an edit of code', '// A comment.\n\tx = 2;\n', 'source-changed'],
  ])('%s', async (_, here, code) => {
    const files = { '/o/a.o': { text: '', modified: 100 }, '/w/a.c': { text: here, modified: 9000 } };
    const sources = await find([row('a.c', 2, '\tx = 1;')], files, { checksum });
    expect(sources.warnings.map((warning) => warning.code)).toEqual(code === undefined ? [] : [code]);
  });

  it('choose among files of one name', async () => {
    const files = { '/w/a.c': { text: '// Another.\n\tx = 1;\n' }, '/o/a.c': { text } };
    const sources = await find([row('a.c', 2, '\tx = 1;')], files, { checksum });
    expect(sources.file('a.c')?.path).toBe('/o/a.c');
    expect(sources.warnings).toEqual([]);
  });
});
