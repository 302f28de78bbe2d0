import * as vscode from 'vscode';
import { objectEditorType, objectGlob } from './identifiers.ts';

/** Which compiled object a file of the workspace stands for. */

/** The object that the user looks at: in the object editor, in its listing, or next to the open C source. */
export async function objectOfActiveEditor(): Promise<vscode.Uri | undefined> {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputCustom && input.viewType === objectEditorType) return input.uri;
  const document = vscode.window.activeTextEditor?.document;
  return document && objectOf(document.uri);
}

/** `count.bpf.o` for itself, and for `count.bpf.c` where it exists; undefined for other files. */
export async function objectOf(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  if (uri.scheme !== 'file') return undefined;
  if (uri.path.endsWith('.o')) return uri;
  const base = /^(?<stem>.*)\.c$/.exec(uri.path)?.groups?.['stem'];
  if (base === undefined) return undefined;
  const name = base.slice(base.lastIndexOf('/') + 1);
  const sibling = uri.with({ path: `${base}.o` });
  if (await exists(sibling)) return sibling;
  const elsewhere = await vscode.workspace.findFiles(`**/${name}.o`, '**/node_modules/**', 1);
  return elsewhere[0];
}

export function objectsOfWorkspace(): Thenable<vscode.Uri[]> {
  return vscode.workspace.findFiles(objectGlob, '**/node_modules/**', 200);
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
