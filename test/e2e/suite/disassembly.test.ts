import assert from 'node:assert/strict';
import type { DebugProtocol as Dap } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import { cleanUp, Debuggee, setBreakpoint } from './debuggee.ts';
import { havePage, launchConfiguration, pageStep, screenshot } from './util.ts';

describe('the Disassembly view', () => {
  let debuggee: Debuggee;
  beforeEach(() => {
    debuggee = new Debuggee();
  });
  afterEach(() => cleanUp(debuggee));

  it('goes through a callback by instruction, and on to the next element', async function () {
    if (!havePage) this.skip();
    await setBreakpoint('count.bpf.c', 'ctx->packets += value->packets');
    const { top } = await debuggee.launch(launchConfiguration('count: XDP'));
    await vscode.commands.executeCommand('debug.action.openDisassemblyView');
    const rows = await pageStep<string[]>('disassembly', 'r1 = *(u64 *)(r3 +0)');
    assert.ok(rows?.some((row) => row.includes('r5 += r1')));
    assert.match((await pageStep<string>('currentInstruction')) ?? '', /r1 = \*\(u64 \*\)\(r3 \+0\)/);

    const next = await debuggee.command('workbench.action.debug.stepOver');
    const { arguments: words } = debuggee.lastRequest('next') as Dap.NextRequest;
    assert.equal(words.granularity, 'instruction');
    const address = BigInt(top.instructionPointerReference ?? '');
    assert.equal(BigInt(next.top.instructionPointerReference ?? ''), address + 8n);
    assert.match((await pageStep<string>('currentInstruction')) ?? '', /r5 = \*\(u64 \*\)\(r4 \+0\)/);
    await screenshot('disassembly');

    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    let sight = next;
    for (let steps = 0; steps < 20 && !sight.frames[1]?.name.includes('element 2'); steps++)
      sight = await debuggee.command('workbench.action.debug.stepOver');
    assert.equal(sight.frames[1]?.name, 'bpf_for_each_map_elem(counts) — element 2 of 5');
    assert.equal(BigInt(sight.top.instructionPointerReference ?? ''), address);
  });

  it('takes breakpoints', async function () {
    if (!havePage) this.skip();
    await setBreakpoint('count.bpf.c', 'ctx->packets += value->packets');
    await debuggee.launch(launchConfiguration('count: XDP'));
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await vscode.commands.executeCommand('debug.action.openDisassemblyView');
    await pageStep('currentInstruction');
    await pageStep('breakAtInstruction', 'r5 += r1');
    const { stopped } = await debuggee.command('workbench.action.debug.continue');
    assert.equal(stopped.reason, 'instruction breakpoint');
    assert.match((await pageStep<string>('currentInstruction')) ?? '', /r5 \+= r1/);
  });
});
