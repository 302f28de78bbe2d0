import { expect, test } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import type { FunctionSymbol } from '../object/program-object.ts';
import { assembledProgram } from './testing.ts';
import { VirtualMachine } from './virtual-machine.ts';

/** Reads the packet, calls bpf_skb_pull_data, and reads it again through `pointer` or through a new one. */
function source(fresh: boolean): string {
  return [
    'r6 = r1',
    'r7 = *(u32 *)(r6 + 76)',
    'r8 = *(u8 *)(r7 + 12)',
    'r1 = r6',
    'r2 = 0',
    'call 39',
    fresh ? 'r7 = *(u32 *)(r6 + 76)' : 'r2 = 0',
    'r0 = *(u8 *)(r7 + 12)',
    'exit',
  ].join('\n');
}

const main: FunctionSymbol = {
  name: 'main',
  section: 1,
  sectionName: 'tc',
  offset: 0,
  size: 8,
  global: true,
  btfId: undefined,
};

test.each([
  ['interpreted', { smallestRun: Infinity }],
  ['compiled', { smallestRun: 0, warmUp: 0 }],
] as const)('%s: a pointer into a packet that a helper has moved is a fault', (_name, options) => {
  const run = (fresh: boolean): VirtualMachine => {
    const vm = expectOk(VirtualMachine.create(assembledProgram(source(fresh)), defaultEnvironment, options));
    const dataIn = Uint8Array.from({ length: 60 }, (_, i) => i);
    expectOk(vm.startRun(main, { dataIn }));
    vm.run(1000);
    return vm;
  };
  expect(run(true).result()).toMatchObject({ retval: 12, fault: undefined });
  expect(run(false).machine.fault).toMatchObject({
    kind: 'released-memory',
    slot: 7,
    message: "R7 invalid mem access 'scalar': it points at the packet as it was before a helper moved it",
  });
});
