import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toHex } from '../base/bytes.ts';
import { expectOk } from '../base/problem.ts';
import { stateHash } from '../history/state-hash.ts';
import { prepareObject, startScenarioRun } from './prepare-scenario.ts';
import { readScenario } from './scenario.ts';
import { readObject } from '../object/read-object.ts';

/** Random scripts of helper calls, which are equal to the kernel's where that can be asked. */
const folder = new URL('../../test/kernel/skb/', import.meta.url);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));
const scenario = expectOk(readScenario(read('random_1.json'), 'random_1.json'));
const files = { readFile: (): never => expect.unreachable() };

test('a run goes on from a saved state as it went before', async () => {
  const prepared = prepareObject(
    scenario,
    expectOk(readObject(read('skb_script.bpf.o'), 'skb_script.bpf.o')),
  );
  const { vm } = prepared;
  for (const [i, run] of scenario.runs.entries()) {
    expectOk(await startScenarioRun(prepared, run, files));
    vm.run(50 + 37 * i);
    const saved = vm.save();
    while (vm.machine.runState === 'running') vm.run(7 + i);
    const stepped = stateHash(vm);
    const { dataOut, fault } = vm.result();
    expect(fault).toBeUndefined();
    vm.restore(saved);
    vm.run(1_000_000);
    expect(stateHash(vm)).toBe(stepped);
    expect(toHex(vm.result().dataOut ?? new Uint8Array())).toBe(toHex(dataOut ?? new Uint8Array()));
  }
});
