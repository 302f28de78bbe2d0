import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { failed, ok, type Result } from '../vm/base/problem.ts';
import type { FileAccessor } from './debugger/file-accessor.ts';

export const nodeFiles: FileAccessor = {
  async readFile(path) {
    try {
      return ok(new Uint8Array(await readFile(path)));
    } catch (error) {
      return unreadable(path, error);
    }
  },

  async *readChunks(path) {
    try {
      const pieces: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 1 << 20 });
      for await (const piece of pieces) yield ok(piece);
    } catch (error) {
      yield unreadable(path, error);
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

function unreadable(path: string, error: unknown): Result<never> {
  const place = { file: path };
  const why = codeOf(error);
  if (why === 'ENOENT') return failed({ code: 'file-not-found', message: 'there is no such file', place });
  if (why === 'EISDIR') return failed({ code: 'file-unreadable', message: 'this is a folder', place });
  const message = error instanceof Error ? error.message : String(error);
  return failed({ code: 'file-unreadable', message, place });
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
