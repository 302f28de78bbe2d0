import { raise } from '../../vm/base/problem.ts';
import { integer, optional, record, text } from '../protocol/shape.ts';
import type { Session } from '../session.ts';
import { listingReference, recoveredSource } from './source-body.ts';

export const sourceShape = record({
  path: optional(text),
  name: optional(text),
  sourceReference: optional(integer),
});

/** The file a client means: its path, or what it fetched. */
export function pathOf(session: Session, { path, sourceReference }: ReturnType<typeof sourceShape>): string {
  if (sourceReference === listingReference) return session.debugger.places.listingPath;
  const fetched = sourceReference === undefined ? undefined : recoveredSource(session, sourceReference)?.path;
  return fetched ?? path ?? raise('bad-arguments', 'a source without a path has no lines');
}
