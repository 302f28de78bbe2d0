import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { failed, ok } from '../../vm/base/problem.ts';
import { describeObject } from '../object-view.ts';
import { Debugger } from './debugger.ts';
import type { FileAccessor } from './file-accessor.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, root)));
const files: FileAccessor = {
  readFile: (path) =>
    Promise.resolve(
      path.endsWith('.o') ? ok(read(path.slice(1))) : failed({ code: 'file-not-found', message: path }),
    ),
  modified: () => Promise.resolve(undefined),
};
const attached = 'debug-adapter/debug-info/attached/testdata';

it.each([
  ['examples/count.bpf.o', 'count_packets', undefined],
  ['test/unoptimised/tables.clang19.bpf.o', 'begin', undefined],
  [`${attached}/stripped.bpf.o`, 'count_packets', 'examples/count.bpf.o'],
])('%s has the same listing with and without a session', async (object, program, debugFile) => {
  const described = describeObject(read(object), object);
  const configuration = {
    cwd: '/',
    object,
    program,
    dataIn: '00'.repeat(64),
    ...(debugFile && { debugFile }),
  };
  const loaded = await Debugger.load(configuration, files);
  expect(loaded.ok && loaded.value.places.listing.text).toBe(described.ok && described.view.listing);
});
