import { readDebugInfo } from '../debug-info/dwarf/read-debug-info.ts';
import type { CodeIndex } from './code-index.ts';
import { CodeScopes } from './code-scopes.ts';
import { LineIndex } from './line-index.ts';

/**
 * Lines and scopes that an object itself knows. Its listing has these, whatever is attached to it: the document is made
 * from the object alone where there is no session, and has to have the same lines.
 */
export function linesOfObject(code: CodeIndex): { readonly lines: LineIndex; readonly scopes: CodeScopes } {
  const scopes = new CodeScopes(code, readDebugInfo(code.program.object));
  return { lines: new LineIndex(code, scopes), scopes };
}
