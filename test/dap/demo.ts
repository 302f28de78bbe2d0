/** `npm run demo`: a debug session on examples/count.bpf.o, as an editor would drive it, in words. */
import { readFileSync } from 'node:fs';
import type { DebugProtocol as Dap } from '@vscode/debugprotocol';
import { DapClient } from './client.ts';
import { launch, nextStop, resume, scopeOf, parts, threadId, type Sight } from './session.ts';

// Run by npm, whose folder is that of package.json.
const source = `${process.cwd()}/examples/count.bpf.c`;
const lines = readFileSync(source, 'utf8').split('\n');
const callback = lines.findIndex((line) => line.includes('ctx->packets += value->packets')) + 1;

function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

function title(text: string): void {
  say(`\n── ${text} ${'─'.repeat(Math.max(0, 72 - text.length))}`);
}

function place({ name, line, source: file }: Dap.StackFrame): string {
  return `${name}${file?.name === undefined ? '' : `  (${file.name}:${line})`}`;
}

function showStop({ stopped, frames, top }: Sight): void {
  say(`${stopped.description ?? stopped.reason}: ${place(top)}`);
  say(`    ${lines[top.line - 1]?.trim() ?? ''}`);
  say('\nCall stack');
  for (const frame of frames) say(`  ${frame.presentationHint === 'label' ? '┆' : '│'} ${place(frame)}`);
}

async function showScope(client: DapClient, frame: Dap.StackFrame, name: string): Promise<void> {
  say(`\n${name} of ${frame.name}`);
  const { variablesReference } = await scopeOf(client, frame, name);
  for (const variable of await parts(client, variablesReference)) {
    say(`  ${variable.name} = ${variable.value}`);
    // Pointers are worth one look further.
    const { namedVariables = 0, variablesReference: inner } = variable;
    if (namedVariables === 0) continue;
    for (const part of await parts(client, inner)) say(`      ${part.name} = ${part.value}`);
  }
}

async function showTraversal(client: DapClient, { frames, top }: Sight): Promise<void> {
  await showScope(client, top, 'Locals');
  const helper = frames.find(({ presentationHint }) => presentationHint === 'label');
  if (helper !== undefined) await showScope(client, helper, 'Traversal');
}

async function demo(client: DapClient): Promise<void> {
  const start = performance.now();
  await launch(client, { scenario: `${process.cwd()}/examples/count.scenario.json` });
  await client.request('setBreakpoints', { source: { path: source }, breakpoints: [{ line: callback }] });
  await client.request('configurationDone');
  const first = await nextStop(client);
  title(`first stop, ${(performance.now() - start).toFixed(0)} ms after the launch`);
  showStop(first);
  await showTraversal(client, first);

  title('continue: the next element');
  const second = await resume(client);
  showStop(second);
  await showTraversal(client, second);

  title('breakpoint removed, run to the caller');
  await client.request('setBreakpoints', { source: { path: source }, breakpoints: [] });
  const caller = await resume(client, 'bpf/runToCaller');
  showStop(caller);
  const { result } = await client.request('evaluate', { expression: '$r0', frameId: caller.top.id });
  say(`\nbpf_for_each_map_elem has returned r0 = ${result}, the number of elements it visited.`);

  title('three packets, one after the other');
  for (let run = 0; run < 3; run++) {
    const { stopped } = await resume(client);
    if (stopped.reason !== 'exit') throw new Error(`stopped for ${stopped.reason}, not at the end`);
  }
  await client.request('continue', { threadId });
  const { exitCode } = await client.event('exited');
  await client.event('terminated');
  for (const { output } of client.seen('output')) say(`  ${output.trimEnd()}`);
  say(`\nExit code ${exitCode}. The session is over.`);
}

const client = DapClient.spawn('dist/adapter.cjs');
demo(client).then(
  () => client.close(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    client.close();
    process.exitCode = 1;
  },
);
