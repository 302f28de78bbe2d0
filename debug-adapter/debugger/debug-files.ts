import { attempt, expectOk, ok, raise, type Problem, type Result } from '../../vm/base/problem.ts';
import type { ProgramObject } from '../../vm/object/program-object.ts';
import { readObject } from '../../vm/object/read-object.ts';
import { attachDebugInfo, type DebugFile } from '../debug-info/attached/attach-debug-info.ts';
import type { DebugInfo } from '../debug-info/debug-info.ts';
import { readDebugInfo } from '../debug-info/dwarf/read-debug-info.ts';
import type { LaunchConfiguration } from '../protocol/launch.ts';
import type { FileAccessor } from './file-accessor.ts';
import { joinPath } from './paths.ts';

export interface AttachedFiles {
  /** Undefined where the configuration names no debug file. */
  readonly info: DebugInfo | undefined;
  readonly warnings: readonly Problem[];
}

/** What the debug files of a launch configuration say of its object. */
export async function readDebugFiles(
  object: ProgramObject,
  { cwd = '', debugFile = [] }: LaunchConfiguration,
  files: FileAccessor,
): Promise<Result<AttachedFiles>> {
  const paths = typeof debugFile === 'string' ? [debugFile] : debugFile;
  if (paths.length === 0) return ok({ info: undefined, warnings: [] });
  const read: DebugFile[] = [];
  for (const path of paths) {
    const file = joinPath(cwd, path);
    const bytes = await files.readFile(file);
    const found = attempt(() => debugFileOf(expectOk(readObject(expectOk(bytes), file))), { file });
    if (!found.ok) return found;
    read.push(found.value);
  }
  return ok(attachDebugInfo(object, read));
}

function debugFileOf(object: ProgramObject): DebugFile {
  const info = readDebugInfo(object);
  if (info !== undefined) return { object, info };
  return raise(
    'no-debug-information',
    'the debug file has no DWARF',
    { file: object.name },
    'Name the object as clang -g made it, before it was stripped.',
  );
}
