import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { cleanUp, Debuggee, setBreakpoint } from './debuggee.ts';
import {
  havePage,
  launchConfiguration,
  pageStep,
  screenshot,
  workspaceFile,
  workspaceFolder,
} from './util.ts';

const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('ebpfDebugger');

/** Runs a task; its exit code. */
async function execute(task: vscode.Task): Promise<number | undefined> {
  const ended = new Promise<number | undefined>((resolve) => {
    const listener = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== task.name) return;
      listener.dispose();
      resolve(exitCode);
    });
  });
  await vscode.tasks.executeTask(task);
  return ended;
}

async function taskNamed(name: string): Promise<vscode.Task> {
  const tasks = await vscode.tasks.fetchTasks({ type: 'bpf' });
  const found = tasks.find((task) => task.name === name);
  assert.ok(found, `tasks: ${tasks.map((task) => task.name).join(', ')}`);
  return found;
}

async function compilerIsThere(): Promise<boolean> {
  const { execution } = await taskNamed('build for debugging');
  return execution instanceof vscode.ProcessExecution;
}

describe('tasks that build', () => {
  let debuggee: Debuggee;
  const object = workspaceFile('built.bpf.o');
  beforeEach(async () => {
    debuggee = new Debuggee();
    await settings().update('includePaths', [
      `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`,
    ]);
    const source = workspaceFile('built.bpf.c');
    await vscode.workspace.fs.copy(workspaceFile('count.bpf.c'), source, { overwrite: true });
    await vscode.window.showTextDocument(source);
  });
  afterEach(async () => {
    await settings().update('clang', undefined);
    await settings().update('includePaths', undefined);
    await cleanUp(debuggee);
  });

  it('make of the source in the editor an object in which every variable is seen', async function () {
    if (!(await compilerIsThere())) this.skip();
    assert.equal(await execute(await taskNamed('build for debugging')), 0);
    await setBreakpoint('built.bpf.c', 'ctx->packets += value->packets');
    const configuration = { ...launchConfiguration('count: XDP'), object: object.fsPath };
    const { top } = await debuggee.launch(configuration);
    assert.equal(top.name, 'sum');
    assert.match(debuggee.output('console'), /the kernel would refuse this object/);
    await screenshot('debug-build');
  });

  it('are there before a launch that names them', async function () {
    if (!(await compilerIsThere())) this.skip();
    await vscode.workspace.fs.delete(object).then(undefined, () => undefined);
    await setBreakpoint('built.bpf.c', 'ctx->packets += value->packets');
    const preLaunchTask = 'ebpf-debugger: build for debugging';
    const configuration = { ...launchConfiguration('count: XDP'), object: object.fsPath, preLaunchTask };
    const { top } = await debuggee.launch(configuration);
    assert.equal(top.name, 'sum');
  });

  it('make an object for the kernel too', async function () {
    if (!(await compilerIsThere())) this.skip();
    assert.equal(await execute(await taskNamed('build for the kernel')), 0);
    const { size } = await vscode.workspace.fs.stat(object);
    assert.ok(size > 0);
  });

  it('say so where there is no clang', async () => {
    await settings().update('clang', '/no/such/clang');
    const task = await taskNamed('build for debugging');
    assert.ok(task.execution instanceof vscode.CustomExecution || task.execution === undefined);
    assert.notEqual(await execute(task), 0);
  });

  it('are offered once for an object that was optimised', async function () {
    if (!havePage) this.skip();
    const copy = workspaceFile('hinted.bpf.o');
    await vscode.workspace.fs.copy(workspaceFile('count.bpf.o'), copy, { overwrite: true });
    const configuration = { ...launchConfiguration('count: XDP'), object: copy.fsPath, stopOnEntry: true };
    await debuggee.launch(configuration);
    await vscode.commands.executeCommand('notifications.showList');
    assert.match(
      (await pageStep<string>('notification', 'hinted.bpf.o')) ?? '',
      /optimised out here or there/,
    );
    await vscode.commands.executeCommand('notifications.clearAll');
    assert.ok(workspaceFolder());
  });
});
