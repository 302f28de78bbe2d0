import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DebugProtocol as Dap } from '@vscode/debugprotocol';
import { handlers } from '../../debug-adapter/handlers/registry.ts';
import { buildAdapter, example, spawnAdapter } from './adapter-process.ts';
import type { DapClient } from './client.ts';
import { withNamedAddresses } from './normalise.ts';
import { initializeArguments, launch, nextStop, parts, resume, scopeOf, setBreakpoints } from './session.ts';

let client: DapClient;

beforeAll(buildAdapter);
beforeEach(() => {
  client = spawnAdapter();
});
afterEach(() => client.close());

/** One line a message, with names for what differs from machine to machine: folders and addresses. */
function normalised(messages: readonly Dap.ProtocolMessage[]): string {
  return withNamedAddresses(messages.map(lineOfMessage).join('').replaceAll(example(''), '<examples>/'));
}

function lineOfMessage(message: Dap.ProtocolMessage): string {
  const written = (body: unknown): string => (body === undefined ? '' : ` ${JSON.stringify(body)}`);
  if (message.type === 'request') {
    const request = message as Dap.Request;
    return `> ${request.command}${written(request.arguments)}\n`;
  }
  if (message.type === 'event') {
    const event = message as Dap.Event;
    return `* ${event.event}${written(event.body)}\n`;
  }
  const response = message as Dap.Response;
  return `< ${response.success ? '' : 'failed '}${response.command}${written(response.body)}\n`;
}

describe('golden', () => {
  it('capabilities: what is registered, and nothing else', async () => {
    const capabilities = await client.request('initialize', initializeArguments);
    await expect(`${JSON.stringify(capabilities, null, 2)}\n`).toMatchFileSnapshot(
      'golden/capabilities.json',
    );
  });

  it('requests: what is answered, with the capabilities of each', async () => {
    const lines = handlers.map(({ command, capabilities }) =>
      [command, ...Object.keys(capabilities)].join(' ').trim(),
    );
    expect(new Set(handlers.map(({ command }) => command)).size).toBe(handlers.length);
    await expect(`${lines.sort().join('\n')}\n`).toMatchFileSnapshot('golden/requests.txt');
  });

  it('a session as VS Code drives it', async () => {
    const source = example('count.bpf.c');
    await launch(client, { scenario: example('count.scenario.json') });
    await setBreakpoints(client, source, { marker: 'ctx->packets += value->packets' });
    await client.request('setFunctionBreakpoints', { breakpoints: [] });
    await client.request('setExceptionBreakpoints', {
      filters: ['memory', 'refused', 'limits', 'not-implemented', 'strict'],
    });
    await client.request('configurationDone');
    const { frames, top } = await nextStop(client);
    await client.request('threads');
    const values = await scopeOf(client, top, 'Locals');
    await parts(client, values.variablesReference);
    const traversal = await scopeOf(client, frames[1]!, 'Traversal');
    await parts(client, traversal.variablesReference);
    const second = await resume(client);
    await client.request('evaluate', { expression: '*key', context: 'hover', frameId: second.top.id });
    await client.failure('evaluate', { expression: 'nobody', context: 'hover', frameId: second.top.id });
    await client.request('setBreakpoints', { source: { path: source }, breakpoints: [] });
    await resume(client, 'stepOut');
    await resume(client, 'bpf/runToCaller');
    await resume(client, 'next');
    await resume(client);
    await client.request('terminate');
    await client.event('terminated');
    await client.request('disconnect');
    await expect(normalised(client.messages)).toMatchFileSnapshot('golden/session.txt');
  });
});
