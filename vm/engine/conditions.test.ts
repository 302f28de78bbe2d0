import { describe, expect, test } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { assembleWithLabels } from '../isa/assemble.ts';
import { bareProgram } from '../object/bare-program.ts';
import type { LinkedFunction } from '../object/linked-program.ts';
import type { EngineOptions } from './engine.ts';
import { VirtualMachine } from './virtual-machine.ts';

const engines: readonly (readonly [string, EngineOptions])[] = [
  ['interpreted', { warmUp: Infinity }],
  ['compiled', { warmUp: 0, smallestRun: 1 }],
  ['strict', { strict: true }],
];

/** Slot 2 is in the middle of the block that is the loop. */
const source = `
  r6 = 0
  again: r6 += 1
  r7 = r6
  r7 *= 2
  if r6 != 1000 goto again
  r0 = r6
  exit`;
const middle = 2;

function started(options: EngineOptions): VirtualMachine {
  const { code } = expectOk(assembleWithLabels(source));
  const main: LinkedFunction = {
    name: 'main',
    section: 1,
    sectionName: 'xdp',
    offset: 0,
    size: code.length,
    global: true,
    btfId: undefined,
    firstSlot: 0,
    slots: code.length / 8,
  };
  const program = bareProgram(code, 'xdp', [main]);
  const vm = expectOk(VirtualMachine.create(program, defaultEnvironment, options));
  expectOk(vm.startRun(main, { dataIn: new Uint8Array(64) }));
  return vm;
}

describe.each(engines)('%s', (_name, options) => {
  test('a breakpoint stops where its condition does not let it pass, and sees the machine as it is', () => {
    const vm = started(options);
    const seen: (readonly [bigint, number])[] = [];
    const passes = (): boolean => {
      const { machine } = vm;
      seen.push([machine.register(6), machine.cycle]);
      return machine.register(6) % 400n !== 0n;
    };
    vm.setConditionalBreakpoints([middle], new Map([[middle, passes]]));
    const stops: (readonly [number, bigint, number])[] = [];
    while (vm.run(1_000_000) === 'breakpoint') {
      stops.push([vm.machine.slot, vm.machine.register(6), vm.machine.cycle]);
      vm.passBreakpoint();
    }
    expect(stops).toEqual([
      [middle, 400n, 400 * 4 - 2],
      [middle, 800n, 800 * 4 - 2],
    ]);
    expect(vm.machine.register(0)).toBe(1000n);
    expect(vm.machine.cycle).toBe(4003);
    expect(new Set(seen.map(([r6]) => r6)).size).toBe(1000);
    expect(seen.every(([r6, cycle]) => cycle === Number(r6) * 4 - 2)).toBe(true);
  });

  test('others in the same block stop as ever, also where conditions were', () => {
    const vm = started(options);
    vm.setConditionalBreakpoints([middle], new Map([[middle, () => true]]));
    expect(vm.run(100)).toBe('budget');
    vm.setConditionalBreakpoints([middle + 1], new Map());
    expect(vm.run(1000)).toBe('breakpoint');
    expect(vm.machine.slot).toBe(middle + 1);
    vm.setConditionalBreakpoints([], new Map());
    expect(vm.run(1_000_000)).toBe('exited');
    expect(vm.machine.cycle).toBe(4003);
  });

  test('a budget ends exactly at a breakpoint that is passed', () => {
    const vm = started(options);
    vm.setConditionalBreakpoints([middle], new Map([[middle, () => true]]));
    for (const cycles of [1, 1, 5, 300, 7, 1000]) {
      const { cycle } = vm.machine;
      expect(vm.run(cycles)).toBe('budget');
      expect(vm.machine.cycle).toBe(cycle + cycles);
    }
  });
});
