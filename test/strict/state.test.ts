import { describe, expect, it } from 'vitest';
import { expectOk } from '../../vm/base/problem.ts';
import type { VirtualMachine } from '../../vm/engine/virtual-machine.ts';
import { Recording } from '../../vm/history/recording.ts';
import { stateHash } from '../../vm/history/state-hash.ts';
import { state } from '../../vm/machine/layout.ts';
import { buildObject } from './object.ts';
import { registerPrograms, stackPrograms } from './programs.ts';
import { startProgram } from './run.ts';

/** What was written is state as any other: saved, restored and found again by running. */

const programs = [...registerPrograms, ...stackPrograms];
const limit = 10_000;
const strictly = (source: string): VirtualMachine =>
  startProgram(buildObject(source).bytes, { strict: true });

const faulting = programs.filter(({ fault }) => fault !== undefined);

describe('the state of a strict machine', () => {
  it.each(programs)('is the same however it is reached: $name', ({ source }) => {
    const vm = strictly(source);
    const recording = new Recording(vm);
    const { run } = recording.moment;
    const hashes = [stateHash(vm)];
    while (vm.run(1) === 'budget') hashes.push(stateHash(vm));
    const end = stateHash(vm);
    for (const cycle of [hashes.length - 1, 0, Math.floor(hashes.length / 2)]) {
      expectOk(recording.seek({ run, cycle }));
      expect(stateHash(vm)).toBe(hashes[cycle]);
      vm.run(limit);
      expect(stateHash(vm)).toBe(end);
    }
  });

  it.each(faulting)('is not changed by a fault: $name', ({ source }) => {
    const vm = strictly(source);
    let before = vm.save();
    while (vm.run(1) === 'budget') before = vm.save();
    expect(vm.result().fault).toBeDefined();
    // But for the fault itself.
    vm.machine.runState = 'running';
    vm.machine.fault = undefined;
    const after = stateHash(vm);
    vm.restore(before);
    expect(after).toBe(stateHash(vm));
  });
});

describe('breakpoints', () => {
  it.each(programs.filter(({ fault }) => fault !== undefined))(
    'stop before the fault: $name',
    ({ source }) => {
      const { bytes } = buildObject(source);
      const vm = startProgram(bytes, { strict: true });
      vm.run(limit);
      const { fault, cycles } = vm.result();
      const again = startProgram(bytes, { strict: true });
      again.run(cycles);
      again.setBreakpoints([fault?.slot ?? -1]);
      expect(again.run(limit)).toBe('breakpoint');
      expect(again.machine.cycle).toBe(cycles);
      again.passBreakpoint();
      expect(again.run(limit)).toBe('fault');
      expect(again.result().fault).toEqual(fault);
    },
  );
});

describe('watched stacks', () => {
  let all = 0;

  it.each(programs)('change nothing: $name', ({ source }) => {
    const vm = strictly(source);
    vm.run(limit);
    const watching = strictly(source);
    const { frames } = watching.machine;
    watching.setWatches(
      [0, 1].map((depth) => ({ address: frames.read(depth).stackTop - 16n, size: 16, access: 'access' })),
    );
    let stops = 0;
    while (watching.run(limit) === 'watch') expect(stops++).toBeLessThan(100);
    all += stops;
    watching.setWatches([]);
    expect(stateHash(watching)).toBe(stateHash(vm));
    expect(watching.result().fault).toEqual(vm.result().fault);
  });

  it('were touched', () => {
    expect(all).toBeGreaterThan(programs.length / 4);
  });
});

it('other machines have nothing of it', () => {
  const { bytes } = buildObject('r0 = 0\nexit');
  const plain = startProgram(bytes, {}).machine.memory;
  const strict = startProgram(bytes, { strict: true }).machine.memory;
  expect(plain.view.getUint32(state.written, true)).toBe(0);
  expect(strict.view.getUint32(state.written, true)).toBeGreaterThan(0);
  expect(plain.used).toBeLessThan(strict.used);
});
