import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectOk, ok } from '../base/problem.ts';
import { VirtualMachine } from '../engine/virtual-machine.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { Recording } from '../history/recording.ts';
import { stateHash } from '../history/state-hash.ts';
import { link } from '../object/link/link.ts';
import { readObject } from '../object/read-object.ts';
import { selectProgram } from '../object/select-program.ts';
import { runScenario } from './run-scenario.ts';
import { parseScenario } from './scenario.ts';
import { printResult } from './scenario-result.ts';

const folder = new URL('../../test/kernel-cases/objects/', import.meta.url);
const read = (name: string): Uint8Array => readFileSync(new URL(name, folder));
const files = { readFile: (path: string) => Promise.resolve(ok(read(path))) };

async function run(json: object): Promise<Record<string, unknown>> {
  const scenario = expectOk(parseScenario({ object: 'timer.bpf.o', ...json }));
  const result = expectOk(await runScenario(scenario, files));
  return JSON.parse([...printResult('x', result)].join('')) as Record<string, unknown>;
}

describe('time that passes in a scenario', () => {
  test('runs what comes due, and lists what does not', async () => {
    const runs = [{}, { advanceNs: '6000000' }, { advanceNs: '1000000', expect: { fault: null } }];
    const result = await run({ program: 'timer_order', runs, environment: { nsPerCycle: 0 } });
    const callback = { callback: 'rearm', kind: 'timer', map: 'slots', r0: '0x0', output: [], fault: null };
    expect(result['runs']).toMatchObject([
      { program: 'timer_order', retval: 0 },
      {
        program: null,
        callbacks: [
          { ...callback, key: 1 },
          { ...callback, key: 1 },
        ],
        fault: null,
      },
      { program: null, callbacks: [{ ...callback, key: 1 }], fault: null, passed: true },
    ]);
    const waits = { kind: 'timer', map: 'slots', key: 0, callback: 'rearm', expiresNs: '21000000' };
    expect(result['timers']).toEqual([waits]);
    // A timer is the kernel's own: it looks like zeros.
    const maps = result['maps'] as Record<string, { value: string[] }[]>;
    expect(maps['slots']![0]!.value).toEqual(Array.from({ length: 24 }, () => '0x00'));
  });

  test('without timers is only time', async () => {
    const result = await run({ program: 'timer_cancel', runs: [{}, { advanceNs: '1' }] });
    expect(result).not.toHaveProperty('timers');
    expect((result['runs'] as object[])[1]).not.toHaveProperty('callbacks');
  });

  test('tells the fault of a callback', async () => {
    const runs = [{}, { advanceNs: '2000000', expect: { fault: 'refused-by-kernel' } }];
    const result = await run({ object: 'timer_return.bpf.o', program: 'timer_return', runs });
    const [, second] = result['runs'] as Record<string, object>[];
    expect(second).toMatchObject({
      passed: true,
      fault: { kind: 'refused-by-kernel', function: 'returns', cycle: 1 },
      callbacks: [{ r0: null, cycles: 1 }],
    });
  });

  test('goes from the end of the callbacks where they take longer', async () => {
    const environment = { nsPerCycle: 1_000_000 };
    const result = await run({ program: 'timer_again', environment, runs: [{}, { advanceNs: '1' }] });
    const [, second] = result['runs'] as { callbacks: { key: number }[] }[];
    // While the program ran, both came due: the one with the earlier time first.
    expect(second!.callbacks.map(({ key }) => key)).toEqual([1]);
  });
});

describe('a recording', () => {
  test('goes back and forth between runs of callbacks', () => {
    const object = expectOk(readObject(read('timer.bpf.o'), 'timer'));
    const vm = expectOk(VirtualMachine.create(expectOk(link(object)), defaultEnvironment));
    const recording = new Recording(vm);
    const program = expectOk(selectProgram(object, 'timer_chain'));
    const hashes = new Map<string, string>();
    const runOn = (): void => {
      while (vm.machine.runState === 'running') {
        const { run, cycle } = recording.moment;
        hashes.set(`${run} ${cycle}`, stateHash(vm));
        vm.run(3);
      }
    };
    expectOk(recording.change((machine) => machine.startRun(program)));
    runOn();
    expectOk(
      recording.change((machine) => {
        machine.advance(300_000_000n);
        return ok(undefined);
      }),
    );
    const start = (machine: VirtualMachine): ReturnType<VirtualMachine['startRun']> => {
      const due = machine.startDueRun();
      return due.ok ? ok(undefined) : due;
    };
    for (let run = 1; run <= 2; run++) {
      expectOk(recording.change(start));
      expect(recording.moment).toEqual({ run, cycle: 0 });
      runOn();
    }
    const moments = [...hashes.keys()].sort((a, b) => (a.split('').reverse().join('') < b ? 1 : -1));
    expect(moments.length).toBeGreaterThan(30);
    for (const moment of moments) {
      const [run = 0, cycle = 0] = moment.split(' ').map(Number);
      expectOk(recording.seek({ run, cycle }));
      expect(stateHash(vm)).toBe(hashes.get(moment));
    }
  });
});
