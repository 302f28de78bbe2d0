import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readElf } from './elf/read-elf.ts';
import { link } from './link/link.ts';
import { readObject } from './read-object.ts';

/** Reads, links and uses what was read; any exception fails the test. */
function exercise(bytes: Uint8Array): 'read' | 'problem' {
  const object = readObject(bytes, 'fuzz.o');
  if (!object.ok) {
    expect(object.problem.place?.file).toBe('fuzz.o');
    return 'problem';
  }
  const { btf } = object.value;
  for (let id = 0; btf && id < btf.count; id++) {
    btf.typeName(id);
    btf.sizeOf(id);
    btf.resolve(id);
  }
  link(object.value);
  return 'read';
}

/** A small generator of its own, so that a failure can be had again (Park and Miller). */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48271) % 0x7fffffff;
    return state % limit;
  };
}

describe.each(['foreach.bpf.o', 'references.bpf.o', 'bitfield.bpf.o'])('damaged %s', (name) => {
  const whole = new Uint8Array(readFileSync(new URL(`testdata/${name}`, import.meta.url)));

  test('whole', () => expect(exercise(whole)).toBe('read'));

  test('cut at every length', () => {
    for (let length = 0; length < whole.length; length++) {
      expect(readElf(whole.subarray(0, length), 'fuzz.o').ok).toBe(false);
    }
    expect(exercise(whole.subarray(0, whole.length >> 1))).toBe('problem');
  });

  test('with bytes changed', () => {
    const random = generator(7);
    const seen = { read: 0, problem: 0 };
    for (let round = 0; round < 600; round++) {
      const copy = whole.slice();
      for (let i = 0; i <= random(3); i++) copy[random(copy.length)] = random(4) === 0 ? 0xff : random(256);
      seen[exercise(copy)]++;
    }
    expect(seen.read).toBeGreaterThan(0);
    expect(seen.problem).toBeGreaterThan(0);
  });

  test('with bytes changed in .BTF, .BTF.ext, headers and symbols', () => {
    const elf = readElf(whole, 'fuzz.o');
    if (!elf.ok) throw new Error(elf.problem.message);
    const random = generator(11);
    const targets = elf.value.sections.filter((section) =>
      ['.BTF', '.BTF.ext', '.symtab', '.relxdp', '.rel.maps', '.maps'].includes(section.name),
    );
    const ranges = targets.map(({ bytes }) => [bytes.byteOffset - whole.byteOffset, bytes.length] as const);
    const headers = elf.value.sections.length * 64;
    ranges.push([0, 64], [whole.length - headers, headers]);
    for (let round = 0; round < 600; round++) {
      const copy = whole.slice();
      const [start, size] = ranges[round % ranges.length]!;
      copy[start + random(size)] =
        random(3) === 0 ? random(256) : (1 << random(8)) ^ copy[start + random(size)]!;
      exercise(copy);
    }
  });
});
