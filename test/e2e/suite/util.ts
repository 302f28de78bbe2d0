import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';

const door = process.env['E2E_PAGE_URL'];

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
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** All messages that the adapters of our debug type send, in order. */
export class DapLog implements vscode.Disposable {
  readonly messages: DebugProtocol.ProtocolMessage[] = [];
  private readonly registration: vscode.Disposable;
  private consumed = 0;

  constructor() {
    this.registration = vscode.debug.registerDebugAdapterTrackerFactory('bpf', {
      createDebugAdapterTracker: () => ({
        onDidSendMessage: (message: DebugProtocol.ProtocolMessage) => this.messages.push(message),
      }),
    });
  }

  /** The next event of that name after the last one that was waited for. */
  async event<T extends DebugProtocol.Event>(name: T['event']): Promise<T> {
    return await until(`the event ${name}`, () => {
      const isWanted = (message: DebugProtocol.ProtocolMessage): message is T =>
        message.type === 'event' && (message as DebugProtocol.Event).event === name;
      const at = this.messages.findIndex((message, index) => index >= this.consumed && isWanted(message));
      const found = this.messages[at];
      if (found === undefined || !isWanted(found)) return undefined;
      this.consumed = at + 1;
      return found;
    });
  }

  dispose(): void {
    this.registration.dispose();
  }
}

/** A file of the workspace, and the line (from 0) of the first text in it that contains `marker`. */
export async function findLine(file: string, marker: string): Promise<{ uri: vscode.Uri; line: number }> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder) throw new Error('no workspace is open');
  const uri = vscode.Uri.joinPath(folder.uri, file);
  const document = await vscode.workspace.openTextDocument(uri);
  const at = document.getText().indexOf(marker);
  if (at < 0) throw new Error(`${file} does not contain ${marker}`);
  return { uri, line: document.positionAt(at).line };
}
