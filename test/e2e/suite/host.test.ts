import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { findLine, pageStep, screenshot } from './util.ts';

describe('extension', () => {
  it('is the one under development, and starts', async () => {
    const extension = vscode.extensions.getExtension('ebpf-debugger.ebpf-debugger');
    assert.ok(extension, 'not found');
    await extension.activate();
    assert.ok(extension.isActive);
  });

  it('opens the example', async () => {
    const { uri, line } = await findLine('count.bpf.c', 'static long sum(');
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(line, 0, line, 0) });
    await screenshot('example');
    await pageStep('settle');
  });
});
