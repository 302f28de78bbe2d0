import * as vscode from 'vscode';
import { debugType } from './identifiers.ts';
import { objectOfActiveEditor, objectsOfWorkspace } from './objects.ts';
import { pickProgram } from './pick-program.ts';

/** Completes launch configurations: F5 without launch.json debugs the object of the active editor. */
export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  async resolveDebugConfiguration(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    if (configuration.type || configuration.request || configuration.name) {
      return { cwd: folder?.uri.fsPath, ...configuration };
    }
    const object = await objectOfActiveEditor();
    if (object === undefined) {
      await explainMissingObject();
      return undefined;
    }
    return { cwd: folder?.uri.fsPath, ...configurationFor(object) };
  }

  async resolveDebugConfigurationWithSubstitutedVariables(
    _folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const object: unknown = configuration['object'];
    const needsProgram = configuration['program'] === undefined && configuration['scenario'] === undefined;
    if (!needsProgram || typeof object !== 'string' || configuration['runs'] !== undefined)
      return configuration;
    const picked = await pickProgram(object, configuration['cwd']);
    if (picked?.kind === 'cancelled') return undefined;
    return picked === undefined ? configuration : { ...configuration, program: picked.name };
  }
}

/** One configuration for each compiled object of the workspace. */
export class DynamicConfigurationProvider implements vscode.DebugConfigurationProvider {
  async provideDebugConfigurations(): Promise<vscode.DebugConfiguration[]> {
    return (await objectsOfWorkspace()).map(configurationFor);
  }
}

export function configurationFor(object: vscode.Uri): vscode.DebugConfiguration {
  const name = vscode.workspace.asRelativePath(object, false);
  return { type: debugType, request: 'launch', name: `Debug ${name}`, object: object.fsPath };
}

async function explainMissingObject(): Promise<void> {
  const source = vscode.window.activeTextEditor?.document.uri.path.split('/').at(-1);
  const create = 'Create launch.json';
  const choice = await vscode.window.showErrorMessage(
    source?.endsWith('.c') === true
      ? `No compiled object was found for ${source}. Compile it with "clang -O2 -g -target bpf -c ${source} -o ${source.replace(/\.c$/, '.o')}", then press F5 again.`
      : 'Open a BPF source or a compiled BPF object, or name the object in launch.json.',
    create,
  );
  if (choice === create) await vscode.commands.executeCommand('debug.addConfiguration');
}
