import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { link } from '../object/link/link.ts';
import { readObject } from '../object/read-object.ts';
import { Engine, type EngineOptions } from './engine.ts';
import { Random } from './testing/random.ts';
import { VirtualMachine } from './virtual-machine.ts';

/** Compiled C with maps, helpers and callbacks: compiled and interpreted runs leave the same memory at every stop. */

const folder = new URL('../../test/bench/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.bpf.o'));
const always: EngineOptions = { warmUp: 0, smallestRun: 1 };
const never: EngineOptions = { warmUp: Infinity };

test('there are programs', () => {
  expect(files.length).toBeGreaterThan(5);
});

test.each(files)('%s', (name) => {
  const object = expectOk(readObject(new Uint8Array(readFileSync(new URL(name, folder))), name));
  const random = new Random(name.length);
  const dataIn = new Uint8Array(200).map(() => 32 + random.below(90));
  const [program] = object.programs;
  const subjects = [always, never].map((options) => {
    const vm = expectOk(VirtualMachine.create(expectOk(link(object)), defaultEnvironment));
    return { vm, engine: new Engine(vm.machine, options) };
  });
  for (let run = 0; run < 2; run++) {
    for (const { vm } of subjects) expectOk(vm.startRun(program!, { dataIn }));
    while (subjects[1]?.vm.machine.runState === 'running') {
      const cycles = random.below(random.pick([3, 500, 9000]));
      const [compiled, interpreted] = subjects.map(({ vm, engine }) => {
        const reason = engine.run(cycles, {});
        vm.run(0);
        const { memory, fault } = vm.save();
        return { reason, fault, slot: vm.machine.slot, cycle: vm.machine.cycle, memory: Buffer.from(memory) };
      });
      expect(compiled?.memory.equals(interpreted!.memory)).toBe(true);
      expect({ ...compiled, memory: 0 }).toEqual({ ...interpreted, memory: 0 });
      expect(compiled?.fault).toBeUndefined();
    }
  }
});
