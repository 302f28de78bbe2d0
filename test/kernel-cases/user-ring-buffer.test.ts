import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expectOk, ok } from '../../vm/base/problem.ts';
import { runScenario } from '../../vm/inputs/run-scenario.ts';
import { parseScenario } from '../../vm/inputs/scenario.ts';

/**
 * Runs of bpf_user_ringbuf_drain as Linux 6.18 made them: samples put into a ring of a page, and what the program left
 * in its globals after each run.
 */

interface Case {
  readonly name: string;
  readonly program?: string;
  readonly globals?: Readonly<Record<string, number>>;
  readonly samples?: readonly string[];
  readonly after: readonly Readonly<Record<string, unknown>>[];
  readonly fault?: string;
}

const three = ['0b00000000000000', '16' + '00'.repeat(15), '21' + '00'.repeat(23)];
const list = (...values: number[]): number[] => [...values, ...Array<number>(16 - values.length).fill(0)];

const cases: readonly Case[] = [
  { name: 'empty', after: [{ ret: 0, n: 0 }] },
  {
    name: 'three samples, then none',
    samples: three,
    after: [
      { ret: 3, n: 3 },
      { ret: 0, n: 3, words: list(11, 22, 33), rd: list(0, 0, 0) },
    ],
  },
  {
    name: 'a callback that stops has its sample counted',
    globals: { stop: 1 },
    samples: three,
    after: [
      { ret: 2, n: 2 },
      { ret: 1, n: 3, words: list(11, 22, 33) },
    ],
  },
  {
    name: 'BPF_RB_NO_WAKEUP',
    globals: { flags: 1 },
    samples: ['01' + '00'.repeat(7)],
    after: [{ ret: 1, n: 1 }],
  },
  {
    name: 'BPF_RB_FORCE_WAKEUP',
    globals: { flags: 2 },
    samples: ['01' + '00'.repeat(7)],
    after: [{ ret: 1, n: 1 }],
  },
  {
    name: 'other flags',
    globals: { flags: 4 },
    samples: ['01' + '00'.repeat(7)],
    after: [{ ret: -22, n: 0 }],
  },
  {
    name: 'a sample shorter than what is read',
    samples: ['aabbccdd'],
    after: [{ ret: 1, n: 1, rd: list(-7), words: list(0) }],
  },
  {
    name: 'a callback that returns 2',
    program: 'drain2',
    samples: ['01'],
    after: [{ n: 0 }],
    fault: 'refused-by-kernel',
  },
];

test.each(cases)('$name', async ({ program = 'drain', globals = {}, samples = [], after, fault }) => {
  const object = new URL('objects/user-ring-buffer.bpf.o', import.meta.url);
  const runs = after.map((expected, i) => ({
    ...(i === 0 && { userRingbuf: { urb: samples } }),
    expect: { globals: expected, ...(fault !== undefined && { fault }) },
  }));
  const scenario = expectOk(parseScenario({ object: 'user-ring-buffer.bpf.o', program, globals, runs }));
  const files = { readFile: () => Promise.resolve(ok(new Uint8Array(readFileSync(object)))) };
  const result = expectOk(await runScenario(scenario, files));
  expect(result.runs.flatMap(({ differences }) => differences)).toEqual([]);
});
