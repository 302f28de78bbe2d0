import { beforeAll, expect, it } from 'vitest';
import { buildAdapter, example, spawnAdapter } from './adapter-process.ts';
import type { DapClient } from './client.ts';
import { launch, nextStop, resume, setBreakpoints, type Sight } from './session.ts';

beforeAll(buildAdapter);

/** What a client asks for at each stop. */
async function scopes(client: DapClient, { top }: Sight): Promise<void> {
  await client.request('scopes', { frameId: top.id });
}

// Prints and does not judge: the figures are those of the machine.
it('speed: first stop, and a step with stack and scopes', async () => {
  const start = performance.now();
  const client = spawnAdapter();
  await launch(client, { scenario: example('count.scenario.json') });
  await setBreakpoints(client, example('count.bpf.c'), { marker: 'void *data_end = (void *)(long)ctx' });
  await client.request('configurationDone');
  await scopes(client, await nextStop(client));
  const firstStop = performance.now() - start;

  const steps: number[] = [];
  for (let step = 0; step < 15; step++) {
    const before = performance.now();
    await scopes(client, await resume(client, 'next'));
    steps.push(performance.now() - before);
  }
  client.close();
  steps.sort((a, b) => a - b);
  const median = steps[steps.length >> 1] ?? NaN;
  const slowest = steps.at(-1) ?? NaN;
  console.log(
    `process start to first stop with stack and scopes: ${firstStop.toFixed(0)} ms; ` +
      `next with stack and scopes: median ${median.toFixed(1)} ms, slowest ${slowest.toFixed(1)} ms`,
  );
  expect(steps).toHaveLength(15);
});
