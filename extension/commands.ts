import * as vscode from 'vscode';
import type { CustomRequests } from '../debug-adapter/protocol/requests.ts';
import { configurationFor, withProgram } from './configuration-provider.ts';
import { commands, debugType } from './identifiers.ts';
import { listingOf } from './listing-file-system.ts';
import { explainMissingObject } from './missing-object.ts';
import { activeDocument, objectOf } from './objects.ts';

export function registerCommands(): vscode.Disposable[] {
  return [
    vscode.commands.registerCommand(commands.debugObject, debugObject),
    vscode.commands.registerCommand(commands.openListing, openListing),
    vscode.commands.registerCommand(commands.runToCaller, runToCaller),
    vscode.commands.registerCommand(commands.toggleHex, toggleHex),
  ];
}

/** `program` is given by the object editor's buttons. */
async function debugObject(target?: unknown, program?: unknown): Promise<void> {
  const object = await objectOfTarget(target);
  if (object === undefined) return;
  const folder = vscode.workspace.getWorkspaceFolder(object);
  const configuration = configurationFor(object, folder);
  await vscode.debug.startDebugging(
    folder,
    typeof program === 'string' ? withProgram(configuration, program) : configuration,
  );
}

async function openListing(target?: unknown): Promise<void> {
  const object = await objectOfTarget(target);
  if (object !== undefined) await vscode.window.showTextDocument(listingOf(object), { preview: false });
}

/** Of the file a menu was opened on, else of the active editor; where there is none, the user is told. */
async function objectOfTarget(target: unknown): Promise<vscode.Uri | undefined> {
  const document = target instanceof vscode.Uri ? target : activeDocument();
  const object = document && (await objectOf(document));
  if (object === undefined) void explainMissingObject(document);
  return object;
}

async function runToCaller(): Promise<void> {
  const item = vscode.debug.activeStackItem;
  const session = activeSession();
  if (session === undefined) return;
  await request(session, 'bpf/runToCaller', { threadId: item?.threadId ?? 1 });
}

async function toggleHex(): Promise<void> {
  const session = activeSession();
  if (session !== undefined) await request(session, 'bpf/toggleHex', undefined);
}

function activeSession(): vscode.DebugSession | undefined {
  const session = vscode.debug.activeDebugSession;
  return session?.type === debugType ? session : undefined;
}

async function request<Name extends keyof CustomRequests>(
  session: vscode.DebugSession,
  name: Name,
  body: CustomRequests[Name][0],
): Promise<void> {
  try {
    await session.customRequest(name, body);
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}
