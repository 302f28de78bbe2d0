import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { link } from '../object/link/link.ts';
import { readObject } from '../object/read-object.ts';
import { addMap, testMachine } from './testing.ts';
import { valueLayout } from './value-layout.ts';

/** Has a map `lk` of `struct { struct bpf_spin_lock l; u64 v; }`. */
const objectFile = new URL('../../test/kernel-cases/objects/loop.bpf.o', import.meta.url);
const program = expectOk(link(expectOk(readObject(readFileSync(objectFile), 'loop.bpf.o'))));
const locked = program.maps.find(({ name }) => name === 'lk')!;

test('a lock inside of a value is found, and not copied', () => {
  const { btf } = program.object;
  expect(valueLayout(btf, locked.definition.valueTypeId, 16)).toEqual({
    special: [{ name: 'bpf_spin_lock', offset: 0, size: 4 }],
    hasSpinLock: true,
    copied: [[4, 12]],
  });
  expect(valueLayout(undefined, undefined, 16)).toEqual({
    special: [],
    hasSpinLock: false,
    copied: [[0, 16]],
  });
});

test('BPF_F_LOCK is taken for such values, and updates leave the lock alone', () => {
  const machine = testMachine({ program });
  const map = addMap(machine, locked.definition);
  const key = new Uint8Array(4);
  const value = Uint8Array.from({ length: 16 }, () => 0xff);
  expect(map.userUpdate(key, [value], 4n)).toBe(0);
  const at = machine.regions.resolve(map.find(key)!.valueAddresses[0]!, 16, 'read')!;
  expect([...machine.memory.bytes.subarray(at, at + 16)]).toEqual([0, 0, 0, 0, ...value.subarray(4)]);
});
