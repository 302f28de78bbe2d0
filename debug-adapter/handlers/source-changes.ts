import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Debugger } from '../debugger/debugger.ts';
import type { SourceFile } from '../debugger/sources.ts';
import type { Session } from '../session.ts';
import { sourceBody } from './source-body.ts';

/** What a restart has changed of the sources that a client may have listed. */
export function sourceChanges(
  session: Session,
  earlier: Debugger,
  now: Debugger,
): readonly DebugProtocol.LoadedSourceEvent['body'][] {
  const before = byPath(earlier);
  const after = byPath(now);
  const changes: DebugProtocol.LoadedSourceEvent['body'][] = [];
  for (const path of before.keys())
    if (!after.has(path)) changes.push({ reason: 'removed', source: sourceBody(session, path) });
  for (const [path, file] of after) {
    const old = before.get(path);
    if (old !== undefined && old.text === file.text && old.recovered === file.recovered) continue;
    changes.push({ reason: old === undefined ? 'new' : 'changed', source: sourceBody(session, path) });
  }
  return changes;
}

function byPath({ places }: Debugger): ReadonlyMap<string, SourceFile> {
  const named = places.sources.files.flatMap((file): [string, SourceFile][] =>
    file.path === undefined ? [] : [[file.path, file]],
  );
  return new Map(named);
}
