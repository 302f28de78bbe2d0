import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { buildAdapter, spawnAdapter } from './adapter-process.ts';
import type { DapClient } from './client.ts';
import { launch, nextStop, parts, resume, scopeOf, setBreakpoints, type Sight } from './session.ts';

const file = (name: string): string => fileURLToPath(new URL(`testdata/${name}`, import.meta.url));

beforeAll(buildAdapter, 60_000);

const firstPage = 100;

/** What a client that pages asks for at each stop, once the stack is there. */
async function firstPageOfLocals(client: DapClient, { top }: Sight): Promise<number> {
  const locals = await scopeOf(client, top, 'Locals');
  const { variablesReference } = locals;
  await client.request('variables', { variablesReference, start: 0, count: firstPage });
  return locals.namedVariables ?? 0;
}

function middle(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN;
}

// Prints and does not judge: the figures are those of the machine.
it('latency: 200 variables, a map of a million entries', { timeout: 60_000 }, async () => {
  const client = spawnAdapter();
  await launch(client, { object: file('latency.bpf.o') });
  await setBreakpoints(client, file('latency.bpf.c'), { marker: '/* first */' });
  await client.request('configurationDone');
  const first = await nextStop(client);
  const before = performance.now();
  expect(await firstPageOfLocals(client, first)).toBeGreaterThanOrEqual(200);
  const entered = performance.now() - before;

  const steps: number[] = [];
  let stop = first;
  for (let step = 0; step < 12; step++) {
    const start = performance.now();
    stop = await resume(client, 'next');
    await firstPageOfLocals(client, stop);
    steps.push(performance.now() - start);
  }

  const maps = await parts(client, (await scopeOf(client, stop.top, 'Maps')).variablesReference);
  const { variablesReference, indexedVariables } = maps[0]!;
  expect(indexedVariables).toBe(1_000_000);
  const page = async (start: number): Promise<number> => {
    const asked = performance.now();
    const { variables } = await client.request('variables', {
      variablesReference,
      filter: 'indexed',
      start,
      count: 100,
    });
    expect(variables).toHaveLength(100);
    return performance.now() - asked;
  };
  const opened = await page(0);
  const last = await page(999_900);
  client.close();
  const ms = (time: number): string => `${time.toFixed(1)} ms`;
  console.log(
    `200 variables, a million entries: locals at the first stop ${ms(entered)}; step with stack, scopes and first page ` +
      `of locals: median ${ms(middle(steps))}, slowest ${ms(Math.max(...steps))}; map opened ${ms(opened)}, its last page ${ms(last)}`,
  );
});
