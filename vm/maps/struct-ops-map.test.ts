import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { Machine } from '../machine/machine.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { link } from '../object/link/link.ts';
import { readObject } from '../object/read-object.ts';
import { createMap } from './registry.ts';

const file = new URL('../object/testdata/struct_ops.bpf.o', import.meta.url);

test('tables of functions are maps of one value', () => {
  const program = expectOk(
    link(expectOk(readObject(new Uint8Array(readFileSync(file)), 'struct_ops.bpf.o'))),
  );
  const machine = new Machine(program, defaultEnvironment, { helpers: new Map(), nameOf: () => undefined });
  for (const [index, linked] of program.maps.entries())
    machine.maps.push(expectOk(createMap(machine, linked, index)));
  expect(machine.maps.map(({ name, typeName }) => `${name} ${typeName}`)).toEqual([
    'calls ARRAY',
    'first STRUCT_OPS',
    'second STRUCT_OPS',
  ]);
  const address = (name: string): bigint =>
    machine.code.addressOfSlot(program.functions.find((one) => one.name === name)!.firstSlot);
  const valueOf = (name: string): { flags: number; pointers: bigint[]; text: string } => {
    const map = machine.maps.find((one) => one.name === name)!;
    const [element] = map.elements(0, 9);
    const { linear, available } = machine.regions.peek(element!.valueAddresses[0]!)!;
    const { view, bytes } = machine.memory;
    expect(available).toBe(40);
    return {
      flags: view.getUint32(linear, true),
      pointers: [8, 16].map((at) => view.getBigUint64(linear + at, true)),
      text: String.fromCharCode(...bytes.subarray(linear + 24, linear + 40)).replace(/\0+$/, ''),
    };
  };
  expect(valueOf('first')).toEqual({
    flags: 3,
    pointers: [address('threshold'), address('avoid')],
    text: 'first',
  });
  expect(valueOf('second')).toEqual({ flags: 0, pointers: [0n, address('avoid')], text: 'second' });
  const [, first, second] = machine.maps;
  expect([first!.linked.definition.flags, second!.linked.definition.flags]).toEqual([0, 1 << 13]);
  expect([first!.userUpdate(new Uint8Array(4), []), first!.count()]).toEqual([-524, 1]);
});
