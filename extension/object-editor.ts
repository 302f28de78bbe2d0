import * as vscode from 'vscode';
import type { ObjectView } from '../debug-adapter/object-view.ts';
import { commands, objectEditorTypes } from './identifiers.ts';
import { describeFile } from './objects.ts';

class ObjectDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;

  constructor(uri: vscode.Uri) {
    this.uri = uri;
  }

  dispose(): void {
    // Holds nothing: the view reads the file.
  }
}

/** Shows a compiled object, which is no text: its programs, each with a button to debug it, its maps, its listing. */
export class ObjectEditor implements vscode.CustomReadonlyEditorProvider<ObjectDocument> {
  static register(): vscode.Disposable {
    const editor = new ObjectEditor();
    const options = {
      supportsMultipleEditorsPerDocument: true,
      webviewOptions: { enableFindWidget: true },
    };
    return vscode.Disposable.from(
      ...objectEditorTypes.map((type): vscode.Disposable =>
        vscode.window.registerCustomEditorProvider(type, editor, options),
      ),
    );
  }

  openCustomDocument(uri: vscode.Uri): ObjectDocument {
    return new ObjectDocument(uri);
  }

  async resolveCustomEditor({ uri }: ObjectDocument, panel: vscode.WebviewPanel): Promise<void> {
    const { webview } = panel;
    webview.options = { enableScripts: true };
    webview.onDidReceiveMessage((message: unknown) => handleMessage(uri, message));
    const show = async (): Promise<void> => {
      webview.html = await page(uri);
    };
    const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), name),
    );
    watcher.onDidChange(show);
    watcher.onDidCreate(show);
    panel.onDidDispose(() => {
      watcher.dispose();
    });
    await show();
  }
}

function handleMessage(uri: vscode.Uri, message: unknown): void {
  if (typeof message !== 'object' || message === null || !('command' in message)) return;
  if (message.command === 'debug' && 'program' in message) {
    void vscode.commands.executeCommand(commands.debugObject, uri, message.program);
  }
  if (message.command === 'listing') void vscode.commands.executeCommand(commands.openListing, uri);
}

async function page(uri: vscode.Uri): Promise<string> {
  const described = await describeFile(uri);
  if (described.ok) return html(body(described.view));
  return html(`<p class="problem">${escape(described.message).replace(/\n/g, '<br>')}</p>`);
}

function body({ programs, maps, license, listing }: ObjectView): string {
  const programRows = programs.map(
    ({ name, section }) =>
      `<tr><td>${escape(name)}</td><td>${escape(section)}</td>` +
      `<td><button data-program="${escape(name)}">Debug</button></td></tr>`,
  );
  const mapRows = maps.map(
    ({ name, type, keyType, valueType, maxEntries }) =>
      `<tr><td>${escape(name)}</td><td>${escape(type)}</td><td>${escape(keyType)}</td>` +
      `<td>${escape(valueType)}</td><td>${maxEntries}</td></tr>`,
  );
  return `
    <h2>Programs</h2>
    <table><tr><th>Name</th><th>Section</th><th></th></tr>${programRows.join('')}</table>
    <h2>Maps</h2>
    ${maps.length === 0 ? '<p>none</p>' : `<table><tr><th>Name</th><th>Type</th><th>Key</th><th>Value</th><th>Entries</th></tr>${mapRows.join('')}</table>`}
    <p>License: ${escape(license) || 'none'}</p>
    <h2>Listing <button data-listing>Open as text, for breakpoints</button></h2>
    <pre>${listing.split('\n').map(listingLine).join('\n')}</pre>`;
}

/** `; file:line  source`, `  12: bytes  (op) instruction`, or a label. */
function listingLine(line: string): string {
  const instruction = /^(?<left> *\d+: (?:[0-9a-f]{2} )+ ?\([0-9a-f]{2}\))(?<text>.*)$/.exec(line)?.groups;
  if (instruction !== undefined)
    return `<i>${escape(instruction['left'] ?? '')}</i>${escape(instruction['text'] ?? '')}`;
  const tag = line.startsWith(';') ? 'q' : 'b';
  return line === '' ? '' : `<${tag}>${escape(line)}</${tag}>`;
}

const style = `
  body { font-family: var(--vscode-font-family); padding: 0 1.5em 2em; }
  h2 { font-weight: normal; margin-bottom: 0.4em; }
  table { border-collapse: collapse; }
  th { text-align: left; font-weight: normal; opacity: 0.7; }
  td, th { padding: 0.15em 1.5em 0.15em 0; }
  td { font-family: var(--vscode-editor-font-family); }
  pre { font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); }
  pre i { font-style: normal; opacity: 0.6; }
  pre q { quotes: none; color: var(--vscode-textLink-foreground); }
  .problem { color: var(--vscode-errorForeground); }
  button { border: none; padding: 0.2em 0.9em; cursor: pointer; color: var(--vscode-button-foreground);
    background: var(--vscode-button-background); }
  button:hover { background: var(--vscode-button-hoverBackground); }`;

const script = `
  const vscode = acquireVsCodeApi();
  document.addEventListener('click', ({ target }) => {
    if (target.dataset.program !== undefined) vscode.postMessage({ command: 'debug', program: target.dataset.program });
    if (target.dataset.listing !== undefined) vscode.postMessage({ command: 'listing' });
  });`;

function html(content: string): string {
  const nonce = Array.from({ length: 24 }, () => Math.floor(Math.random() * 36).toString(36)).join('');
  return `<!DOCTYPE html><html><head><meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
    <style nonce="${nonce}">${style}</style></head><body>${content}<script nonce="${nonce}">${script}</script></body></html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
