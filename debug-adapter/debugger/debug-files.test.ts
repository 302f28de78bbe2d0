import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failed, ok } from '../../vm/base/problem.ts';
import type { FileAccessor } from './file-accessor.ts';
import { Debugger } from './debugger.ts';

const testdata = new URL('../debug-info/attached/testdata/', import.meta.url);
const files: FileAccessor = {
  readFile: (path) => {
    try {
      return Promise.resolve(ok(new Uint8Array(readFileSync(new URL(path.replace('/data/', ''), testdata)))));
    } catch {
      return Promise.resolve(failed({ code: 'file-not-found', message: `${path} is not there` }));
    }
  },
  modified: () => Promise.resolve(undefined),
};

const configuration = { object: 'linked.bpf.o', program: 'start', cwd: '/data', dataIn: '00'.repeat(64) };

describe('debugFile', () => {
  it('gives scopes to a linked object', async () => {
    const loaded = await Debugger.load(
      { ...configuration, debugFile: ['first.bpf.o', 'second.bpf.o'] },
      files,
    );
    expect(loaded.ok && loaded.value.scopes.info?.functions.map(({ name }) => name)).toEqual([
      'change',
      'other',
      'change',
      'start',
      'second_start',
    ]);
    expect(loaded.ok && loaded.value.warnings).toEqual([]);
  });

  it('says which functions are others', async () => {
    const loaded = await Debugger.load({ ...configuration, debugFile: 'other-first.bpf.o' }, files);
    expect(loaded.ok && loaded.value.warnings.map(({ code }) => code)).toEqual([
      'debug-file-differs',
      'debug-file-incomplete',
    ]);
  });

  it.each([
    ['nothing.o', 'file-not-found', undefined],
    ['first.bpf.c', 'not-elf', '/data/first.bpf.c'],
    ['stripped.bpf.o', 'no-debug-information', '/data/stripped.bpf.o'],
  ])('%s is an error of the launch', async (debugFile, code, file) => {
    const loaded = await Debugger.load({ ...configuration, debugFile }, files);
    expect(loaded).toMatchObject({ ok: false, problem: { code, ...(file && { place: { file } }) } });
  });
});
