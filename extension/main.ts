import * as vscode from 'vscode';
import { AdapterFactory } from './adapter-factory.ts';
import { BuildHint } from './build-hint.ts';
import { BuildTasks } from './build-task.ts';
import { registerCommands } from './commands.ts';
import { ConfigurationProvider, DynamicConfigurationProvider } from './configuration-provider.ts';
import { debugType } from './identifiers.ts';
import { ListingFileSystem } from './listing-file-system.ts';
import { ObjectEditor } from './object-editor.ts';

export function activate(context: vscode.ExtensionContext): void {
  const { subscriptions, extensionUri } = context;
  subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory(debugType, new AdapterFactory(extensionUri)),
    vscode.debug.registerDebugConfigurationProvider(debugType, new ConfigurationProvider()),
    vscode.debug.registerDebugConfigurationProvider(
      debugType,
      new DynamicConfigurationProvider(),
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    ListingFileSystem.register(),
    ObjectEditor.register(),
    BuildTasks.register(),
    BuildHint.register(context.workspaceState),
    ...registerCommands(),
  );
}
