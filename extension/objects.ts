import * as vscode from 'vscode';
import { describeObject, type Described } from '../debug-adapter/object-view.ts';
import { listingExtension, listingScheme } from '../debug-adapter/protocol/listing-uri.ts';
import { objectEditorTypes, objectGlob } from './identifiers.ts';

/** Which compiled object a file of the workspace stands for, and what it holds. */

/** The document in front: an object in its editor, a listing, or a source. */
export function activeDocument(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputCustom && objectEditorTypes.includes(input.viewType)) return input.uri;
  // A tab without a text editor: one that is about to be shown, or binary contents that are not.
  const tab = input instanceof vscode.TabInputText ? input.uri : undefined;
  return vscode.window.activeTextEditor?.document.uri ?? tab;
}

/**
 * `count.bpf.o` for itself, for its listing, and for `count.bpf.c` where it exists: beside the source, or elsewhere in
 * the workspace. Undefined for other files.
 */
export async function objectOf(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  if (uri.scheme === listingScheme) return objectOfListing(uri);
  if (uri.scheme !== 'file') return undefined;
  if (uri.path.endsWith('.o')) return uri;
  const base = /^(?<stem>.*)\.c$/.exec(uri.path)?.groups?.['stem'];
  if (base === undefined) return undefined;
  const sibling = uri.with({ path: `${base}.o` });
  if (await exists(sibling)) return sibling;
  const name = base.slice(base.lastIndexOf('/') + 1).replace(/[*?{}[\]]/g, '?');
  const elsewhere = await vscode.workspace.findFiles(`**/${name}.o`, '**/node_modules/**', 1);
  return elsewhere[0];
}

export function objectOfListing(listing: vscode.Uri): vscode.Uri | undefined {
  if (!listing.path.endsWith(listingExtension)) return undefined;
  return vscode.Uri.file(listing.path.slice(0, -listingExtension.length));
}

export function objectsOf(folder: vscode.WorkspaceFolder | undefined): Thenable<vscode.Uri[]> {
  const files = folder === undefined ? objectGlob : new vscode.RelativePattern(folder, objectGlob);
  return vscode.workspace.findFiles(files, '**/node_modules/**', 200);
}

export async function describeFile(uri: vscode.Uri): Promise<Described> {
  try {
    return describeObject(await vscode.workspace.fs.readFile(uri), uri.fsPath);
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
