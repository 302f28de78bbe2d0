import { readFile, stat } from 'node:fs/promises';
import { failed, ok } from '../vm/base/problem.ts';
import type { FileAccessor } from './debugger/file-accessor.ts';

export const nodeFiles: FileAccessor = {
  async readFile(path) {
    try {
      return ok(new Uint8Array(await readFile(path)));
    } catch (error) {
      const place = { file: path };
      const why = codeOf(error);
      if (why === 'ENOENT')
        return failed({ code: 'file-not-found', message: 'there is no such file', place });
      if (why === 'EISDIR') return failed({ code: 'file-unreadable', message: 'this is a folder', place });
      const message = error instanceof Error ? error.message : String(error);
      return failed({ code: 'file-unreadable', message, place });
    }
  },

  async modified(path) {
    try {
      return (await stat(path)).mtimeMs;
    } catch {
      return undefined;
    }
  },
};

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
