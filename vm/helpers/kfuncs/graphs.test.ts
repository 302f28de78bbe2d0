import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectOk, ok } from '../../base/problem.ts';
import type { EngineOptions } from '../../engine/engine.ts';
import { VirtualMachine } from '../../engine/virtual-machine.ts';
import { defaultEnvironment } from '../../environment/environment.ts';
import { Recording } from '../../history/recording.ts';
import { stateHash } from '../../history/state-hash.ts';
import { dumpMap } from '../../inputs/bpftool-json.ts';
import { prepareScenario, startScenarioRun } from '../../inputs/prepare-scenario.ts';
import { parseScenario } from '../../inputs/scenario.ts';
import { link } from '../../object/link/link.ts';
import { readObject } from '../../object/read-object.ts';
import { selectProgram } from '../../object/select-program.ts';
import { rbtreeAddId } from '../tree-callback.ts';

const folder = new URL('../../../test/kernel/graphs/', import.meta.url);
const engines: readonly (readonly [string, EngineOptions])[] = [
  ['interpreted', { warmUp: Infinity }],
  ['compiled', { smallestRun: 0, warmUp: 0 }],
  ['strict', { strict: true }],
];
const files = {
  readFile: (path: string) => Promise.resolve(ok(new Uint8Array(readFileSync(new URL(path, folder))))),
};

async function start(name: string, index: number, options: EngineOptions = {}): Promise<VirtualMachine> {
  const json: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
  const scenario = expectOk(parseScenario(json));
  const prepared = expectOk(await prepareScenario(scenario, files, options));
  const run = scenario.runs[index];
  if (run === undefined) throw new Error(`${name} has no run ${index}`);
  expectOk(await startScenarioRun(prepared, run, files));
  return prepared.vm;
}

function globals(vm: VirtualMachine, section = '.bss'): Record<string, unknown> {
  const map = vm.machine.maps.find(({ name }) => name === section)!;
  const [element] = [...dumpMap(vm.machine, map)] as { formatted: { value: Record<string, object[]> } }[];
  return Object.assign({}, ...element!.formatted.value[section]!) as Record<string, unknown>;
}

/** Run of trees_shapes that adds the keys 1 to 15 in order. */
const ascending = 4;

describe.each(engines)('%s', (_, options) => {
  test('a tree has the shape that the kernel gives it', async () => {
    const vm = await start('trees_shapes', ascending, options);
    vm.run(1e7);
    expect(vm.result().fault).toBeUndefined();
    const { shape } = globals(vm);
    expect(shape).toEqual([
      0, 4, 2, 8, 1, 3, 6, 10, 0, 0, 0, 0, 5, 7, 9, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11, 14,
    ]);
  });

  test('a list gives what was pushed', async () => {
    const vm = await start('lists_global', 3, options);
    vm.run(1e7);
    const { results } = globals(vm);
    expect(vm.result().fault).toBeUndefined();
    expect(results).toEqual([100, 101, 102, 103, 101, 103, 101, 103, 100, 102, 0, 0, 0, 0, 0, 0]);
  });

  test('engines agree at every stop', async () => {
    const reference = await start('trees_few', 3, engines[0]![1]);
    const vm = await start('trees_few', 3, options);
    let inCallbacks = 0;
    while (reference.machine.runState === 'running') {
      reference.run(13);
      vm.run(13);
      const { frames } = vm.machine;
      const here = { slot: vm.machine.slot, cycle: vm.machine.cycle, depth: frames.depth };
      const there = reference.machine;
      expect(here).toEqual({ slot: there.slot, cycle: there.cycle, depth: there.frames.depth });
      expect(frames.read(frames.depth).callback).toEqual(there.frames.read(there.frames.depth).callback);
      if (frames.read(frames.depth).callback?.helper === rbtreeAddId) inCallbacks++;
    }
    expect(inCallbacks).toBeGreaterThan(5);
    expect(globals(vm)).toEqual(globals(reference));
  });
});

test('every moment of a tree is the same when it is gone back to', async () => {
  const vm = await start('trees_few', 5);
  const recording = new Recording(vm);
  const seen: (readonly [cycle: number, hash: string])[] = [];
  while (vm.machine.runState === 'running') {
    seen.push([vm.machine.cycle, stateHash(vm)]);
    vm.run(11);
  }
  expect(vm.machine.runState).toBe('exited');
  for (let i = seen.length - 1; i >= 0; i -= Math.ceil(seen.length / 30)) {
    const [cycle, hash] = seen[i] ?? [0, ''];
    expectOk(recording.seek({ run: 0, cycle }));
    expect(stateHash(vm), `cycle ${cycle}`).toBe(hash);
  }
});

test('while less runs, the node that is added belongs to nobody', async () => {
  const vm = await start('trees_shapes', 3);
  while (vm.machine.frames.depth === 0 || vm.machine.frames.read(1).callback === undefined) vm.run(1);
  while (vm.machine.frames.read(vm.machine.frames.depth).callback === undefined) vm.run(1);
  const { callback } = vm.machine.frames.read(vm.machine.frames.depth);
  const at = vm.machine.regions.peek(callback!.key)!.linear;
  expect(vm.machine.memory.view.getBigUint64(at + 24, true)).toBe(0xdead_0000_0000_eb9fn);
  expect(callback).toMatchObject({ helper: rbtreeAddId, index: 0, visited: 0, map: undefined });
  expect([vm.machine.register(1), vm.machine.register(2)]).toEqual([callback!.key, callback!.value]);
});

function refusal(rule: number, options: EngineOptions = {}): string | undefined {
  const object = expectOk(readObject(readFileSync(new URL(`refused_${rule}.bpf.o`, folder)), 'refused'));
  const vm = expectOk(VirtualMachine.create(expectOk(link(object)), defaultEnvironment, options));
  expectOk(vm.startRun(expectOk(selectProgram(object, undefined))));
  vm.run(1e6);
  return vm.result().fault?.message;
}

const scalar = "invalid mem access 'scalar':";
const notLent = `${scalar} the program does not own the object, and holds no lock that lends it`;

test.each([
  [1, 'bpf_rbtree_remove not allowed in rbtree cb'],
  [2, "can't spin_{lock,unlock} in rbtree cb"],
  [3, 'function calls are not allowed while holding a lock'],
  [4, 'At callback return the register R0 has value 2, should have been in [0, 1]'],
  [5, 'bpf_spin_lock at off=16 must be held for bpf_rb_root'],
  [6, 'bpf_spin_lock at off=16 must be held for bpf_list_head'],
  [7, 'held lock and object are not in the same allocation'],
  [8, 'arg#1 expected pointer to allocated object'],
  [9, `R6 ${notLent}`],
  [10, 'bpf_list_node not found at offset=0'],
  [
    11,
    'operation on bpf_list_head expects arg#1 bpf_list_node at offset=32 in struct counted, but arg is at offset=8 in struct entry',
  ],
  [12, 'bpf_list_head not found at offset=8'],
  [
    13,
    'Unreleased reference id=3 alloc_insn=34: BPF_EXIT instruction in main prog would lead to reference leak',
  ],
  [14, 'R1 must be referenced or trusted'],
  [15, 'bpf_rbtree_remove can only take non-owning or refcounted bpf_rb_node pointer'],
  [16, 'function calls are not allowed while holding a lock'],
  [17, `R7 ${scalar} the object has been dropped`],
  [18, "arg#0 doesn't point to a type with bpf_refcount field"],
  [19, 'R1 must be referenced or trusted'],
  [
    20,
    'R1 type=ptr_item expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_',
  ],
  [21, 'arg#0 expected pointer to map value or allocated object'],
  [22, 'access beyond struct item at off 40 size 8'],
  [23, 'bpf_obj_new/bpf_percpu_obj_new requires prog BTF'],
])('rule %i: %s', (rule, message) => {
  expect(refusal(rule)).toBe(message);
});

test('links that somebody has written over are a fault', async () => {
  const vm = await start('lists_global', 3);
  const map = vm.machine.maps.find(({ name }) => name === '.data.A')!;
  const value = vm.machine.regions.peek(map.valueBase!)!.linear;
  vm.machine.memory.view.setBigUint64(value + 8, 0x123n, true);
  vm.run(1e6);
  expect(vm.result().fault).toMatchObject({
    kind: 'invalid-access',
    message: 'a list or tree goes on at 0x12b, where nothing is',
  });
});
