import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectOk, type Result } from '../../base/problem.ts';
import type { LinkedProgram } from '../linked-program.ts';
import { readObject } from '../read-object.ts';
import { link } from './link.ts';
import { functionAt, functionByName, sectionAt, slotAt } from './lookup.ts';

function bytesOf(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../testdata/${name}`, import.meta.url)));
}

function linked(name: string): Result<LinkedProgram> {
  return link(expectOk(readObject(bytesOf(name), name)));
}

function markedLine(name: string): number {
  const lines = new TextDecoder().decode(bytesOf('foreach.bpf.c')).split('\n');
  return lines.findIndex((line) => line.endsWith(`// LINE ${name}`)) + 1;
}

/** Slots of all instructions of an opcode, with src and imm; the second slots of lddw are passed over. */
function instructions(
  program: LinkedProgram,
  opcode: number,
): { slot: number; src: number; imm: number; next: number }[] {
  const view = new DataView(program.code.buffer);
  const found = [];
  for (let slot = 0; slot < program.code.length / 8; slot++) {
    const at = slot * 8;
    const own = view.getUint8(at);
    if (own === opcode) {
      const next = at + 12 < program.code.length ? view.getInt32(at + 12, true) : 0;
      found.push({ slot, src: view.getUint8(at + 1) >> 4, imm: view.getInt32(at + 4, true), next });
    }
    if (own === 0x18) slot++;
  }
  return found;
}

const [lddw, call] = [0x18, 0x85];

// At -O0 the callback's address is taken once and kept on the stack.
describe.each([
  ['foreach.bpf.o', 6],
  ['foreach-O0.bpf.o', 1],
])('link %s', (name, callbacks) => {
  const program = expectOk(linked(name));

  test('lays all sections out, each followed by a slot of zeros', () => {
    let next = 0;
    for (const { firstSlot, slots } of program.sections) {
      expect(firstSlot).toBe(next);
      next = firstSlot + slots + 1;
      expect(program.code.subarray((next - 1) * 8, next * 8)).toEqual(new Uint8Array(8));
      expect(sectionAt(program, next - 1)).toBeUndefined();
    }
    expect(program.code.length).toBe(next * 8);
  });

  test('callbacks are relative to the next slot', () => {
    const callback = functionByName(program, 'add_element')!;
    const targets = instructions(program, lddw).filter(({ src }) => src === 4);
    expect(targets).toHaveLength(callbacks);
    for (const { slot, imm } of targets) expect(slot + 1 + imm).toBe(callback.firstSlot);
  });

  test('calls lead to functions', () => {
    const targets = instructions(program, call)
      .filter(({ src }) => src === 1)
      .map(({ slot, imm }) => functionAt(program, slot + 1 + imm)?.name);
    expect(targets.sort()).toEqual(['classify', 'scale', 'scale']);
  });

  test('maps are indices, data is an index and an offset', () => {
    const references = instructions(program, lddw);
    const maps = references.filter(({ src }) => src === 5);
    expect(maps.map(({ imm, next }) => [program.maps[imm]?.name, next])).toEqual([
      ['flows', 0],
      ['flows_percpu', 0],
      ['flows_lru', 0],
      ['flows_lru_percpu', 0],
      ['slots', 0],
      ['slots_percpu', 0],
    ]);
    const data = new Set(
      references.filter(({ src }) => src === 6).map(({ imm, next }) => `${program.maps[imm]?.name}+${next}`),
    );
    for (const variable of ['.bss+0', '.bss+8', '.data+0', '.rodata+0']) expect(data).toContain(variable);
  });

  test('each data section is a map of one element', () => {
    const data = program.maps.filter(({ data }) => data !== undefined);
    expect(
      data.map(({ name, definition: { type, valueSize, maxEntries, flags } }) => [
        name,
        type,
        valueSize,
        maxEntries,
        flags,
      ]),
    ).toEqual(
      program.object.dataSections.map(({ name, bytes, readOnly }) => [
        name,
        2,
        bytes.length,
        1,
        readOnly ? 1152 : 1024,
      ]),
    );
  });

  test('slots and section offsets are each other’s inverse', () => {
    for (const { index, firstSlot, slots } of program.sections) {
      for (const slot of [firstSlot, firstSlot + slots - 1]) {
        const at = sectionAt(program, slot)!;
        expect(at.section.index).toBe(index);
        expect(slotAt(program, index, at.offset)).toBe(slot);
      }
    }
    const { index, slots } = program.sections[0]!;
    expect(slotAt(program, index, 4)).toBeUndefined();
    expect(slotAt(program, index, slots * 8)).toBeUndefined();
    expect(slotAt(program, 999, 0)).toBeUndefined();
  });

  test('lines lead to functions and back', () => {
    for (const [marker, name] of [
      ['runs', 'sum_flows'],
      ['scale', 'scale'],
      ['classify', 'classify'],
    ] as const) {
      const line = markedLine(marker);
      const [first] = program.lines.slotsOfLine('./foreach.bpf.c', line);
      expect(functionAt(program, first!)?.name).toBe(name);
      expect(program.lines.rowAt(first!)?.line).toBe(line);
    }
    expect(program.lines.files).toEqual(['./foreach.bpf.c']);
    expect(program.lines.rowAt(program.sections[0]!.slots)).toBeUndefined();
  });
});

describe('link', () => {
  test('kernel functions are called by index', () => {
    const program = expectOk(linked('references.bpf.o'));
    const calls = instructions(program, call).filter(({ src }) => src === 2);
    expect(calls.map(({ imm }) => program.kernelFunctions[imm]?.name)).toEqual([
      'bpf_rcu_read_lock',
      'bpf_rcu_read_unlock',
    ]);
  });

  test('kernel configuration is refused by name', () => {
    const result = linked('kconfig.bpf.o');
    expect(result).toMatchObject({
      problem: { code: 'extern-unsupported', place: { file: 'kconfig.bpf.o', section: 'xdp', offset: 0 } },
    });
    expect(result.ok ? '' : result.problem.message).toContain('configuration value LINUX_KERNEL_VERSION');
  });

  test('CO-RE accesses that the compiler got right are linked as they are', () => {
    const program = expectOk(linked('core.bpf.o'));
    expect(program.object.coreRelocations.map(({ kind }) => kind)).toEqual([
      'field_byte_offset',
      'field_byte_offset',
      'field_exists',
      'enumval_value',
      'type_size',
    ]);
    const [section] = program.object.codeSections;
    expect(program.code.subarray(0, section!.bytes.length)).toEqual(section!.bytes);
  });

  test('bit fields are read through the smallest container, as loaders do', () => {
    const program = expectOk(linked('bitfield.bpf.o'));
    const view = new DataView(program.code.buffer);
    const values: Record<string, Record<string, number>> = {};
    for (const { kind, access, section, offset } of program.object.coreRelocations) {
      const at = slotAt(program, section, offset)! * 8;
      (values[access] ??= {})[kind] = view.getInt32(at + 4, true);
    }
    // Bits 3 to 12 of the u32 at 0, unsigned; bits 8 to 12 of the int at 12, signed.
    expect(values).toEqual({
      '0:1': {
        field_byte_offset: 0,
        field_byte_size: 4,
        field_lshift_u64: 51,
        field_rshift_u64: 54,
        field_signed: 0,
      },
      '0:4': {
        field_byte_offset: 12,
        field_byte_size: 4,
        field_lshift_u64: 51,
        field_rshift_u64: 59,
        field_signed: 1,
      },
    });
    const unlinked = program.object.codeSections[0]!.bytes;
    expect(program.code.subarray(0, unlinked.length)).not.toEqual(unlinked);
  });

  test('a CO-RE access of a flavoured type is refused by name', () => {
    const result = linked('core-flavour.bpf.o');
    expect(result).toMatchObject({
      problem: { code: 'core-relocation-unsupported', place: { section: 'raw_tp' } },
    });
    expect(result.ok ? '' : result.problem.message).toContain('field_exists of struct task___old.state');
  });

  test.each([
    ['field_byte_offset', '0:1:0'],
    ['field_byte_offset', '0:2:3'],
    ['field_byte_offset', '0:9'],
    ['type_size', '0'],
    ['field_byte_size', '0:0'],
  ] as const)('a value that the compiler did not write is refused: %s %s', (kind, access) => {
    const object = expectOk(readObject(bytesOf('core.bpf.o'), 'core.bpf.o'));
    const second = object.coreRelocations[1]!;
    const result = link({ ...object, coreRelocations: [{ ...second, kind, access }] });
    expect(result).toMatchObject({ problem: { code: 'core-relocation-unsupported' } });
  });
});

describe('pointers in data', () => {
  const object = expectOk(readObject(bytesOf('references.bpf.o'), 'references.bpf.o'));
  const pointersOf = (program: LinkedProgram): unknown =>
    program.maps.flatMap(({ name, pointers = [] }) => pointers.map((pointer) => ({ name, ...pointer })));

  test.each(['auto', 'never'] as const)(
    'stay offsets in an object that the kernel loads: %s',
    (relocateData) => {
      const program = expectOk(link(object, { relocateData }));
      expect(pointersOf(program)).toEqual([]);
      expect(program.warnings.map(({ code, message }) => [code, message])).toEqual([
        [
          'data-not-relocated',
          '2 pointers in .rodata (the first to .rodata.str1.1) left as offsets, since loaders do not relocate data',
        ],
        [
          'data-not-relocated',
          '1 pointer in .data (the first to .rodata) left as offsets, since loaders do not relocate data',
        ],
      ]);
    },
  );

  test('lead to places in maps where they are filled in', () => {
    const program = expectOk(link(object, { relocateData: 'always' }));
    const [strings, rodata] = ['.rodata.str1.1', '.rodata'].map((name) =>
      program.maps.findIndex((map) => map.name === name),
    );
    expect(pointersOf(program)).toEqual([
      { name: '.rodata', offset: 0, target: { kind: 'data', index: strings, offset: 0 } },
      { name: '.rodata', offset: 8, target: { kind: 'data', index: strings, offset: 5 } },
      { name: '.data', offset: 0, target: { kind: 'data', index: rodata, offset: 0 } },
    ]);
    expect(program.warnings).toEqual([]);
  });
});
