import * as vscode from 'vscode';
import { debugType } from './identifiers.ts';
import { activeDocument, describeFile, objectOf, objectsOf } from './objects.ts';
import { explainMissingObject } from './missing-object.ts';
import { pickProgram } from './pick-program.ts';

/** Completes launch configurations: F5 without launch.json debugs the object of the active editor. */
export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  /** What a new launch.json starts with. */
  async provideDebugConfigurations(
    folder: vscode.WorkspaceFolder | undefined,
  ): Promise<vscode.DebugConfiguration[]> {
    const active = activeDocument();
    const object = active && (await objectOf(active));
    if (object !== undefined) return [configurationFor(object, folder)];
    const path = '${workspaceFolder}/program.bpf.o';
    return [{ type: debugType, request: 'launch', name: 'Debug BPF object', object: path }];
  }

  async resolveDebugConfiguration(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    if (configuration.type || configuration.request || configuration.name) {
      return { cwd: folder?.uri.fsPath, ...configuration };
    }
    const active = activeDocument();
    const object = active && (await objectOf(active));
    if (object === undefined) {
      void explainMissingObject(active);
      return undefined;
    }
    return { cwd: folder?.uri.fsPath, ...configurationFor(object, folder) };
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

/** One configuration for each program of the folder's compiled objects. */
export class DynamicConfigurationProvider implements vscode.DebugConfigurationProvider {
  async provideDebugConfigurations(
    folder: vscode.WorkspaceFolder | undefined,
  ): Promise<vscode.DebugConfiguration[]> {
    // Without a folder VS Code asks for the user's settings too: each folder has answered for itself.
    if (folder === undefined && vscode.workspace.workspaceFolders !== undefined) return [];
    const objects = (await objectsOf(folder)).sort((a, b) => (a.path < b.path ? -1 : 1));
    const each = objects.map(async (object) => {
      const one = configurationFor(object, folder);
      const described = await describeFile(object);
      if (!described.ok || described.view.programs.length < 2) return [one];
      return described.view.programs.map((program) => withProgram(one, program.name));
    });
    return (await Promise.all(each)).flat();
  }
}

/** With the path that is right for everybody who shares launch.json, where the object lies in the folder. */
export function configurationFor(
  object: vscode.Uri,
  folder: vscode.WorkspaceFolder | undefined,
): vscode.DebugConfiguration {
  const path = vscode.workspace.asRelativePath(object, false);
  const own = vscode.workspace.getWorkspaceFolder(object);
  const inFolder = own !== undefined && own.uri.toString() === folder?.uri.toString();
  return {
    type: debugType,
    request: 'launch',
    name: `Debug ${path}`,
    object: inFolder ? `\${workspaceFolder}/${path}` : object.fsPath,
  };
}

export function withProgram(
  configuration: vscode.DebugConfiguration,
  program: string,
): vscode.DebugConfiguration {
  return { ...configuration, name: `${configuration.name}: ${program}`, program };
}
