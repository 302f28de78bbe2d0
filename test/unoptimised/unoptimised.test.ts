import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectOk, ok } from '../../vm/base/problem.ts';
import { link } from '../../vm/object/link/link.ts';
import { readObject } from '../../vm/object/read-object.ts';
import { runScenario, type RunOptions } from '../../vm/inputs/run-scenario.ts';
import { printResult, type ScenarioResult } from '../../vm/inputs/scenario-result.ts';
import { parseScenario } from '../../vm/inputs/scenario.ts';

/**
 * What clang makes at -O0, which the kernel does not load: helpers called through registers (in both encodings of
 * callx), tables of functions, strings and maps. Objects are compiled by tools/build-unoptimised.sh.
 */

const root = new URL('../../', import.meta.url);
const versions = [14, 16, 19];
const callx = 'kernel-refuses-callx';

function read(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, root)));
}

async function run(scenario: object, path: string, options: RunOptions = {}): Promise<ScenarioResult> {
  const parsed = expectOk(parseScenario({ ...scenario, object: path }));
  return expectOk(
    await runScenario(parsed, { readFile: (file) => Promise.resolve(ok(read(file))) }, options),
  );
}

/** What a user sees of it: results, packets, contexts, output, maps but those of global data, which differ in layout. */
function seen(result: ScenarioResult): object {
  const json = JSON.parse([...printResult('', result)].join('')) as {
    runs: Record<string, unknown>[];
    maps: Record<string, unknown>;
  };
  const maps = Object.entries(json.maps).filter(([name]) => !name.startsWith('.'));
  return { runs: json.runs.map((each) => ({ ...each, cycles: 0 })), maps: Object.fromEntries(maps) };
}

describe.each(['count', 'stop_early', 'lru_percpu_hash'])('%s', (name) => {
  const scenario = JSON.parse(
    readFileSync(new URL(`examples/${name}.scenario.json`, root), 'utf8'),
  ) as object;

  test.each(versions)('leaves what it leaves at -O2: clang %i', async (version) => {
    const optimised = seen(await run(scenario, `examples/${name}.bpf.o`));
    const unoptimised = await run(scenario, `test/unoptimised/${name}.clang${version}.bpf.o`);
    expect(seen(unoptimised)).toEqual(optimised);
    expect(unoptimised.passed).toBe(true);
  });
});

describe('tables', () => {
  const scenario = { program: 'begin', runs: [{ dataIn: '00'.repeat(64) }] };
  const path = (version: number): string => `test/unoptimised/tables.clang${version}.bpf.o`;

  for (const version of versions) {
    for (const strict of [false, true]) {
      test(`are followed: clang ${version}${strict ? ', strict' : ''}`, async () => {
        const result = await run(scenario, path(version), { strict });
        expect(seen(result)).toMatchObject({
          runs: [
            {
              program: 'begin',
              retval: 3,
              fault: null,
              output: [{ helper: 'bpf_trace_printk', text: 'multiply: 25' }],
            },
          ],
          maps: {
            letters: [97, 109, 111, 0].map((value, key) => ({ formatted: { key, value } })),
            totals: [0, 0, 0, 323].map((value, key) => ({ formatted: { key, value } })),
          },
        });
      });
    }

    test(`lead nowhere where they are not filled in: clang ${version}`, async () => {
      const [only] = (await run(scenario, path(version), { relocateData: 'never' })).runs;
      expect(only?.fault?.kind).toBe('null-pointer');
    });

    test(`warnings: clang ${version}`, () => {
      const object = expectOk(readObject(read(path(version)), 'tables.bpf.o'));
      const codes = (relocateData: 'auto' | 'never'): string[] =>
        expectOk(link(object, { relocateData })).warnings.map(({ code }) => code);
      expect(codes('auto')).toEqual([callx]);
      expect(codes('never')).toEqual([callx, 'data-not-relocated', 'data-not-relocated']);
    });
  }
});
