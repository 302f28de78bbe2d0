import assert from 'node:assert/strict';
import type { DebugProtocol as Dap } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import { cleanUp, Debuggee, setBreakpoint } from './debuggee.ts';
import { havePage, launchConfiguration, pageStep, screenshot, workspaceFile } from './util.ts';

describe('values', () => {
  let debuggee: Debuggee;
  beforeEach(() => {
    debuggee = new Debuggee();
  });
  afterEach(() => cleanUp(debuggee));

  it('are shown in hexadecimal and back', async () => {
    await setBreakpoint('count.bpf.c', 'ctx->packets += value->packets');
    const { top } = await debuggee.launch(launchConfiguration('count: XDP'));
    const bytes = async () => (await debuggee.values(top, 'Locals', 'value'))['bytes'];
    await vscode.commands.executeCommand('ebpf-debugger.toggleHex');
    assert.equal(await bytes(), '0x41a');
    if (havePage) {
      const rows = await pageStep<string[]>('expandVariable', 'Locals', 'value');
      assert.ok(
        rows?.some((row) => row.includes('0x41a')),
        String(rows),
      );
    }
    await vscode.commands.executeCommand('ebpf-debugger.toggleHex');
    assert.equal(await bytes(), '1050');
  });

  it('are shown where the pointer rests on an expression, and can be set', async function () {
    if (!havePage) this.skip();
    await setBreakpoint('count.bpf.c', 'ctx->bytes += value->bytes');
    const { top } = await debuggee.launch(launchConfiguration('count: XDP'));
    const line = 'ctx->most = value->packets;';
    assert.match((await pageStep<string>('hover', line, line.indexOf('packets'))) ?? '', /^7$/);
    await screenshot('hover');
    await debuggee.ask('setExpression', { expression: 'ctx->packets', value: '4711', frameId: top.id });
    const expression = 'ctx->packets';
    const words = { expression, frameId: top.id, context: 'watch' };
    const { result } = await debuggee.ask<Dap.EvaluateResponse['body']>('evaluate', words);
    assert.equal(result, '4711');
  });

  it('are there at a fault, which is told in the words of the verifier', async () => {
    const object = workspaceFile('two.bpf.o').fsPath;
    const words = { type: 'bpf', request: 'launch', name: 'two', object, program: 'read_beyond' };
    const { stopped, top } = await debuggee.launch(words);
    assert.equal(stopped.reason, 'exception');
    assert.match(stopped.text ?? '', /^invalid access to packet, off=64 size=1/);
    assert.equal(top.name, 'read_beyond');
    assert.ok(await debuggee.values(top, 'Registers'));
    await screenshot('fault');
  });
});
