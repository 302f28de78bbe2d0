import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectOk, ok } from '../../vm/base/problem.ts';
import { runScenario } from '../../vm/inputs/run-scenario.ts';
import { parseScenario } from '../../vm/inputs/scenario.ts';
import type { ScenarioResult } from '../../vm/inputs/scenario-result.ts';

/** Programs of test/kernel/events without a kernel beside them: the words of refusals, and what becomes of records. */

const folder = new URL('../kernel/events/', import.meta.url);

async function run(scenario: object): Promise<ScenarioResult> {
  const files = {
    readFile: (path: string) => Promise.resolve(ok(new Uint8Array(readFileSync(new URL(path, folder))))),
  };
  return expectOk(await runScenario(expectOk(parseScenario(scenario)), files));
}

/** What Linux 6.18 says of the programs of refused.bpf.c. */
const refusals: readonly (readonly [program: string, words: string])[] = [
  [
    'leak',
    'Unreleased reference id=1 alloc_insn=4: BPF_EXIT instruction in main prog would lead to reference leak',
  ],
  [
    'leakd',
    'Unreleased reference id=1 alloc_insn=6: BPF_EXIT instruction in main prog would lead to reference leak',
  ],
  ['uninit', 'Expected an initialized dynptr as arg #2'],
  ['wrongtype', 'arg 1 is an unacquired reference'],
  ['twice', 'arg 1 is an unacquired reference'],
  ['stackmem', 'Unsupported reg type fp for bpf_dynptr_from_mem data'],
  ['memdyn', 'Unsupported reg type mem for bpf_dynptr_from_mem data'],
  ['glob', 'R4 type=map_value expected=fp, dynptr_ptr'],
  ['useafter', "R6 invalid mem access 'scalar'"],
  ['submitoff', 'R1 must have zero offset when passed to release func'],
  ['submitmap', 'R1 type=map_value expected=ringbuf_mem'],
  ['submit2', 'R1 type=scalar expected=ringbuf_mem'],
  ['oob', 'invalid access to memory, mem_size=16 off=16 size=8'],
  ['lookup2', 'cannot pass map_type 4 into func bpf_map_lookup_elem#1'],
  ['wrongmap', 'cannot pass map_type 2 into func bpf_ringbuf_output#130'],
  ['wrongmap2', 'cannot pass map_type 31 into func bpf_ringbuf_output#130'],
  ['wrongmap3', 'cannot pass map_type 27 into func bpf_perf_event_output#25'],
  ['wrongdrain', 'cannot pass map_type 27 into func bpf_user_ringbuf_drain#209'],
  ['overwr', 'Expected an initialized dynptr as arg #2'],
  ['reinit', 'cannot overwrite referenced dynptr'],
  ['offs', 'cannot pass in dynptr at an offset=-28'],
  ['offs8', 'Expected an initialized dynptr as arg #2'],
  ['slice', 'invalid access to memory, mem_size=8 off=8 size=8'],
  ['slicerb', "R6 invalid mem access 'scalar'"],
  ['cbread', "R1 invalid mem access 'dynptr_ptr'"],
  ['cbrel', 'cannot release unowned const bpf_dynptr'],
  ['cbinit', 'Dynptr has to be an uninitialized dynptr'],
];

test.each(refusals)('%s: %s', async (program, words) => {
  const result = await run({
    object: 'refused.bpf.o',
    program,
    runs: [{ userRingbuf: { urb: ['0x01 0x02 0x03 0x04 0x05 0x06 0x07 0x08'] } }],
  });
  expect(result.runs[0]?.fault?.message).toContain(words);
});

const step = (what: number, size: number, flags = 0): object => ({ what, size, offset: 0, length: 4, flags });
const script = (...steps: object[]): object => ({
  script: Array.from({ length: 32 }, (_, key) => ({ key, value: steps[key] ?? step(0, 0) })),
});

describe('records', () => {
  test('what is submitted is output with its map, text and bytes; what is discarded is not', async () => {
    const { runs } = await run({
      object: 'ring.bpf.o',
      program: 'rings',
      eventTypes: { ring: 'struct result' },
      maps: script(step(1, 3), step(5, 0), step(6, 7), step(3, 24), step(7, 4)),
    });
    expect(runs[0]?.output.map(({ helper, map, text }) => [helper, map, text])).toEqual([
      ['bpf_ringbuf_output', 'ring', '000000'],
      ['bpf_ringbuf_submit', 'ring', '8877665544332211'],
      ['bpf_ringbuf_submit_dynptr', 'ring', '{"first":0,"second":0,"bytes":0}'],
      ['bpf_ringbuf_output', 'ring', '00000000'],
      ['bpf_ringbuf_submit', 'ring', '01000000000000000000000000000000'],
    ]);
  });

  test('a full ring has room again when it was read', async () => {
    const full = script(...Array.from({ length: 32 }, () => step(1, 248)));
    const { runs } = await run({
      object: 'ring.bpf.o',
      program: 'rings',
      runs: [{ set: { maps: full } }, {}, { readRingbuf: ['ring'] }],
    });
    expect(runs.map(({ output }) => output.length)).toEqual([15, 0, 15]);
  });

  test('records of a perf event that is not open are shown with the error', async () => {
    const events = { events: [{ key: 0, value: 3 }] };
    const maps = script(step(0, 2), step(0, 2, 1), step(0, 0, 0xffffffff));
    const { runs } = await run({ object: 'ring.bpf.o', program: 'events_raw', maps: { ...maps, ...events } });
    expect(runs[0]?.output.slice(0, 3).map(({ map, data, error }) => [map, data?.length, error])).toEqual([
      ['events', 2, undefined],
      ['events', 2, -2],
      ['events', 0, undefined],
    ]);
  });
});

describe('scenarios', () => {
  test.each([
    [{ userRingbuf: { rb: ['01'] } }, 'samples are for maps of type USER_RINGBUF, rb is a RINGBUF'],
    [{ userRingbuf: { urb: ['0x0'] } }, 'hex digits were expected'],
    [{ userRingbuf: { urb: [[1, 256]] } }, '256 is not a byte'],
    [{ userRingbuf: { urb: [{ a: 1 }] } }, 'the samples of the map have no type'],
    [{ userRingbuf: { urb: ['00'.repeat(4089)] } }, 'the ring of 4096 bytes has no room for the sample'],
    [{ readRingbuf: ['urb'] }, 'only maps of type RINGBUF are read, urb is a USER_RINGBUF'],
  ])('%j', async (part, words) => {
    await expect(run({ object: 'refused.bpf.o', program: 'glob', runs: [part] })).rejects.toThrow(words);
  });
});
