import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { cleanUp, Debuggee, setBreakpoint, type Sight } from './debuggee.ts';
import {
  havePage,
  launchConfiguration,
  pageStep,
  screenshot,
  workspaceFile,
  workspaceFolder,
} from './util.ts';

const names = ({ frames }: Sight): string[] => frames.map(({ name }) => name);
const inCallback = 'ctx->packets += value->packets';
const runToCaller = 'ebpf-debugger.runToCaller';

describe('a callback of bpf_for_each_map_elem', () => {
  let debuggee: Debuggee;
  beforeEach(() => {
    debuggee = new Debuggee();
  });
  afterEach(() => cleanUp(debuggee));

  async function stopInCallback(): Promise<Sight> {
    await setBreakpoint('count.bpf.c', inCallback);
    return debuggee.launch(launchConfiguration('count: XDP'));
  }

  it('is stopped in at the first element, below the frame of its helper', async () => {
    const line = await setBreakpoint('count.bpf.c', inCallback);
    const sight = await debuggee.launch(launchConfiguration('count: XDP'));
    assert.deepEqual(names(sight), [
      'sum',
      'bpf_for_each_map_elem(counts) — element 1 of 5',
      'count_packets',
    ]);
    assert.equal(sight.stopped.reason, 'breakpoint');
    assert.equal(sight.top.line, line);
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.toString(), workspaceFile('count.bpf.c').toString());
    assert.equal(editor.selection.active.line, line - 1);
  });

  it('shows arguments, traversal, registers, maps, globals and context', async () => {
    const { top } = await stopInCallback();
    const scopes = (await debuggee.scopes(top)).map(({ name }) => name);
    const wanted = ['Locals', 'Traversal', 'Registers', 'Maps', 'Globals', 'Context', 'Packet'];
    assert.deepEqual(scopes, wanted);

    const given = await debuggee.variables(top, 'Locals');
    assert.deepEqual(
      given.map(({ name, type }) => [name, type]),
      [
        ['map', 'struct bpf_map *'],
        ['key', '__u32 *'],
        ['value', 'struct count *'],
        ['ctx', 'struct totals *'],
      ],
    );
    assert.deepEqual(await debuggee.values(top, 'Locals', 'value'), { packets: '7', bytes: '1050' });

    const traversal = await debuggee.values(top, 'Traversal');
    assert.equal(traversal['index'], '0');
    assert.equal(traversal['elements'], '5');
    assert.equal(traversal['key'], '50');
    assert.equal(traversal['value'], '{packets = 7, bytes = 1050}');

    assert.deepEqual(
      (await debuggee.variables(top, 'Maps', 'counts')).map(({ value }) => value),
      [
        '50 → {packets = 7, bytes = 1050}',
        '17 → {packets = 41, bytes = 5180}',
        '1 → {packets = 3, bytes = 294}',
        '47 → {packets = 2, bytes = 2800}',
        '6 → {packets = 120, bytes = 98304}',
      ],
    );
    assert.equal((await debuggee.values(top, 'Globals'))['threshold'], '10000');
    assert.match((await debuggee.values(top, 'Registers'))['r2'] ?? '', /<counts\[50\]\.key>$/);
    assert.equal((await debuggee.values(top, 'Context'))['ingress_ifindex'], '1');
  });

  it('shows in the views', async function () {
    if (!havePage) this.skip();
    await stopInCallback();
    const stack = await pageStep('callStack', 'bpf_for_each_map_elem');
    assert.deepEqual(stack, ['sum', 'bpf_for_each_map_elem(counts) — element 1 of 5', 'count_packets']);
    const rows = await pageStep<string[]>('expandVariable', 'Traversal');
    assert.ok(
      rows?.some((row) => /^key ?= ?50$/.test(row)),
      String(rows),
    );
    await screenshot('callback');
  });

  it('is left for the next element by Continue and by Step Out', async () => {
    await stopInCallback();
    const second = await debuggee.command('workbench.action.debug.continue');
    assert.equal(names(second)[1], 'bpf_for_each_map_elem(counts) — element 2 of 5');
    assert.equal((await debuggee.values(second.top, 'Traversal'))['key'], '17');
    assert.equal((await debuggee.values(second.top, 'Locals', 'ctx'))['packets'], '7');
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    const third = await debuggee.command('workbench.action.debug.stepOut');
    assert.equal(third.stopped.reason, 'step');
    assert.equal(names(third)[1], 'bpf_for_each_map_elem(counts) — element 3 of 5');
  });

  it('is left for the caller by Run to Caller, with the number of elements in r0', async () => {
    await stopInCallback();
    const caller = await debuggee.command(runToCaller);
    assert.deepEqual(names(caller), ['count_packets']);
    assert.equal((await debuggee.values(caller.top, 'Registers'))['r0'], '5');
  });

  it('is entered by a step into the helper', async () => {
    await setBreakpoint('count.bpf.c', 'protocols = bpf_for_each_map_elem');
    await debuggee.launch(launchConfiguration('count: XDP'));
    let sight = await debuggee.command('workbench.action.debug.stepInto');
    for (let steps = 0; names(sight)[0] !== 'sum' && steps < 3; steps++)
      sight = await debuggee.command('workbench.action.debug.stepInto');
    assert.equal(names(sight)[0], 'sum');
  });

  it('of a program that has ended is followed by a stop at its exit, and by what it returned', async () => {
    await stopInCallback();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    const atExit = await debuggee.command('workbench.action.debug.continue');
    assert.equal(atExit.stopped.description, 'Paused at the end of the program');
    assert.deepEqual(names(atExit), ['count_packets']);
    assert.match(debuggee.output('stdout'), /^107628 bytes in 5 protocols, most packets are of protocol 6$/m);
    assert.match(debuggee.output('console'), /returned 2 \(XDP_PASS\), \d+ cycles$/m);
    await debuggee.finish();
  });

  it('is not followed by that stop where the setting says so', async () => {
    await setBreakpoint('count.bpf.c', inCallback);
    await debuggee.launch({ ...launchConfiguration('count: XDP'), stopAtExit: false });
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await debuggee.finish();
    assert.match(debuggee.output('console'), /returned 2 \(XDP_PASS\), \d+ cycles$/m);
  });
});

describe('a traversal of ten thousand elements', () => {
  let debuggee: Debuggee;
  beforeEach(() => {
    debuggee = new Debuggee();
  });
  afterEach(() => cleanUp(debuggee));

  it('types void *, shows the variable of the caller’s frame, and is left at once', async () => {
    await setBreakpoint('two.bpf.c', '__u64 index = ');
    const object = `${workspaceFolder().uri.fsPath}/two.bpf.o`;
    const words = { type: 'bpf', request: 'launch', name: 'two', object, program: 'fill_squares' };
    const first = await debuggee.launch(words);
    assert.equal(names(first)[1], 'bpf_for_each_map_elem(squares) — element 1 of 10000');
    const [, key, value, ctx] = await debuggee.variables(first.top, 'Locals');
    assert.equal(key?.type, '__u32 *');
    assert.equal(value?.type, '__u64 *');
    assert.equal(ctx?.type, '__u64 (*)[2]');
    assert.match(ctx.value, /<callback_ctx, seen of fill_squares>$/);

    const second = await debuggee.command('workbench.action.debug.continue');
    assert.equal(names(second)[1], 'bpf_for_each_map_elem(squares) — element 2 of 10000');
    const caller = await debuggee.command(runToCaller);
    assert.deepEqual(names(caller), ['fill_squares']);
    assert.equal((await debuggee.values(caller.top, 'Registers'))['r0'], '10000');
    const squares = await debuggee.ask<{ result: string }>('evaluate', {
      expression: 'squares[9999]',
      frameId: caller.top.id,
      context: 'watch',
    });
    assert.equal(squares.result, String(9999 ** 2));
  });
});
