import * as vscode from 'vscode';

const door = process.env['E2E_PAGE_URL'];

/** Whether there is a page to look at and click on: not in a desktop VS Code. */
export const havePage = door !== undefined;

async function ask(path: string, body: unknown[] = []): Promise<unknown> {
  if (door === undefined) return undefined;
  const response = await fetch(door + path, { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${text}`);
  return JSON.parse(text);
}

/** Saves the page as NAME.png. Does nothing in a desktop VS Code. */
export async function screenshot(name: string): Promise<void> {
  await ask(`/screenshot/${name}`);
}

/** Runs a step of page-steps.mjs on the page. Undefined in a desktop VS Code, where there is none. */
export async function pageStep<T>(name: string, ...words: unknown[]): Promise<T | undefined> {
  // The step decides what it returns; the caller names it.
  return (await ask(`/step/${name}`, words)) as T | undefined;
}

/** Polls until `probe` gives something that is true. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | null,
  limitMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = probe();
    if (found !== undefined && found !== false && found !== null) return found;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

export function workspaceFolder(): vscode.WorkspaceFolder {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder) throw new Error('no workspace is open');
  return folder;
}

export function workspaceFile(name: string): vscode.Uri {
  return vscode.Uri.joinPath(workspaceFolder().uri, name);
}

/** A file of the workspace, and the line (from 0) of the first text in it that contains `marker`. */
export async function findLine(
  file: string | vscode.Uri,
  marker: string,
): Promise<{ uri: vscode.Uri; line: number }> {
  const uri = typeof file === 'string' ? workspaceFile(file) : file;
  const document = await vscode.workspace.openTextDocument(uri);
  const at = document.getText().indexOf(marker);
  if (at < 0) throw new Error(`${uri.path} does not contain ${marker}`);
  return { uri, line: document.positionAt(at).line };
}

/** A configuration of the workspace's launch.json. */
export function launchConfiguration(name: string): vscode.DebugConfiguration {
  const all = vscode.workspace.getConfiguration('launch').get<vscode.DebugConfiguration[]>('configurations');
  const found = all?.find((configuration) => configuration.name.startsWith(name));
  if (!found) throw new Error(`launch.json has no ${name}`);
  return structuredClone(found);
}
