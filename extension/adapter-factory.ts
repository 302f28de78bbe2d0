import * as vscode from 'vscode';

/**
 * Runs the adapter as a process of its own, so that a program under debug cannot slow the editor down. The runtime is
 * the one this extension host runs on: Node, or Electron made to behave as Node.
 */
export class AdapterFactory implements vscode.DebugAdapterDescriptorFactory {
  readonly #extensionUri: vscode.Uri;

  constructor(extensionUri: vscode.Uri) {
    this.#extensionUri = extensionUri;
  }

  createDebugAdapterDescriptor(): vscode.DebugAdapterDescriptor {
    const adapter = vscode.Uri.joinPath(this.#extensionUri, 'dist', 'adapter.cjs').fsPath;
    return new vscode.DebugAdapterExecutable(process.execPath, [adapter], {
      env: { ELECTRON_RUN_AS_NODE: '1' },
    });
  }
}
