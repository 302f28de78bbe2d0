import * as vscode from 'vscode';
import { findClang } from './clang.ts';
import { activeDocument } from './objects.ts';
import { taskType } from './identifiers.ts';

/** A task of type `bpf` in tasks.json. */
export interface BuildDefinition extends vscode.TaskDefinition {
  readonly type: typeof taskType;
  /** `debug`: -O0, where nothing is optimised out; `kernel`: -O2, what the kernel loads. */
  readonly build: 'debug' | 'kernel';
  /** Default: the source in the active editor. */
  readonly source?: string;
  /** Default: beside the source, with .o for .c. */
  readonly output?: string;
  /** More arguments for clang. */
  readonly args?: readonly string[];
}

export const buildNames = { debug: 'build for debugging', kernel: 'build for the kernel' } as const;

/** Tasks that compile a BPF source with clang. */
export class BuildTasks implements vscode.TaskProvider {
  static register(): vscode.Disposable {
    return vscode.tasks.registerTaskProvider(taskType, new BuildTasks());
  }

  async provideTasks(): Promise<vscode.Task[]> {
    const builds = ['debug', 'kernel'] as const;
    return Promise.all(builds.map((build) => buildTask({ type: taskType, build })));
  }

  /** Tasks of tasks.json have the definition only. */
  resolveTask(task: vscode.Task): Promise<vscode.Task> | undefined {
    const build: unknown = task.definition['build'];
    if (build !== 'debug' && build !== 'kernel') return undefined;
    // What is missing or wrong in the rest, clang says.
    const definition = task.definition as BuildDefinition;
    const { scope } = task;
    return buildTask(definition, typeof scope === 'object' ? scope : undefined);
  }
}

/** The task that `definition` says; where there is no clang, one that says so and fails. */
export async function buildTask(
  definition: BuildDefinition,
  folder?: vscode.WorkspaceFolder,
): Promise<vscode.Task> {
  const clang = await findClang();
  const execution =
    clang === undefined ? missingClang() : new vscode.ProcessExecution(clang, clangArguments(definition));
  const task = new vscode.Task(
    definition,
    folder ?? vscode.TaskScope.Workspace,
    buildNames[definition.build],
    'ebpf-debugger',
    execution,
    '$gcc',
  );
  task.group = vscode.TaskGroup.Build;
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Silent, clear: true };
  return task;
}

/** Paths that clang takes as they are: without a shell nothing has to be quoted. */
function clangArguments({ build, source, output, args = [] }: BuildDefinition): string[] {
  const settings = vscode.workspace.getConfiguration('ebpfDebugger');
  const input = source ?? activeSource() ?? '${file}';
  return [
    build === 'debug' ? '-O0' : '-O2',
    '-g',
    '-fstack-size-section',
    '-target',
    'bpf',
    ...settings.get<string[]>('includePaths', []).map((path) => `-I${path}`),
    ...args,
    '-c',
    input,
    '-o',
    output ?? input.replace(/(\.c)?$/, '.o'),
  ];
}

function activeSource(): string | undefined {
  const active = activeDocument();
  return active?.scheme === 'file' && active.path.endsWith('.c') ? active.fsPath : undefined;
}

function missingClang(): vscode.CustomExecution {
  const configured = vscode.workspace.getConfiguration('ebpfDebugger').get<string>('clang', '').trim();
  const what =
    configured === '' ? 'No clang was found' : `${configured}, which ebpfDebugger.clang names, was not found`;
  return new vscode.CustomExecution(() =>
    Promise.resolve(new Message(`${what}. Install clang, or name it in the setting ebpfDebugger.clang.`)),
  );
}

/** A terminal that shows a line and fails. */
class Message implements vscode.Pseudoterminal {
  readonly #written = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<number>();
  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  open(): void {
    this.#written.fire(`${this.#text}\r\n`);
    this.#closed.fire(1);
  }

  close(): void {
    // Has ended already.
  }
}
