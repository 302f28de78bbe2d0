import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { cleanUp, Debuggee, setBreakpoint } from './debuggee.ts';
import { launchConfiguration, screenshot, until, workspaceFile } from './util.ts';

async function openListing(file: string): Promise<vscode.TextDocument> {
  await vscode.commands.executeCommand('vscode.open', workspaceFile(file));
  await until(`${file} in the editor`, () => vscode.window.tabGroups.activeTabGroup.activeTab);
  await vscode.commands.executeCommand('ebpf-debugger.openListing');
  return until('the listing', () => {
    const document = vscode.window.activeTextEditor?.document;
    return document?.uri.scheme === 'bpf-listing' && document;
  });
}

describe('an object without its source', () => {
  let debuggee: Debuggee;
  beforeEach(() => {
    debuggee = new Debuggee();
  });
  afterEach(() => cleanUp(debuggee));

  it('is debugged in the lines that it knows', async () => {
    const folder = workspaceFile('source-elsewhere');
    const object = vscode.Uri.joinPath(folder, 'count.bpf.o');
    await vscode.workspace.fs.copy(workspaceFile('count.bpf.o'), object, { overwrite: true });
    const configuration = { ...launchConfiguration('count: XDP'), object: object.fsPath, cwd: folder.fsPath };
    await debuggee.launch({ ...configuration, stopOnEntry: true });
    const editor = await until('the lines', () => {
      const { activeTextEditor: active } = vscode.window;
      return active?.document.uri.scheme === 'debug' && active;
    });
    assert.match(editor.document.getText(), /^\/\/ count\.bpf\.c was not found/);
    await setBreakpoint(editor.document.uri, 'ctx->packets += value->packets');
    await screenshot('recovered-source');
    const { top } = await debuggee.command('workbench.action.debug.continue');
    assert.equal(top.name, 'sum');
    assert.match(editor.document.lineAt(top.line - 1).text, /ctx->packets \+= value->packets/);
  });
});

describe('the listing of an object', () => {
  let debuggee: Debuggee;
  beforeEach(() => {
    debuggee = new Debuggee();
  });
  afterEach(() => cleanUp(debuggee));

  for (const file of ['count.bpf.c', 'count.bpf.o']) {
    it(`opens from ${file} as a read-only document of its own language`, async () => {
      const document = await openListing(file);
      assert.equal(document.languageId, 'bpf-listing');
      assert.equal(document.uri.path, `${workspaceFile('count.bpf.o').path}.bpf-listing`);
      assert.equal(vscode.workspace.fs.isWritableFileSystem('bpf-listing'), false);
      assert.match(document.getText(), /^sum:$/m);
      assert.match(document.getText(), /call bpf_for_each_map_elem#164$/m);
    });
  }

  it('takes breakpoints', async () => {
    const { uri } = await openListing('count.bpf.c');
    await setBreakpoint(uri, 'r5 = *(u64 *)(r4 +8)');
    await screenshot('listing');
    const { stopped, top } = await debuggee.launch(launchConfiguration('count: XDP'));
    assert.equal(stopped.reason, 'breakpoint');
    assert.equal(top.name, 'sum');
    const registers = await debuggee.values(top, 'Registers');
    assert.equal(registers['r3'], '1050');
  });

  it('is where an object is debugged of whose source nothing is there, instruction by instruction', async () => {
    const folder = workspaceFile('without-source');
    const object = vscode.Uri.joinPath(folder, 'count.bpf.o');
    const bytes = Buffer.from(await vscode.workspace.fs.readFile(workspaceFile('count.bpf.o')));
    // As if the compiler had written no .BTF.ext, which has the text of lines: the section has another name.
    for (let at = bytes.indexOf('.BTF.ext\0'); at >= 0; at = bytes.indexOf('.BTF.ext\0', at + 1))
      bytes.write('.BTF.not', at);
    await vscode.workspace.fs.writeFile(object, bytes);
    const configuration = { ...launchConfiguration('count: XDP'), object: object.fsPath, cwd: folder.fsPath };
    const entry = await debuggee.launch({ ...configuration, stopOnEntry: true });
    assert.equal(entry.stopped.reason, 'entry');
    const editor = await until('the listing', () => {
      const { activeTextEditor: active } = vscode.window;
      const there = active?.document.uri.scheme === 'bpf-listing';
      return there && active.selection.active.line === entry.top.line - 1 && active;
    });
    assert.match(editor.document.lineAt(entry.top.line - 1).text, /^ *0: .*r2 = \*\(u32 \*\)\(r1 \+4\)$/);
    await setBreakpoint(editor.document.uri, 'r1 = *(u64 *)(r3 +0)');
    const inCallback = await debuggee.command('workbench.action.debug.continue');
    assert.equal(inCallback.frames[1]?.name, 'bpf_for_each_map_elem(counts) — element 1 of 5');
    const next = await debuggee.command('workbench.action.debug.stepOver');
    assert.equal(next.top.line, inCallback.top.line + 1);
  });
});
