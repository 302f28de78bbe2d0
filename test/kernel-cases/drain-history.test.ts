import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expectOk, ok } from '../../vm/base/problem.ts';
import { Recording } from '../../vm/history/recording.ts';
import { stateHash } from '../../vm/history/state-hash.ts';
import { prepareScenario, startScenarioRun } from '../../vm/inputs/prepare-scenario.ts';
import { parseScenario } from '../../vm/inputs/scenario.ts';

const folder = new URL('../kernel/', import.meta.url);
const files = {
  readFile: (path: string) => Promise.resolve(ok(new Uint8Array(readFileSync(new URL(path, folder))))),
};
const sample = '0b00000000000000';
const steps = Array.from({ length: 32 }, (_, key) => ({
  key,
  value: { what: key % 10, size: 40, offset: 0, length: 8, flags: 0 },
}));

test.each([
  {
    object: '../kernel-cases/objects/user-ring-buffer.bpf.o',
    program: 'drain',
    runs: [{ userRingbuf: { urb: [sample, sample, sample] } }],
  },
  { object: 'events/ring.bpf.o', program: 'rings', maps: { script: steps } },
  { object: 'events/ring.bpf.o', program: 'dynptrs', maps: { script: steps } },
])('$program: every moment is the same when it is gone back to', async (json) => {
  const scenario = expectOk(parseScenario(json));
  const prepared = expectOk(await prepareScenario(scenario, files));
  const [run] = scenario.runs;
  if (run === undefined) expect.unreachable('there is a run');
  expectOk(await startScenarioRun(prepared, run, files));
  const { vm } = prepared;
  const recording = new Recording(vm);
  const seen: (readonly [cycle: number, hash: string, outputs: number])[] = [];
  while (vm.machine.runState === 'running') {
    seen.push([vm.machine.cycle, stateHash(vm), vm.machine.outputs.length]);
    vm.run(7);
  }
  expect(vm.machine.runState).toBe('exited');
  expect(seen.length).toBeGreaterThan(5);
  for (let i = seen.length - 1; i >= 0; i -= Math.ceil(seen.length / 20)) {
    const [cycle, hash, outputs] = seen[i] ?? [0, '', 0];
    expectOk(recording.seek({ run: 0, cycle }));
    expect([stateHash(vm), vm.machine.outputs.length], `cycle ${cycle}`).toEqual([hash, outputs]);
  }
});
