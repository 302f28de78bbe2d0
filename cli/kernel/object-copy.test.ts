import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectOk } from '../../vm/base/problem.ts';
import type { ProgramObject } from '../../vm/object/program-object.ts';
import { readObject } from '../../vm/object/read-object.ts';
import { copyForKernel, type ObjectChanges } from './object-copy.ts';

const zeroSeed = 64;

function read(path: string): { readonly bytes: Uint8Array; readonly object: ProgramObject } {
  const bytes = new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)));
  return { bytes, object: expectOk(readObject(bytes, path)) };
}

function copied(path: string, changes: (object: ProgramObject) => Partial<ObjectChanges>): ProgramObject {
  const { bytes, object } = read(path);
  const all = { programs: new Set(object.programs), readOnlyData: new Map<string, Uint8Array>() };
  const copy = expectOk(copyForKernel(bytes, object, { ...all, ...changes(object) }));
  return expectOk(readObject(copy, path));
}

describe('the copy of an object for the kernel', () => {
  test.each([
    ['examples/count.bpf.o'],
    ['examples/hash.bpf.o'],
    ['examples/lru_percpu_hash.bpf.o'],
    ['examples/untyped.bpf.o'],
    ['vm/object/testdata/foreach.bpf.o'],
    ['test/kernel/mutations/hash_no_prealloc.bpf.o'],
  ])('%s has hash maps without a seed and is else the same', (path) => {
    const { object } = read(path);
    const copy = copied(path, () => ({}));
    const hashed = (type: number): boolean => [1, 5, 9, 10].includes(type);
    expect(copy.maps).toEqual(
      object.maps.map((map) => (hashed(map.type) ? { ...map, flags: map.flags | zeroSeed } : map)),
    );
    expect(copy.functions).toEqual(object.functions);
    expect(copy.dataSections).toEqual(object.dataSections);
    expect(copy.codeSections).toEqual(object.codeSections);
    expect(copy.lines).toEqual(object.lines);
  });

  test('read-only data', () => {
    const path = 'vm/inputs/testdata/values.bpf.o';
    const { name, bytes } = read(path).object.dataSections.find(({ readOnly }) => readOnly)!;
    const other = bytes.map((byte) => byte ^ 0xff);
    const copy = copied(path, () => ({ readOnlyData: new Map([[name, other]]) }));
    expect(copy.dataSections.find((section) => section.name === name)?.bytes).toEqual(other);
  });

  test('programs of the same section that do not run return 0 at once', () => {
    const path = 'test/kernel-cases/objects/tail-call.bpf.o';
    const { object } = read(path);
    const [wanted, other] = object.programs.filter(({ section }) => section === object.programs[0]?.section);
    const copy = copied(path, ({ programs }) => ({
      programs: new Set(programs.filter(({ name }) => name === wanted!.name)),
    }));
    const code = (of: ProgramObject, at: typeof wanted): Uint8Array =>
      of.codeSections
        .find(({ index }) => index === at!.section)!
        .bytes.subarray(at!.offset, at!.offset + at!.size);
    expect(code(copy, wanted)).toEqual(code(object, wanted));
    const blank = code(copy, other);
    expect([blank[0], blank.at(-8)]).toEqual([0xb7, 0x95]);
    const { relocations } = copy.codeSections.find(({ index }) => index === other!.section)!;
    const inside = relocations.filter(
      ({ offset }) => offset >= other!.offset && offset < other!.offset + other!.size,
    );
    expect(inside).toEqual([]);
    expect(relocations.length).toBeGreaterThan(0);
  });

  test('sections without a program that runs are no code', () => {
    const copy = copied('vm/programs/testdata/contexts.bpf.o', (object) => ({
      programs: new Set(object.programs.filter(({ name }) => name === 'read_tc')),
    }));
    expect(new Set(copy.programs.map(({ sectionName }) => sectionName))).toEqual(new Set(['tc']));
  });
});
