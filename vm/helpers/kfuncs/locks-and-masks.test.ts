import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectOk } from '../../base/problem.ts';
import type { EngineOptions } from '../../engine/engine.ts';
import { VirtualMachine } from '../../engine/virtual-machine.ts';
import { defaultEnvironment } from '../../environment/environment.ts';
import { dumpMap } from '../../inputs/bpftool-json.ts';
import { readGlobals, storeGlobals } from '../../inputs/globals.ts';
import { link } from '../../object/link/link.ts';
import { readObject } from '../../object/read-object.ts';
import { selectProgram } from '../../object/select-program.ts';

const folder = new URL('../../../test/kernel/kfuncs/', import.meta.url);
const engines: readonly (readonly [string, EngineOptions])[] = [
  ['interpreted', { warmUp: Infinity }],
  ['compiled', { smallestRun: 0, warmUp: 0 }],
  ['strict', { strict: true }],
];

function load(
  name: string,
  options: EngineOptions = {},
): (program?: string, globals?: object) => VirtualMachine {
  const object = expectOk(readObject(readFileSync(new URL(`${name}.bpf.o`, folder)), name));
  const vm = expectOk(VirtualMachine.create(expectOk(link(object)), defaultEnvironment, options));
  return (program, globals = {}) => {
    storeGlobals(vm.machine, readGlobals(vm.machine, { ...globals }, 'globals'));
    expectOk(vm.startRun(expectOk(selectProgram(object, program))));
    vm.run(1e6);
    return vm;
  };
}

function globals(vm: VirtualMachine): Record<string, unknown> {
  const map = vm.machine.maps.find(({ name }) => name === '.bss')!;
  const [element] = [...dumpMap(vm.machine, map)] as { formatted: { value: Record<string, object[]> } }[];
  return Object.assign({}, ...element!.formatted.value['.bss']!) as Record<string, unknown>;
}

const setAll = 6;
const copyToB = 11;
const clearCpu = 2;
const andTest = 5;

describe.each(engines)('%s', (_, options) => {
  test('sets of CPUs', () => {
    const script = [setAll, copyToB, clearCpu, andTest, 0, 0, 0, 0, 0, 0, 0, 0];
    const vm = load('cpumask', options)('change', { script, cpus: [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0] });
    expect(vm.result()).toMatchObject({ retval: 0, fault: undefined });
    const { states } = globals(vm) as { states: object[] };
    const whole = 18446744073709551615n;
    expect(states.slice(0, 4)).toMatchObject([
      { a: whole, b: 0, first: 0, first_zero: 2, weight: 2, full: 1, equal: 0 },
      { a: whole, b: whole, first_and: 0, equal: 1, subset: 1, intersects: 1 },
      { a: whole - 2n, weight: 1, first_zero: 1, full: 0, equal: 0, subset: 1, any: 0 },
      { a: whole - 3n, weight: 0, first: 2, empty: 1, any: 2, result: 1 },
    ]);
    expect(vm.machine.references.count).toBe(0);
  });

  test('a lock that is held already is an error', () => {
    const run = load('res_locks', options);
    expect(run('two', { first: 1, second: 1 }).result()).toMatchObject({ retval: 3, fault: undefined });
    const vm = run('two', { first: 0, second: 1 });
    expect(vm.result()).toMatchObject({ retval: 3, fault: undefined });
    expect(globals(vm)).toMatchObject({ results: [0, 0, 0, 0, 0, 0, 0, 0] });
  });

  test('iterators over bits', () => {
    const run = load('bits', options);
    const vm = run('iterate', { words: [5, 0, 2, '9223372036854775808'], count: 4 });
    expect(vm.result()).toMatchObject({ retval: 0, fault: undefined });
    expect(globals(vm)).toMatchObject({ seen: 4 });
    const { numbers } = globals(vm) as { numbers: number[] };
    expect(numbers.slice(0, 5)).toEqual([0, 2, 129, 255, 0]);
    expect(globals(run('iterate', { count: 512 }))).toMatchObject({ seen: 0 });
  });

  test('bytes of dynptrs', () => {
    const numbers = Array.from({ length: 32 }, (_, i) => i);
    const vm = load('bits', options)('change', {
      bytes: numbers,
      start: 4,
      end: 20,
      offset: 8,
      from: 2,
      size: 8,
    });
    expect(vm.result()).toMatchObject({ retval: 0, fault: undefined });
    const { results } = globals(vm);
    expect(results).toEqual([0, 0, 0, 0, 16, 32, 0, 0, 0, 0, 0, 0]);
  });

  test('interrupt flags', () => {
    expect(load('res_locks', options)('saving').result()).toMatchObject({ retval: 3, fault: undefined });
  });
});

test.each([
  [1, 'Acquiring the same lock again, AA deadlock detected'],
  [2, 'bpf_res_spin_unlock cannot be out of order'],
  [3, 'bpf_res_spin_unlock without taking a lock'],
  [4, 'BPF_EXIT instruction in main prog cannot be used inside bpf_spin_lock-ed region'],
  [5, 'function calls are not allowed while holding a lock'],
  [6, 'BPF_EXIT instruction in main prog cannot be used inside bpf_local_irq_save-ed region'],
  [7, 'expected an initialized irq flag as arg#0'],
  [8, 'cannot restore irq state out of order'],
  [9, 'expected uninitialized irq flag as arg#0'],
  [10, 'bpf_res_spin_unlock of different lock'],
  [
    11,
    'Unreleased reference id=1 alloc_insn=0: BPF_EXIT instruction in main prog would lead to reference leak',
  ],
  [12, 'R1 type=scalar expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_'],
  [13, 'R0 only read is supported'],
  [14, 'calling kernel function bpf_cpumask_create is not allowed'],
  [15, 'invalid read from stack R1 off=-8 size=32'],
  [16, "arg#0 doesn't point to an irq flag on stack"],
])('rule %i: %s', (rule, message) => {
  expect(load(`refused_${rule}`)().result().fault?.message).toBe(message);
});
