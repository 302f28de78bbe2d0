import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectOk, ok } from '../../vm/base/problem.ts';
import type { EngineOptions } from '../../vm/engine/engine.ts';
import { VirtualMachine } from '../../vm/engine/virtual-machine.ts';
import { defaultEnvironment } from '../../vm/environment/environment.ts';
import { Recording } from '../../vm/history/recording.ts';
import { dumpMap, readMapEntries, storeEntries } from '../../vm/inputs/bpftool-json.ts';
import { runScenario } from '../../vm/inputs/run-scenario.ts';
import { parseScenario } from '../../vm/inputs/scenario.ts';
import type { ScenarioResult } from '../../vm/inputs/scenario-result.ts';
import { link } from '../../vm/object/link/link.ts';
import { readObject } from '../../vm/object/read-object.ts';
import { selectProgram } from '../../vm/object/select-program.ts';

/** Maps of maps whose inner maps a scenario makes; those of objects are compared with the kernel in test/kernel/maps. */

const file = 'inner.bpf.o';
const bytes = new Uint8Array(readFileSync(new URL(`../kernel/maps/${file}`, import.meta.url)));
const engines = [
  ['interpreted', { warmUp: Infinity }],
  ['compiled', { smallestRun: 0, warmUp: 0 }],
] as const;

function create(engine: EngineOptions = {}): VirtualMachine {
  const program = expectOk(link(expectOk(readObject(bytes, file))));
  return expectOk(VirtualMachine.create(program, defaultEnvironment, engine));
}

function fill(vm: VirtualMachine, name: string, json: unknown): void {
  const map = vm.machine.maps.find((one) => one.name === name)!;
  storeEntries(vm.machine, map, readMapEntries(vm.machine, map, json, name));
}

function run(vm: VirtualMachine, program: string): number {
  expectOk(vm.startRun(expectOk(selectProgram(vm.machine.program.object, program))));
  vm.run(1_000_000);
  expect(vm.result().fault).toBeUndefined();
  return vm.result().retval;
}

const own = [
  { key: 2, value: [{ key: 1, value: 5 }] },
  {
    key: 0,
    value: [
      { key: 1, value: 6 },
      { key: 2, value: 7 },
    ],
  },
];

describe.each(engines)('%s', (_, engine) => {
  test('programs find inner maps that were made after the code', () => {
    const vm = create(engine);
    // The code is compiled before the inner maps are there.
    expect(run(vm, 'each_hash')).toBe(0);
    fill(vm, 'hashes', own);
    const before = run(vm, 'each_hash');
    const reference = create({ warmUp: Infinity });
    fill(reference, 'hashes', [
      { key: 2, value: 'hash1' },
      { key: 0, value: 'hash2' },
      { key: 1, value: 'hash0' },
    ]);
    fill(reference, 'hash1', own[0]!.value);
    fill(reference, 'hash2', own[1]!.value);
    fill(reference, 'hashes', [{ key: 3, value: 'hash0' }]);
    expect(before).toBe(run(reference, 'each_hash'));
    expect(run(vm, 'each_nested')).toBe(run(reference, 'each_nested'));
    const step = { what: 2, map: 2, key: [9], value: [9] };
    for (const machine of [vm, reference]) {
      fill(machine, 'script', [
        { key: 0, value: step },
        { key: 1, value: { ...step, what: 1 } },
        { key: 2, value: { ...step, what: 3, key: [1] } },
      ]);
    }
    expect(run(vm, 'do_hashes')).toBe(run(reference, 'do_hashes'));
    const dump = (machine: VirtualMachine, name: string): unknown => [
      ...dumpMap(
        machine.machine,
        machine.machine.maps.find((map) => map.name === name)!,
      ),
    ];
    expect(dump(vm, 'answers')).toEqual(dump(reference, 'answers'));
    expect(dump(vm, 'hashes[2]')).toEqual(dump(reference, 'hash1'));
  });

  test('going back undoes them, going on makes them again', () => {
    const vm = create(engine);
    const maps = vm.machine.maps.length;
    const recording = new Recording(vm);
    const start = (json: unknown) => (machine: VirtualMachine) => {
      fill(machine, 'hashes', json);
      return machine.startRun(expectOk(selectProgram(machine.machine.program.object, 'each_hash')));
    };
    expectOk(recording.change(start([])));
    vm.run(1_000_000);
    expectOk(recording.change(start(own)));
    vm.run(1_000_000);
    const [{ cycle }, { retval }] = [recording.moment, vm.result()];
    const state = vm.machine.memory.save();
    expect(vm.machine.maps.length).toBe(maps + 2);
    expectOk(recording.seek({ run: 0, cycle: 3 }));
    expect(vm.machine.maps.length).toBe(maps);
    expectOk(recording.seek({ run: 1, cycle }));
    expect(vm.machine.maps.length).toBe(maps + 2);
    expect(vm.result().retval).toBe(retval);
    expect(vm.machine.memory.save()).toEqual(state);
  });
});

async function scenario(json: object): Promise<ScenarioResult> {
  const parsed = expectOk(parseScenario({ object: file, program: 'each_hash', ...json }));
  return expectOk(await runScenario(parsed, { readFile: () => Promise.resolve(ok(bytes)) }, {}));
}

describe('scenarios', () => {
  test('name inner maps, or give their contents', async () => {
    const outer = [...own, { key: 1, value: 'hash2' }];
    const increased = [
      { key: 2, value: [{ key: 1, value: 6 }] },
      { key: 1, value: 'hash2' },
    ];
    const wrong = [{ key: 2, value: [{ key: 1, value: 8 }] }];
    const { runs, maps } = await scenario({
      maps: { hashes: outer },
      runs: [
        { expect: { maps: { 'hashes[2]': increased[0]!.value } } },
        { expect: { maps: { hashes: wrong } } },
      ],
    });
    expect(runs[0]!.differences).toEqual([]);
    expect(runs[1]!.differences.join('\n')).toMatch(/maps\.hashes\[2\]\[1\]: expected 0x08/);
    expect(maps.map(({ name }) => name)).toContain('hashes[0]');
    const dumped = [...maps.find(({ name }) => name === 'hashes')!.elements()];
    const again = await scenario({ maps: { hashes: dumped }, runs: [{ program: 'do_hashes' }] });
    const contents = ({ maps: all }: ScenarioResult): unknown =>
      [...all.find(({ name }) => name === 'hashes')!.elements()].map(({ formatted }) => formatted);
    expect(contents(again)).toEqual(dumped.map(({ formatted }) => formatted));
  });

  test.each([
    ['a map that is not there', { hashes: [{ key: 0, value: 'nothing' }] }, /there is no map nothing/],
    ['a map of another type', { hashes: [{ key: 0, value: 'array0' }] }, /returns EINVAL/],
    ['an id that no map has', { hashes: [{ key: 0, value: 999 }] }, /returns EBADF/],
    ['a key out of range', { hashes: [{ key: 4, value: 'hash0' }] }, /returns E2BIG/],
  ])('cannot put in %s', async (_, maps, message) => {
    await expect(scenario({ maps, runs: [] })).rejects.toThrow(message);
  });
});
