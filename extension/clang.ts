import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';

/** Names that clang is installed under, the plain one first, then the newest. */
export const compilerNames = ['clang', ...Array.from({ length: 15 }, (_, i) => `clang-${28 - i}`)] as const;

/** What `ebpfDebugger.clang` names, or else the first of the names that is installed; undefined where none is. */
export async function findClang(): Promise<string | undefined> {
  const configured = vscode.workspace.getConfiguration('ebpfDebugger').get<string>('clang', '').trim();
  const names = configured === '' ? compilerNames : [configured];
  for (const name of names) if (await isInstalled(name)) return name;
  return undefined;
}

async function isInstalled(name: string): Promise<boolean> {
  const folders = isAbsolute(name) ? [''] : (process.env['PATH'] ?? '').split(delimiter);
  const endings = process.platform === 'win32' ? ['.exe', ''] : [''];
  for (const folder of folders) {
    for (const ending of endings) {
      try {
        await access(join(folder, name + ending), constants.X_OK);
        return true;
      } catch {
        // Not there: the next place.
      }
    }
  }
  return false;
}
