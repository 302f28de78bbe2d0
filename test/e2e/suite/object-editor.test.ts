import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { cleanUp, Debuggee } from './debuggee.ts';
import { havePage, pageStep, screenshot, until, workspaceFile } from './util.ts';

async function open(file: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', workspaceFile(file));
  await until('the object editor', () => {
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    return input instanceof vscode.TabInputCustom && input.viewType === 'ebpf-debugger.object';
  });
}

describe('the object editor', () => {
  let debuggee: Debuggee;
  beforeEach(() => {
    debuggee = new Debuggee();
  });
  afterEach(() => cleanUp(debuggee));

  it('opens an object as its programs, maps and listing', async function () {
    await open('count.bpf.o');
    if (!havePage) this.skip();
    const text = (await pageStep<string>('webviewText', 'Programs')) ?? '';
    assert.match(text, /count_packets\s+xdp/);
    assert.match(text, /counts\s+HASH\s+__u32\s+struct count\s+16/);
    assert.match(text, /Dual MIT\/GPL/);
    assert.match(text, /call bpf_for_each_map_elem#164/);
    await screenshot('object-editor');
  });

  it('debugs the program whose button is pressed', async function () {
    if (!havePage) this.skip();
    await open('two.bpf.o');
    await pageStep('webviewText', 'drop_all');
    await pageStep('clickInWebview', 'button[data-program=drop_all]');
    const { top } = await debuggee.nextStop();
    assert.equal(top.name, 'drop_all');
    assert.match(debuggee.output('console'), /drop_all returned 1 \(XDP_DROP\), 2 cycles/);
  });

  it('says of a file that is no BPF object what is wrong', async function () {
    if (!havePage) this.skip();
    await vscode.workspace.fs.writeFile(
      workspaceFile('text.bpf.o'),
      new TextEncoder().encode('not an object'),
    );
    await open('text.bpf.o');
    const text = await pageStep<string>('webviewText', 'text.bpf.o');
    assert.match(text ?? '', /text\.bpf\.o: this is not an ELF object but a text file\s+compile with: clang/);
  });

  it('follows the file', async function () {
    if (!havePage) this.skip();
    const file = workspaceFile('changing.bpf.o');
    await vscode.workspace.fs.copy(workspaceFile('array.bpf.o'), file, { overwrite: true });
    await open('changing.bpf.o');
    await pageStep('webviewText', 'sizes');
    await vscode.workspace.fs.writeFile(file, await vscode.workspace.fs.readFile(workspaceFile('two.bpf.o')));
    assert.match((await pageStep<string>('webviewText', 'squares')) ?? '', /fill_squares/);
  });
});
