import * as vscode from 'vscode';
import { describeFile } from './objects.ts';

export type Picked = { readonly kind: 'program'; readonly name: string } | { readonly kind: 'cancelled' };

/**
 * The program to debug where an object has several: asks. Undefined where there is nothing to choose (one program, or
 * an object that cannot be read: the adapter says why).
 */
export async function pickProgram(object: string, cwd: unknown): Promise<Picked | undefined> {
  const uri = resolvePath(object, cwd);
  const described = uri && (await describeFile(uri));
  if (described?.ok !== true || described.view.programs.length < 2) return undefined;
  const items = described.view.programs.map(({ name, section }) => ({ label: name, description: section }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Program to debug',
    matchOnDescription: true,
  });
  return picked === undefined ? { kind: 'cancelled' } : { kind: 'program', name: picked.label };
}

function resolvePath(path: string, cwd: unknown): vscode.Uri | undefined {
  if (/^([\\/]|[A-Za-z]:[\\/])/.test(path)) return vscode.Uri.file(path);
  return typeof cwd === 'string' ? vscode.Uri.joinPath(vscode.Uri.file(cwd), path) : undefined;
}
