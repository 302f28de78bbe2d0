import { example } from './adapter-process.ts';
import type { DapClient } from './client.ts';
import { launch, nextStop, setBreakpoints, type Sight } from './session.ts';

/** The main example: its callback, and the scenario that leads there. */
export const source = example('count.bpf.c');
/** First line of the callback. */
export const inCallback = 'ctx->packets += value->packets';
export const configuration = { scenario: example('count.scenario.json') };

/** From a fresh client to the first element. */
export async function stopInCallback(client: DapClient): Promise<Sight> {
  await launch(client, configuration);
  await setBreakpoints(client, source, { marker: inCallback });
  await client.request('configurationDone');
  return nextStop(client);
}
