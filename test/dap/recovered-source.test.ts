import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildAdapter, example, lineOf, spawnAdapter } from './adapter-process.ts';
import { configuration, inCallback, source } from './callback-stop.ts';
import type { DapClient } from './client.ts';
import { Objects } from './objects.ts';
import { launch, nextStop, resume } from './session.ts';

/** An object whose source is not here: .BTF.ext has the text of the lines that have code. */

let client: DapClient;
let objects: Objects;
let launched: object;
beforeAll(buildAdapter, 60_000);
beforeEach(() => {
  client = spawnAdapter();
  objects = new Objects();
  const object = objects.write('count.bpf.o', readFileSync(example('count.bpf.o')));
  launched = { ...configuration, object, cwd: objects.folder, stopOnEntry: true };
});
afterEach(() => {
  objects.remove();
  client.close();
});

describe('a source that is not here', () => {
  it('is a document of the lines that are known, each at its number', async () => {
    await launch(client, launched);
    const { sources } = await client.request('loadedSources');
    const recovered = sources.find(({ name }) => name === 'count.bpf.c');
    expect(recovered).toMatchObject({ path: 'count.bpf.c', origin: 'lines that have code, from .BTF.ext' });
    const reference = recovered?.sourceReference ?? 0;
    const { content } = await client.request('source', { sourceReference: reference });
    const [first, ...lines] = content.split('\n');
    expect(first).toMatch(/^\/\/ count\.bpf\.c was not found/);
    expect(lines.filter((line) => line !== '').length).toBeGreaterThan(20);
    const original = readFileSync(source, 'utf8').split('\n').slice(1);
    for (const [index, line] of lines.entries()) if (line !== '') expect(line).toBe(original[index]);
  });

  it('takes breakpoints and is stepped through', async () => {
    await launch(client, launched);
    const { sources } = await client.request('loadedSources');
    const recovered = sources.find(({ name }) => name === 'count.bpf.c');
    const line = lineOf(source, inCallback);
    const { breakpoints } = await client.request('setBreakpoints', {
      source: { ...recovered },
      breakpoints: [{ line }],
    });
    expect(breakpoints).toMatchObject([{ verified: true, line, source: recovered }]);
    await client.request('configurationDone');
    const entry = await nextStop(client);
    expect(entry.top.source).toEqual(recovered);
    const stopped = await resume(client, 'continue');
    expect(stopped.top).toMatchObject({ name: 'sum', line, source: recovered });
    const next = await resume(client, 'next');
    expect(next.top).toMatchObject({ name: 'sum', line: line + 1, source: recovered });
  });

  it('is where the client has it', async () => {
    await launch(client, launched);
    const line = lineOf(source, inCallback);
    const path = '/elsewhere/count.bpf.c';
    const { breakpoints } = await client.request('setBreakpoints', {
      source: { path },
      breakpoints: [{ line }],
    });
    expect(breakpoints).toMatchObject([{ verified: true, source: { path } }]);
    await client.request('configurationDone');
    expect((await nextStop(client)).top.source?.path).toBe(path);
  });
});
