import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failed, ok, type Result } from '../base/problem.ts';
import type { ScenarioFiles } from './prepare-scenario.ts';
import { runScenario } from './run-scenario.ts';
import { parseScenario } from './scenario.ts';
import { printResult, type ScenarioResult } from './scenario-result.ts';

const examples = new URL('../../examples/', import.meta.url);
const files: ScenarioFiles = {
  readFile: (path) => {
    try {
      return Promise.resolve(ok(new Uint8Array(readFileSync(new URL(path, examples)))));
    } catch {
      return Promise.resolve(failed({ code: 'file-not-found', message: `no ${path}` }));
    }
  },
};

async function run(json: object, cycleLimit?: number): Promise<Result<ScenarioResult>> {
  const scenario = parseScenario({ object: 'count.bpf.o', ...json });
  return scenario.ok
    ? runScenario(scenario.value, files, cycleLimit === undefined ? {} : { cycleLimit })
    : scenario;
}

async function result(json: object, cycleLimit?: number): Promise<ScenarioResult> {
  const value = await run(json, cycleLimit);
  if (!value.ok) throw new Error(value.problem.message);
  return value.value;
}

async function differences(json: object): Promise<readonly string[]> {
  return (await result({ runs: [json] })).runs.flatMap((report) => report.differences);
}

async function problem(json: object): Promise<string> {
  const value = await run(json);
  return value.ok ? 'none' : `${value.problem.code}: ${value.problem.message}`;
}

/** 60 bytes of UDP over IPv4. */
const udp =
  '02000000000102000000000208004500002e00014000401126890a0000010a0000359c400035001a0000' + '78'.repeat(18);
const counted = [{ key: 17, value: { packets: 1, bytes: 60 } }];

describe('expectations', () => {
  it('that hold give no difference', async () => {
    const expectation = {
      retval: 'XDP_PASS',
      r0: '0x2',
      dataOut: udp,
      maps: { counts: counted },
      globals: { threshold: 10000 },
      output: [],
      fault: null,
    };
    const { passed, runs } = await result({ runs: [{ dataIn: udp, expect: expectation }] });
    expect([passed, runs[0]?.differences]).toEqual([true, []]);
  });

  it('leave free what they omit: members of values, elements of arrays', async () => {
    expect(
      await differences({ dataIn: udp, expect: { maps: { counts: [{ key: 17, value: { bytes: 60 } }] } } }),
    ).toEqual([]);
    expect(await differences({ dataIn: udp, expect: { maps: { '.data': [] } } })).toEqual([]);
  });

  it.each([
    [{ retval: 1 }, 'retval: expected 1, found 2 (XDP_PASS)'],
    [{ retval: 'XDP_DROP' }, 'retval: expected XDP_DROP, found 2 (XDP_PASS)'],
    [{ r0: 3 }, 'r0: expected 0x3, found 0x2'],
    [{ dataOut: '00' }, `dataOut: expected 00, found ${udp} (1 and 60 bytes)`],
    [{ dataOut: udp.replace('0200', '0300') }, 'first at byte 0'],
    [{ maps: { counts: [] } }, 'maps.counts[17]: not expected: {"packets":1,"bytes":60}'],
    [{ maps: { counts: [...counted, { key: 6, value: {} }] } }, 'maps.counts[0x06000000]: not there'],
    [{ maps: { counts: [{ key: 17, value: { bytes: 61 } }] } }, 'found {"packets":1,"bytes":60}'],
    [{ globals: { threshold: 1 } }, 'globals.threshold: expected 1, found 10000'],
    [{ output: [{ text: 'hello' }] }, 'output[0]: expected {"text":"hello"}, found nothing'],
    [
      { fault: { kind: 'null-pointer' } },
      'fault: expected {"kind":"null-pointer"}, but the run ended without',
    ],
  ])('%j that does not hold is one difference', async (expectation, difference) => {
    const found = await differences({ dataIn: udp, expect: expectation });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(difference);
  });

  it('of output compare helper and text', async () => {
    const runs = [
      { set: { globals: { threshold: 1 } }, dataIn: udp, expect: { output: [{ helper: 'x', text: 'y' }] } },
    ];
    const [report] = (await result({ runs })).runs;
    const text = '60 bytes in 1 protocols, most packets are of protocol 17';
    expect(report?.differences).toEqual([
      'output[0].helper: expected x, found bpf_trace_printk',
      `output[0].text: expected "y", found "${text}"`,
    ]);
  });
});

describe('runs', () => {
  it('work on the same maps, in order, with changes before them', async () => {
    const { runs, maps } = await result({
      maps: { counts: [{ key: 6, value: { packets: 1 } }] },
      runs: [
        { dataIn: udp },
        { advanceNs: '0x10', expect: { maps: { counts: [{ key: 6, value: {} }, ...counted] } } },
        { set: { maps: { counts: [] } }, dataIn: udp },
      ],
    });
    expect(runs.map(({ program, passed }) => [program, passed])).toEqual([
      ['count_packets', true],
      [undefined, true],
      ['count_packets', true],
    ]);
    expect([...(maps.find(({ name }) => name === 'counts')?.elements() ?? [])]).toMatchObject([
      { formatted: { key: 17, value: { packets: 1, bytes: 60 } } },
    ]);
  });

  it('without a program have nothing to return', async () => {
    expect(await problem({ runs: [{ advanceNs: 1, expect: { retval: 0 } }] })).toContain(
      'runs[0].expect: no program runs',
    );
  });

  it('take the context of a syscall program as bytes or by its type, and give it back', async () => {
    const bytes = [100, ...new Array<number>(23).fill(0)];
    for (const ctxIn of [{ at_least: 100 }, { bytes }, { bytes: `64${'00'.repeat(23)}` }]) {
      const { runs } = await result({
        object: 'untyped.bpf.o',
        maps: { balances: [{ key: 1001, value: 250 }] },
        runs: [{ ctxIn, expect: { retval: 1 } }],
      });
      expect(runs[0]?.ctxOut?.['formatted']).toEqual({
        at_least: 100,
        total: 250,
        accounts: 1,
        largest: 1001,
      });
    }
  });

  it('past the cycle limit end with a fault', async () => {
    const { runs, passed } = await result({ runs: [{ dataIn: udp }] }, 10);
    expect(passed).toBe(false);
    expect(runs[0]).toMatchObject({
      retval: undefined,
      cycles: 10,
      fault: { kind: 'cycle-limit', section: 'xdp', cycle: 10 },
    });
    expect(
      (await result({ runs: [{ dataIn: udp, expect: { fault: { kind: 'cycle-limit' } } }] }, 10)).passed,
    ).toBe(true);
  });

  it('are the same every time', async () => {
    const json = { environment: { hashSeed: 5 }, runs: [{ dataIn: udp }, { dataIn: udp }] };
    const printed = async (): Promise<string> => [...printResult('s', await result(json))].join('');
    expect(await printed()).toBe(await printed());
  });
});

describe('what cannot be loaded is a problem', () => {
  it.each([
    [{ object: 'nothing.o' }, 'file-not-found'],
    [{ object: 'count.bpf.c' }, ': '],
    [
      { object: ['count.bpf.o', 'hash.bpf.o'] },
      'unsupported-linking: linking several objects is not supported yet',
    ],
    [{ program: 'nobody' }, 'program-unknown: there is no program nobody'],
    [{ maps: { nothing: [] } }, 'bad-scenario: maps.nothing: there is no such map'],
    [{ maps: { counts: [{ key: ['0x01', '0x00'], value: {} }] } }, 'bad-scenario: maps.counts[0].key'],
    [{ globals: { nothing: 1 } }, 'bad-scenario: globals.nothing: there is no such global variable'],
    [{ runs: [{}, { dataIn: '00' }] }, 'refused-input: runs[1]: the packet has 1 bytes'],
    [{ runs: [{ cpu: 2 }] }, 'bad-cpu: runs[0]: cpu 2'],
    [{ runs: [{ ctxIn: { mark: 1 } }] }, 'unknown-context-field: runs[0]: xdp_md has no field mark'],
    [{ runs: [{ ctxIn: { data: 'x' } }] }, 'bad-scenario: runs[0].ctxIn.data: an integer was expected'],
    [{ runs: [{ dataIn: { pcap: 'count.bpf.o', packet: 1 } }] }, 'not-a-capture: runs[0]: '],
    [{ runs: [{ expect: { maps: { nothing: [] } } }] }, 'bad-scenario: runs[0].expect.maps.nothing'],
  ])('%#: %j', async (json, message) => expect(await problem(json)).toContain(message));
});
