import type { Result } from '../../vm/base/problem.ts';

/** How the debugger reaches files: a disk, or the workspace of an editor in a browser. */
export interface FileAccessor {
  /** Problem `file-not-found`, or `file-unreadable` with what the host said. */
  readFile(path: string): Promise<Result<Uint8Array>>;
  /** The same in pieces, for what may be long; ends after a problem. */
  readonly readChunks?: (path: string) => AsyncIterable<Result<Uint8Array>>;
  /** Milliseconds since 1970 of the last change; undefined for what is no file. */
  modified(path: string): Promise<number | undefined>;
}
