import * as vscode from 'vscode';
import { countVariables } from '../debug-adapter/object-view.ts';
import { buildTask } from './build-task.ts';
import { debugType, taskType } from './identifiers.ts';

const told = 'ebpf-debugger.buildHints';

/** Where an object is debugged whose variables cannot all be seen, offers to build it for that: once for each object. */
export class BuildHint {
  readonly #memory: vscode.Memento;

  private constructor(memory: vscode.Memento) {
    this.#memory = memory;
  }

  static register(memory: vscode.Memento): vscode.Disposable {
    const hint = new BuildHint(memory);
    return vscode.debug.onDidStartDebugSession((session) => {
      if (session.type === debugType) void hint.#look(session);
    });
  }

  async #look({ configuration, workspaceFolder }: vscode.DebugSession): Promise<void> {
    const object = objectOfSession(configuration);
    if (object === undefined) return;
    const already = this.#memory.get<readonly string[]>(told, []);
    if (already.includes(object.toString())) return;
    const name = object.path.split('/').at(-1) ?? '';
    const what = await whatIsMissing(object, name);
    if (what === undefined) return;
    await this.#memory.update(told, [...already, object.toString()]);
    const build = 'Build for Debugging';
    if ((await vscode.window.showInformationMessage(what, build)) !== build) return;
    const source = object.fsPath.replace(/\.o$/, '.c');
    await vscode.tasks.executeTask(
      await buildTask({ type: taskType, build: 'debug', source }, workspaceFolder),
    );
  }
}

/** Sessions with a debug file or a scenario file say otherwise, or in the adapter, what they debug. */
function objectOfSession({ object, cwd, debugFile }: vscode.DebugConfiguration): vscode.Uri | undefined {
  if (typeof object !== 'string' || debugFile !== undefined) return undefined;
  if (/^([\\/]|[A-Za-z]:[\\/])/.test(object)) return vscode.Uri.file(object);
  return typeof cwd === 'string' ? vscode.Uri.joinPath(vscode.Uri.file(cwd), object) : undefined;
}

async function whatIsMissing(object: vscode.Uri, name: string): Promise<string | undefined> {
  try {
    const counts = countVariables(await vscode.workspace.fs.readFile(object), name);
    if (counts === undefined) return undefined;
    const { variables, partial } = counts;
    if (variables === 0) return `${name} says nothing of local variables.`;
    if (2 * partial <= variables) return undefined;
    return `In ${name} ${partial} of ${variables} local variables are optimised out here or there.`;
  } catch {
    return undefined;
  }
}
