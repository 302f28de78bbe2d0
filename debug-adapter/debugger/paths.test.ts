import { describe, expect, it } from 'vitest';
import { baseName, folderOf, isAbsolute, joinPath, mapPath, normalizePath, samePath } from './paths.ts';

describe('paths', () => {
  it.each([
    ['/a/b', true],
    ['C:\\a', true],
    ['c:/a', true],
    ['\\\\host\\share', true],
    ['vscode-vfs://github/o/r', true],
    ['a/b', false],
    ['./a', false],
    ['c:a', false],
  ])('isAbsolute %s', (path, expected) => {
    expect(isAbsolute(path)).toBe(expected);
  });

  it.each([
    ['/w', './count.bpf.c', '/w/count.bpf.c'],
    ['/w/x/', '../src/a.c', '/w/src/a.c'],
    ['/w', '/abs/a.c', '/abs/a.c'],
    ['C:\\w', 'src/a.c', 'C:\\w\\src\\a.c'],
    ['c:/w', '..\\a.c', 'c:\\a.c'],
    ['vscode-vfs://github/o/r', './a.c', 'vscode-vfs://github/o/r/a.c'],
    ['file:///w', '../a.c', 'file:///a.c'],
    ['', 'a.c', 'a.c'],
    ['..', '../a.c', '../../a.c'],
  ])('joinPath %s %s', (base, path, expected) => {
    expect(joinPath(base, path)).toBe(expected);
  });

  it.each([
    ['/a//b/./c/../d', '/a/b/d'],
    ['/../a', '/a'],
    ['\\\\host\\share\\..\\a', '\\\\host\\a'],
    ['.', '.'],
    ['a/..', '.'],
  ])('normalizePath %s', (path, expected) => {
    expect(normalizePath(path)).toBe(expected);
  });

  it('takes names and folders apart', () => {
    expect([baseName('/a/b.c'), baseName('C:\\a\\b.c'), baseName('b.c')]).toEqual(['b.c', 'b.c', 'b.c']);
    expect(['/a/b.c', 'C:\\a\\b.c', 'b.c', '/b.c', 'C:\\b.c'].map(folderOf)).toEqual([
      '/a',
      'C:\\a',
      '.',
      '/',
      'C:\\',
    ]);
  });

  it('compares Windows paths without regard to case', () => {
    expect(samePath('C:\\A\\b.c', 'c:/a/B.C')).toBe(true);
    expect(samePath('/A/b.c', '/a/b.c')).toBe(false);
    expect(samePath('/a/./b.c', '/a/b.c')).toBe(true);
  });

  it.each([
    ['/build/src/a.c', { '/build': '/home/u' }, '/home/u/src/a.c'],
    ['/build/src/a.c', { '/build': '/x', '/build/src/': '/home/u' }, '/home/u/a.c'],
    ['/builder/a.c', { '/build': '/home/u' }, undefined],
    ['/build/src/a.c', { '/build': 'C:\\u' }, 'C:\\u\\src\\a.c'],
    ['D:\\b\\src\\a.c', { 'd:/b': '/home/u' }, '/home/u/src/a.c'],
    ['./src/a.c', { src: '/home/u' }, '/home/u/a.c'],
  ])('mapPath %s %j', (path, map, expected) => {
    expect(mapPath(path, map)).toBe(expected);
  });
});
