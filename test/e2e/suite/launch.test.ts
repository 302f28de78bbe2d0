import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { cleanUp, Debuggee } from './debuggee.ts';
import { havePage, pageStep, screenshot, workspaceFile, workspaceFolder } from './util.ts';

const twoPrograms = {
  type: 'bpf',
  request: 'launch',
  name: 'two',
  object: '${workspaceFolder}/two.bpf.o',
};

/** Under test no toasts are shown; the notifications are in their list. */
async function notification(wanted: string): Promise<string | undefined> {
  await vscode.commands.executeCommand('notifications.showList');
  return pageStep<string>('notification', wanted);
}

describe('a session', () => {
  let debuggee: Debuggee;
  beforeEach(() => {
    debuggee = new Debuggee();
  });
  afterEach(() => cleanUp(debuggee));

  it('needs no launch.json: the source in the editor says what to debug', async () => {
    await vscode.window.showTextDocument(workspaceFile('count.bpf.c'));
    // What F5 gives to the debugger's provider where nothing is configured.
    const nothing = {} as unknown as vscode.DebugConfiguration;
    const { stopped } = await debuggee.launch(nothing);
    assert.equal(stopped.reason, 'exit');
    assert.match(debuggee.output('console'), /count_packets returned 2 \(XDP_PASS\), \d+ cycles/);
  });

  it('is started by the command for a source, an object and a listing', async () => {
    for (const file of ['array.bpf.c', 'array.bpf.o']) {
      await vscode.commands.executeCommand('ebpf-debugger.debugObject', workspaceFile(file));
      await debuggee.nextStop();
      await debuggee.finish();
    }
    const listing = vscode.Uri.parse(`bpf-listing:${workspaceFile('array.bpf.o').path}.bpf-listing`);
    await vscode.window.showTextDocument(listing);
    await vscode.commands.executeCommand('ebpf-debugger.debugObject');
    assert.equal((await debuggee.nextStop()).stopped.reason, 'exit');
  });

  it('is offered for each program of the workspace', async function () {
    if (!havePage) this.skip();
    void vscode.commands.executeCommand('workbench.action.quickOpen', 'debug ');
    await pageStep('chooseQuickPick', 'eBPF...');
    const offered = (await pageStep<string[]>('quickPick', 'two.bpf.o: drop_all')) ?? [];
    for (const wanted of ['array.bpf.o', 'count.bpf.o', 'two.bpf.o: fill_squares', 'two.bpf.o: read_beyond'])
      assert.equal(
        offered.filter((row) => row === `Debug ${wanted}`).length,
        1,
        `${wanted} once in ${offered.join(', ')}`,
      );
    await pageStep('chooseQuickPick', 'two.bpf.o: drop_all');
    assert.equal((await debuggee.nextStop()).top.name, 'drop_all');
  });

  it('asks which program is meant, where the object has several', async function () {
    if (!havePage) this.skip();
    const started = debuggee.launch(twoPrograms);
    const programs = await pageStep('quickPick', 'drop_all');
    assert.deepEqual(programs, ['fill_squares', 'drop_all', 'read_beyond']);
    await screenshot('pick-program');
    await pageStep('chooseQuickPick', 'drop_all');
    assert.equal((await started).top.name, 'drop_all');
  });

  it('does not start where none is chosen', async function () {
    if (!havePage) this.skip();
    const started = vscode.debug.startDebugging(workspaceFolder(), twoPrograms);
    await pageStep('quickPick', 'drop_all');
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    assert.equal(await started, false);
    assert.equal(vscode.debug.activeDebugSession, undefined);
  });

  it('says that the object is older than its source', async function () {
    appendFileSync(workspaceFile('hash.bpf.c').fsPath, '/* changed */\n');
    await debuggee.launch({ ...twoPrograms, object: '${workspaceFolder}/hash.bpf.o' });
    const warning = /hash\.bpf\.c has been changed since hash\.bpf\.o was compiled/;
    assert.match(debuggee.output('important'), warning);
    if (!havePage) return;
    assert.match((await notification('has been changed since')) ?? '', warning);
    await screenshot('object-older');
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  it('explains what is missing where a source has no object', async function () {
    if (!havePage) this.skip();
    const file = workspaceFile('lonely.bpf.c');
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode('int x;\n'));
    await vscode.commands.executeCommand('ebpf-debugger.debugObject', file);
    assert.match(
      (await notification('lonely.bpf.c')) ?? '',
      /No compiled object was found for lonely\.bpf\.c\. Compile it with "clang -O2 -g -target bpf -c lonely\.bpf\.c -o lonely\.bpf\.o"/,
    );
    await vscode.commands.executeCommand('notifications.clearAll');
  });
});

describe('a launch that fails', () => {
  let debuggee: Debuggee;
  beforeEach(() => {
    debuggee = new Debuggee();
  });
  afterEach(() => cleanUp(debuggee));

  /** Modal dialogs are refused in tests: the workbench gives their text to the one who started the session. */
  async function failure(words: object): Promise<string> {
    const started = vscode.debug.startDebugging(workspaceFolder(), { ...twoPrograms, ...words });
    const outcome = await Promise.resolve(started).catch((error: unknown) => String(error));
    assert.equal(typeof outcome, 'string', 'the session started');
    return String(outcome);
  }

  const cases: readonly [name: string, words: object, message: RegExp][] = [
    [
      'for a text',
      { object: '${workspaceFolder}/count.bpf.c' },
      /count\.bpf\.c: this is not an ELF object but a text file/,
    ],
    ['for a file that is not there', { object: '${workspaceFolder}/no.bpf.o' }, /no\.bpf\.o/],
    ['for a program that is not there', { program: 'nothing' }, /nothing.*fill_squares/s],
    ['for a map that is not there', { program: 'drop_all', maps: { nothing: [] } }, /nothing/],
    ['for a packet that is none', { program: 'drop_all', dataIn: 'xyz' }, /dataIn/],
  ];
  for (const [name, words, message] of cases) {
    it(`says why ${name}`, async () => {
      assert.match(await failure(words), message);
    });
  }
});
