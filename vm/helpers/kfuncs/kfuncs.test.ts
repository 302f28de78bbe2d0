import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectOk } from '../../base/problem.ts';
import type { EngineOptions } from '../../engine/engine.ts';
import { VirtualMachine } from '../../engine/virtual-machine.ts';
import { defaultEnvironment } from '../../environment/environment.ts';
import { storeGlobals, readGlobals } from '../../inputs/globals.ts';
import { dumpMap } from '../../inputs/bpftool-json.ts';
import { link } from '../../object/link/link.ts';
import { readObject } from '../../object/read-object.ts';
import { selectProgram } from '../../object/select-program.ts';

const folder = new URL('../../../test/kernel/locks/', import.meta.url);
const engines: readonly (readonly [string, EngineOptions])[] = [
  ['interpreted', { warmUp: Infinity }],
  ['compiled', { smallestRun: 0, warmUp: 0 }],
  ['strict', { strict: true }],
];

function load(name: string, options: EngineOptions): (program?: string, globals?: object) => VirtualMachine {
  const object = expectOk(readObject(readFileSync(new URL(`${name}.bpf.o`, folder)), name));
  const vm = expectOk(VirtualMachine.create(expectOk(link(object)), defaultEnvironment, options));
  return (program, globals = {}) => {
    storeGlobals(vm.machine, readGlobals(vm.machine, { ...globals }, 'globals'));
    expectOk(vm.startRun(expectOk(selectProgram(object, program))));
    vm.run(1e9);
    return vm;
  };
}

function globals(vm: VirtualMachine): Record<string, unknown> {
  const map = vm.machine.maps.find(({ name }) => name === '.bss')!;
  const [element] = [...dumpMap(vm.machine, map)] as { formatted: { value: Record<string, object[]> } }[];
  return Object.assign({}, ...element!.formatted.value['.bss']!) as Record<string, unknown>;
}

describe.each(engines)('bpf_throw with an exception callback, %s', (_, options) => {
  test('lets the callback take the place of the program', () => {
    const run = load('handled', options);
    expect(run('throw_handled', { which: 2 }).result()).toMatchObject({ retval: 6, fault: undefined });
    const vm = run('throw_handled', { which: 3, total: 0 });
    expect(vm.result()).toMatchObject({ retval: 77, fault: undefined });
    expect(globals(vm)).toMatchObject({ which: 3, total: 1, results: [0, 3, 0, 0, 0, 0, 0, 0] });
    expect(vm.machine.frames.depth).toBe(0);
  });
});

describe('without the rules of the verifier', () => {
  test.each([
    ['refused_2', 0],
    ['refused_3', 0],
    ['refused_7', 0],
    ['refused_11', 0],
    ['refused_16', 1],
    ['refused_17', 1],
    ['throw_in_loop', 40],
  ])('%s goes on', (name, retval) => {
    const result = load(name, { kernelRules: false })().result();
    expect(result).toMatchObject({ fault: undefined, retval });
  });

  test('a lock that is kept is a deadlock for who takes it next', () => {
    const run = load('refused_3', { kernelRules: false });
    run();
    expect(run().result().fault).toMatchObject({ kind: 'deadlock' });
  });
});

test('a kfunc that is not there stops with its name', () => {
  const object = expectOk(readObject(readFileSync(new URL('locks.bpf.o', folder)), 'locks'));
  const linked = expectOk(link(object));
  const kernelFunctions = linked.kernelFunctions.map((each) => ({ ...each, name: `${each.name}_2` }));
  const vm = expectOk(VirtualMachine.create({ ...linked, kernelFunctions }, defaultEnvironment));
  expectOk(vm.startRun(expectOk(selectProgram(object, 'sections'))));
  vm.run(1000);
  expect(vm.result().fault).toMatchObject({
    kind: 'unsupported-kfunc',
    message: 'the machine does not have the kfunc bpf_rcu_read_lock_2',
    cycle: 0,
  });
});
