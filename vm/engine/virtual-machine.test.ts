import { describe, expect, test } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { encodeAll, makeInstruction } from '../isa/encode.ts';
import { assemble } from '../isa/assemble.ts';
import { findRow } from '../isa/table.ts';
import { mapFlag, mapType } from '../maps/flags.ts';
import { mapDefinition } from '../maps/testing.ts';
import { bareProgram } from '../object/bare-program.ts';
import type { LinkedFunction } from '../object/linked-program.ts';
import type { MapDefinition } from '../object/program-object.ts';
import { VirtualMachine } from './virtual-machine.ts';

/** Puts what map `index` has at `offset` of its first value into r1. */
function valuePointer(index: number, offset: number): Uint8Array {
  const row = findRow('lddw_map_idx_value');
  if (row === undefined) throw new Error('no such row');
  return encodeAll([makeInstruction(row, { dst: 1, imm: index, immHigh: offset })]);
}

/** At cycle 0 of a run of an XDP program: the given code, then assembly. */
function started(maps: readonly MapDefinition[], first: Uint8Array, assembly: string): VirtualMachine {
  const code = new Uint8Array([...first, ...expectOk(assemble(assembly))]);
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
  const program = {
    ...bareProgram(code, 'xdp', [main]),
    maps: maps.map((definition) => ({ name: definition.name, definition, data: undefined })),
  };
  const vm = expectOk(VirtualMachine.create(program, defaultEnvironment));
  expectOk(vm.startRun(main));
  return vm;
}

const nothing = new Uint8Array();

describe('pointers to values', () => {
  const { ARRAY } = mapType;

  test.each([
    [0, 'exited'],
    [15, 'exited'],
    [16, 'fault'],
    [0xffff_ffff, 'fault'],
  ])('offset %i of a value of 16 bytes', (offset, reason) => {
    const vm = started(
      [mapDefinition(ARRAY, { valueSize: 16 })],
      valuePointer(0, offset | 0),
      'r0 = 0\nexit',
    );
    expect(vm.run(10)).toBe(reason);
    if (reason === 'fault') {
      expect(vm.machine.fault).toMatchObject({ kind: 'invalid-instruction', slot: 0, cycle: 0 });
    }
  });

  test.each([
    [mapFlag.RDONLY_PROG, 'write into map forbidden, value_size=8 off=0 size=8: m', 'write'],
    [mapFlag.WRONLY_PROG, 'read from map forbidden, value_size=8 off=0 size=8: m', 'read'],
  ])('an atomic operation on a map with flags %i', (flags, message, type) => {
    const source = 'r2 = 1\nlock *(u64 *)(r1 +0) += r2\nr0 = 0\nexit';
    const vm = started([mapDefinition(ARRAY, { flags })], valuePointer(0, 0), source);
    expect(vm.run(10)).toBe('fault');
    expect(vm.machine.fault).toMatchObject({ kind: 'write-forbidden', message, slot: 3, access: { type } });
  });
});

test('a pointer into the stack of a function that has returned', () => {
  const vm = started([], nothing, 'call f\n*(u8 *)(r0 -1) = 7\nexit\nf:\nr0 = r10\nexit');
  expect(vm.run(10)).toBe('fault');
  expect(vm.machine.fault).toMatchObject({
    kind: 'released-memory',
    message: 'invalid write to stack R0 off=-1 size=1: the function that owned this stack has returned',
  });
});

test('the key of a traversal in which a run was left is gone in the next run', () => {
  const vm = started([], nothing, 'r0 = 0\nexit');
  const { regions, frames, program } = vm.machine;
  const keySizes = (): number[] =>
    Array.from({ length: regions.count }, (_, id) => regions.get(id)).flatMap((region) =>
      region?.kind === 'frame_key' ? [region.readLimit] : [],
    );
  frames.shareKey(1, 4);
  expect(keySizes()).toContain(4);
  expectOk(vm.startRun(program.functions[0]!));
  expect(keySizes()).toEqual(new Array(8).fill(0));
});

test.each([-1, 2, 0.5, NaN])('there is no CPU %s', (cpu) => {
  const vm = started([], nothing, 'r0 = 0\nexit');
  expect(vm.startRun(vm.machine.program.functions[0]!, {}, cpu)).toMatchObject({
    ok: false,
    problem: { code: 'bad-cpu' },
  });
});
