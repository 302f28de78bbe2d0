import type { Result } from '../vm/base/problem.ts';

/** How the debugger reaches files: Node's, or those of an editor's workspace. */
export interface FileAccessor {
  /** Problem `file-not-found` or `file-not-readable`, with the path as its place. */
  readFile(path: string): Promise<Result<Uint8Array>>;
  /** Time of the last change in milliseconds since 1970; undefined where there is no such file. */
  modified(path: string): Promise<number | undefined>;
}
